"""People send five short lines in a row: when is what they wrote worth answering?

A line that looks unfinished waits a moment for the next one. A clear line, a button, a
number picked from a list, a command and anything urgent are answered at once.
"""

from __future__ import annotations

import re

from bot import lexicon
from bot.triage.phrases import sounds_urgent

_WORD = re.compile(r"\w+")

# A statement of this many words or more stands on its own.
_CLEAR_WORDS = 6
# "bulan lalu" is a time, not a beginning.
_BEFORE_LAST = (["bulan"], ["minggu"], ["tahun"], ["hari"])
_LONG = 300


def looks_unfinished(text: str) -> bool:
    """True when the writer has most likely not come to the point yet."""
    if len(text) > _LONG or sounds_urgent(text):
        return False
    words = _WORD.findall(text.lower())
    if not words or text.lstrip().startswith("/"):
        return False
    if _is_whole(words):
        return False
    if text.rstrip().endswith((",", ":", "-", "…", "...")):
        return True
    if words[-1] in lexicon.words("belum_selesai") and words[-2:-1] not in _BEFORE_LAST:
        return True
    if text.rstrip().endswith(("?", "!", ".")):
        return False
    if len(words) <= 2 and any(word.isdigit() for word in words):
        return False
    if all(word in lexicon.words("pembuka") for word in words):
        return True
    if len(words) >= 3 and any(word in lexicon.words("kata_tanya") for word in words):
        return False
    return len(words) < _CLEAR_WORDS


def _is_whole(words: list[str]) -> bool:
    """A whole answer or a pick from a list."""
    if all(word in lexicon.words("utuh") for word in words) or words == ["tidak", "jadi"]:
        return True
    said = [word for word in words if word not in lexicon.words("pengisi_pilihan")]
    return len(said) == 1 and (
        said[0].isdigit()
        or said[0] in lexicon.ordinals()
        or said[0] in lexicon.words("yang_terakhir")
    )


def wait_ms(text: str, *, burst_wait: float) -> int:
    """Milliseconds for which the answer to `text` waits."""
    return int(burst_wait * 1000) if looks_unfinished(text) else 0
