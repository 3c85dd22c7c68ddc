"""Picking from what was offered: "1", "no 2", "yang kedua", or the words themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from bot import lexicon
from bot.conversation.messages import Choice
from bot.nlu.normaliser import normalise

_KEYCAPS = re.compile("\ufe0f?\u20e3")
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(?:ke|no|nomor)?(\d{1,2})(?:nya)?")

# At 86 a title typed with one wrong letter in eight still matches, a neighbour does not.
_ALIKE = 86
# "dn" for "dan", "iya" for "ya" and one wrong letter in two, but not "dalam" for "luar".
_ALIKE_WORD = 50
_LONGEST_PICK = 5
_SHORTEST_TELLING_WORD = 4


def pick(text: str, choices: Sequence[Choice]) -> Choice | None:
    """The choice that `text` names, or None when it says something else."""
    if not choices:
        return None
    words = _WORD.findall(_KEYCAPS.sub("", text).lower())
    if not words:
        return None
    number = _number(words, len(choices))
    if number is not None:
        return choices[number - 1] if number <= len(choices) else None
    meant = normalise(words)
    if written := next((c for c in choices if normalise(_title_words(c)) == meant), None):
        return written
    if choice := _yes_or_no(words, choices) or _one_word(words, choices):
        return choice
    if "?" not in text and (choice := _agreed(words, choices) or _telling_word(words, choices)):
        return choice
    typed = " ".join(words)
    scored = [(fuzz.ratio(typed, " ".join(_title_words(choice))), choice) for choice in choices]
    score, best = max(scored, key=lambda pair: pair[0])
    return best if score >= _ALIKE and _same_sense(words, _title_words(best)) else None


def is_place_in_list(text: str) -> bool:
    """Whether `text` is nothing but a place in a list: "5", "yang terakhir"."""
    return names_no_choice(text, ())


def names_no_choice(text: str, choices: Sequence[Choice]) -> bool:
    """Whether `text` is nothing but a place in a list ("5", "yang terakhir") that has no choice."""
    number = _number(_WORD.findall(_KEYCAPS.sub("", text).lower()), len(choices))
    return number is not None and (not choices or number > len(choices))


def _same_sense(words: Sequence[str], title: Sequence[str]) -> bool:
    """False for "ga hapus" beside "Ya, hapus", and when one whole word is another one."""
    if (words[0] in lexicon.words("bukan")) != (title[0] in lexicon.words("bukan")):
        return False
    return len(words) != len(title) or all(
        fuzz.ratio(typed, meant) >= _ALIKE_WORD for typed, meant in zip(words, title)
    )


def _title_words(choice: Choice) -> list[str]:
    return _WORD.findall(choice.title.lower())


def _yes_or_no(words: Sequence[str], choices: Sequence[Choice]) -> Choice | None:
    """ "iyo" picks "Ya, hapus" and "dak" picks "Tidak jadi".

    Only where one of the choices is a yes: beside "Saya dalam bahaya" a late "TDK" says nothing
    about "Tidak ada bahaya".
    """
    fillers = lexicon.words("pengisi_pilihan") - lexicon.words("iya")
    said = normalise(word for word in words if word not in fillers)
    if said and said[0] in lexicon.words("bukan"):
        # "dak biso" is a no to "Ya, bisa menelepon".
        offered = {word for choice in choices for word in normalise(_title_words(choice))}
        said = [said[0], *(word for word in said[1:] if word not in offered)]
    firsts = [_title_words(choice)[:1] for choice in choices]
    asks = any(first and first[0] in lexicon.words("iya") for first in firsts)
    for group in ("iya", "bukan"):
        if asks and said and all(word in lexicon.words(group) for word in said):
            for choice, first in zip(choices, firsts):
                if first and first[0] in lexicon.words(group):
                    return choice
    return None


def _agreed(words: Sequence[str], choices: Sequence[Choice]) -> Choice | None:
    """ "bisa kak" and "biso telpon" pick "Ya, bisa menelepon"."""
    fillers = lexicon.words("pengisi_pilihan") | lexicon.words("sapaan")
    said = normalise(word for word in words if word not in fillers)
    for choice in choices:
        first, *rest = normalise(_title_words(choice))
        if said and first in lexicon.words("iya") and set(said) <= {*lexicon.words("iya"), *rest}:
            return choice
    return None


def _one_word(words: Sequence[str], choices: Sequence[Choice]) -> Choice | None:
    """ "yang b aja kak" picks "B"."""
    said = [word for word in words if word not in lexicon.words("pengisi_pilihan")]
    if len(said) != 1 or len(words) > _LONGEST_PICK:
        return None
    return next((choice for choice in choices if _title_words(choice) == said), None)


def _telling_word(words: Sequence[str], choices: Sequence[Choice]) -> Choice | None:
    """ "sebelum" picks "Sebelum penyuluhan"; "aman" does not pick "Tidak, tidak aman"."""
    said = [word for word in words if word not in lexicon.words("pengisi_pilihan")]
    if len(said) != 1 or len(said[0]) < _SHORTEST_TELLING_WORD or len(words) > _LONGEST_PICK:
        return None
    found = [
        choice
        for choice in choices
        if said[0] in _title_words(choice) and _title_words(choice)[0] not in lexicon.words("bukan")
    ]
    return found[0] if len(found) == 1 else None


def _number(words: Sequence[str], count: int) -> int | None:
    """The one number that the words say; None when they say more than a number."""
    said = [word for word in words if word not in lexicon.words("pengisi_pilihan")]
    if len(said) != 1 or len(words) > _LONGEST_PICK:
        return None
    word = said[0]
    if word in lexicon.words("yang_terakhir"):
        return count
    if word in lexicon.ordinals():
        return lexicon.ordinals()[word]
    match = _NUMBER.fullmatch(word)
    return int(match[1]) if match and int(match[1]) > 0 else None
