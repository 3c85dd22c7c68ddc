"""People send five short lines in a row: when is what they wrote worth answering?

A line that looks unfinished waits a moment for the next one. A clear line, a button, a
number picked from a list, a command and anything urgent are answered at once.
"""

from __future__ import annotations

import re

from bot.triage.phrases import sounds_urgent

_WORD = re.compile(r"\w+")

# What people open with before they come to the point.
_OPENINGS = frozenset(
    """kak kk kakak min mimin admin pak bapak bu ibu mas mbak mba bang abang bg gan om tante
    dang donga wan cik inga dodo assalamualaikum assalamu askum asslm ass hai halo hallo hello
    hlo helo hi hy p ping selamat pagi siang sore malam mlm permisi misi maaf mf punten
    mau nak endak ndak pengen pingin tanya nanya bertanya dong ya izin ijin saya sy ambo aku
    ak gini begini jadi soal tentang""".split()
)

# A line that ends with one of these has more to come.
_OPEN_ENDS = frozenset(
    """dan atau tapi tp tetapi terus trus trs lalu karena karna krn krna soalnya yang yg kalau
    kalo klo kl jika supaya biar untuk utk buat dengan dgn sama sm dari dr ke di pada
    bahwa katanya ktnya adalah jadi namanya sambil sedangkan padahal""".split()
)

# Whole answers, however short.
_COMPLETE = frozenset(
    """ya iya iyo yo y ok oke okay sip tidak tdk gak ga nggak engga enggak idak dak g batal
    lewati skip kembali balik ulang ulangi menu bantuan stop berhenti mulai start lanjut tolong
    terima kasih makasih mksh trims tks selesai sudah udah udh""".split()
)

_QUESTION_WORDS = frozenset(
    """apa apo apakah siapa siapo kenapa knp mengapa ngapo bagaimana gimana gmn cakmano cemano
    piye berapa brp berapo kapan mana mano dimana dimano kemana kemano bolehkah boleh bisakah
    bisa biso benarkah amankah""".split()
)

# A statement of this many words or more stands on its own.
_CLEAR_WORDS = 6


def looks_unfinished(text: str) -> bool:
    """True when the writer has most likely not come to the point yet."""
    if sounds_urgent(text):
        return False
    words = _WORD.findall(text.lower())
    if not words or text.lstrip().startswith("/"):
        return False
    if text.rstrip().endswith((",", ":", "-", "…", "...")) or words[-1] in _OPEN_ENDS:
        return True
    if text.rstrip().endswith(("?", "!", ".")):
        return False
    if any(word.isdigit() for word in words) and len(words) <= 2:
        return False
    if all(word in _COMPLETE for word in words):
        return False
    if all(word in _OPENINGS for word in words):
        return True
    if len(words) >= 3 and any(word in _QUESTION_WORDS for word in words):
        return False
    return len(words) < _CLEAR_WORDS


def wait_ms(text: str, *, burst_wait: float) -> int:
    """Milliseconds for which the answer to `text` waits."""
    return int(burst_wait * 1000) if looks_unfinished(text) else 0
