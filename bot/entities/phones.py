"""Telephone numbers, bank accounts and NIK.

Kinds and values: "telepon", the number in E.164 ("+6281200000001"), or its bare digits
where the country is not known; "rekening", the digits; "nik", None, because nobody here
has a use for the value: it must only be masked. Any 16 digits pass for a NIK.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.entities import lists
from bot.entities.entity import Entity
from bot.entities.reading import Reading

PHONE, ACCOUNT, NIK = "telepon", "rekening", "nik"

# Digits with at most three separators in between.
_RUN = re.compile(r"(?<![\w+])(?:\+ ?)?\(?[0-9](?:[ .\-()]{0,3}[0-9])*(?![0-9])")
_DIGITS = re.compile(r"[0-9]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_DATE = re.compile(r"[0-9]{1,2}([-.])[0-9]{1,2}\1(?:19|20)[0-9]{2}")
# "08.00-17.00" are hours, not the beginning of 0800.
_HOURS = re.compile(r"[0-9]{1,2}[.:][0-9]{2}\s*[-\s]\s*[0-9]{1,2}[.:][0-9]{2}(?![0-9.])")
_AMOUNT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")

_BEGINS_MOBILE = re.compile(r"(?:0|62)(?:8|$)|6$")
_BEGINS_ANEW = re.compile(r"08[1-9]|628[1-9]")
# Without the leading 0: mostly 10 or 11 digits, 9 and 12 occur.
_MOBILE = re.compile(r"8[1-9][0-9]{7,10}")
_LANDLINE = re.compile(r"[2-79][0-9]{7,10}")
_LANDLINE_SPACED = re.compile(r"\(?0[2-79][0-9]{1,2}[)\- ]{1,2}[1-9][0-9]{2,3}[\- .]?[0-9]{1,5}")
# ITU-T E.164 allows 15 digits; fewer than 8 after a plus reach no subscriber.
_LEAST_ABROAD, _MOST_ABROAD = 8, 15
_LEAST_KNOWN = 10
_LEAST_REKENING, _LEAST_OF_BANK, _MOST_OF_BANK = 8, 10, 18
_NIK_LENGTH = 16
# With its 0 a mobile number is whole at 11 digits unless its groups go on in the same rhythm.
_WHOLE, _LONGEST = 11, 15
_SHORT_TAIL = 3

# How far before a number the word may stand that says what it is.
_CUE_REACH = 40
_NEXT_WORD = 12


def find(text: str | Reading) -> list[Entity]:
    """The numbers of people and accounts in `text`, in order."""
    reading = Reading.of(text)
    text, folded = reading.text, reading.folded
    found = []
    for run in _RUN.finditer(folded):
        for start, end in _pieces(folded, run):
            named = _named(folded, start, end)
            if named is not None:
                found.append(Entity.of(*named, text, start, end))
    return found


def _pieces(folded: str, run: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The numbers of a run: two may stand with nothing but a space in between."""
    start, end, digits, rhythm = run.start(), 0, "", 0
    for group in _DIGITS.finditer(folded, run.start(), run.end()):
        gap = folded[end : group.start()]
        if digits and (
            _is_whole(digits, gap, group[0], rhythm, is_last=group.end() == run.end())
            or (len(digits) <= 8 and _DATE.fullmatch(folded, start, end))
        ):
            yield start, end
            start, digits = group.start(), ""
        digits += group[0]
        end, rhythm = group.end(), len(group[0])
    yield start, end


def _is_whole(digits: str, gap: str, following: str, rhythm: int, *, is_last: bool) -> bool:
    """True when the group `following` begins something else."""
    if not _BEGINS_MOBILE.match(digits):
        return _BEGINS_ANEW.match(following) is not None
    if len(digits) >= _LEAST_KNOWN and _BEGINS_ANEW.match(following):
        # "6281-0000-0000-081": nothing so short at the end is a number of its own.
        return not (is_last and len(following) <= _SHORT_TAIL)
    if len(digits) + len(following) > _LONGEST:
        return True
    if len(digits) < _WHOLE + (digits[0] != "0"):
        return False
    return " " in gap and len(following) < 3 and len(following) != rhythm


def _named(folded: str, start: int, end: int) -> tuple[str, str | None] | None:
    said = folded[start:end]
    digits = "".join(_DIGITS.findall(said))
    if len(digits) < _LEAST_ABROAD or _HOURS.match(said):
        return None
    before = _words_before(folded, start)
    cue = _cue(before)
    if not _AMOUNT.fullmatch(said):
        least = _LEAST_REKENING if cue == "rekening" else _LEAST_OF_BANK
        if cue in ("rekening", "bank") and least <= len(digits) <= _MOST_OF_BANK:
            return ACCOUNT, digits
    if len(digits) == _NIK_LENGTH and not said.startswith("+"):
        return NIK, None
    if phone := _phone(said, digits, is_announced=cue == "telepon"):
        return PHONE, phone
    # Between the word and the number may stand the name of the owner.
    is_bank_near = _is_bank(before) or _is_bank(
        _LETTERS.findall(folded[end : end + _NEXT_WORD])[:1]
    )
    fits = _LEAST_OF_BANK <= len(digits) <= _MOST_OF_BANK and not _AMOUNT.fullmatch(said)
    return (ACCOUNT, digits) if is_bank_near and fits else None


def _phone(said: str, digits: str, *, is_announced: bool) -> str | None:
    abroad = digits if said.startswith("+") else digits.removeprefix("00")
    if said.startswith("+") or digits.startswith("00"):
        if abroad.startswith("62"):
            return _indonesian(abroad[2:].removeprefix("0"))
        fits = _LEAST_ABROAD <= len(abroad) <= _MOST_ABROAD and abroad[0] != "0"
        return "+" + abroad if fits else None
    for prefix in ("62", "0", "") if is_announced else ("62", "0"):
        national = digits.removeprefix(prefix)
        if digits.startswith(prefix) and _MOBILE.fullmatch(national):
            return "+62" + national
    if digits[0] == "0" and (is_announced or _LANDLINE_SPACED.fullmatch(said)):
        return _indonesian(digits[1:])
    is_known = is_announced and _LEAST_KNOWN <= len(digits) <= _MOST_ABROAD
    return digits if is_known and digits[0] != "0" and not _AMOUNT.fullmatch(said) else None


def _indonesian(national: str) -> str | None:
    is_number = _MOBILE.fullmatch(national) or _LANDLINE.fullmatch(national)
    return "+62" + national if is_number else None


def _words_before(folded: str, start: int) -> list[str]:
    """The words between the last number and this one, as far as `_CUE_REACH`."""
    before = folded[max(0, start - _CUE_REACH) : start]
    numbers = list(_DIGITS.finditer(before))
    return _LETTERS.findall(before[numbers[-1].end() if numbers else 0 :])


def _cue(before: list[str]) -> str | None:
    """What the words just before a number call it: "rekening", "bank", "telepon" or None."""
    cue = None
    for word in reversed(before):
        for group in ("rekening", "bank", "telepon"):
            if word in lists.words("nomor", group) and (cue is None or group == "rekening"):
                cue = group
        if cue == "rekening" or word not in lists.words("nomor", "boleh_di_sela"):
            break
    return cue


def _is_bank(words: list[str]) -> bool:
    banks = lists.words("nomor", "rekening") | lists.words("nomor", "bank")
    return not banks.isdisjoint(words)
