"""The recovery key: a private key on paper, for the day when nobody can log in any more.

256 random bits, written as 13 groups of five characters. The fifth of each group checks
the other four and where the group stands: a wrong character, two that changed places and
groups that changed places are always noticed, and the message says where.
"""

from __future__ import annotations

from bot.errors import OperatorError
from bot.privacy.boxes import KeyPair

# Without 0, 1, I, L and O, which are taken for each other on paper. 31 is prime: that is
# why the check misses none of the errors above.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
GROUPS = 13
GROUP_SIZE = 5

_BASE = len(ALPHABET)
_DATA = GROUP_SIZE - 1
_SEPARATORS = str.maketrans("", "", " -–\t")

WRONG_LENGTH = (
    f"A recovery key has {GROUPS} groups of {GROUP_SIZE} characters, {GROUPS * GROUP_SIZE} in all; "
    "{count} were typed."
)
WRONG_GROUP = "Group {number} of the recovery key ({group}) has a typing error."
NOT_A_KEY = "This is not a recovery key."


class RecoveryKeyError(OperatorError):
    """What was typed is no recovery key; the message says where the error is."""


def shown(pair: KeyPair) -> str:
    """The private key in groups, 77 characters in one line."""
    number = int.from_bytes(pair.private_key, "big")
    digits = []
    for _ in range(GROUPS * _DATA):
        number, digit = divmod(number, _BASE)
        digits.append(digit)
    groups = [digits[start : start + _DATA] for start in range(0, len(digits), _DATA)]
    return "-".join(
        "".join(ALPHABET[digit] for digit in (*group, _check(place, group)))
        for place, group in enumerate(groups)
    )


def typed(text: str) -> KeyPair:
    """The pair whose private key was typed, in either case, with or without the dashes.

    Raises:
        RecoveryKeyError: With the number of the group that is wrong.
    """
    text = text.translate(_SEPARATORS).strip().upper()
    if len(text) != GROUPS * GROUP_SIZE:
        raise RecoveryKeyError(WRONG_LENGTH.format(count=len(text)))
    digits: list[int] = []
    for place in range(GROUPS):
        digits += _digits(place, text[place * GROUP_SIZE : (place + 1) * GROUP_SIZE])
    number = 0
    for digit in reversed(digits):
        number = number * _BASE + digit
    if number >= 1 << 256:
        raise RecoveryKeyError(NOT_A_KEY)
    return KeyPair.of(number.to_bytes(32, "big"))


def _digits(place: int, group: str) -> list[int]:
    *digits, check = (ALPHABET.find(character) for character in group)
    if -1 in (*digits, check) or check != _check(place, digits):
        raise RecoveryKeyError(WRONG_GROUP.format(number=place + 1, group=group))
    return digits


def _check(place: int, digits: list[int]) -> int:
    return (place + sum(weight * digit for weight, digit in enumerate(digits, 1))) % _BASE
