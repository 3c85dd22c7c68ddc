"""Receipts: what alone finds a tip again, and opens the answers to it.

A receipt is 16 digits, so that it passes for a telephone number on a lost phone: "08" and 14
random ones. The same can be said in five words. No receipt is ever stored: the database
keeps the hash of `keys_of`, and the public key for which answers are sealed.

How long guessing would take. There are 10^14 receipts, and a guess is tried against all tips
at once; say that there are 10,000, then one in 10^10 guesses is somebody's.

- By messages: `bot.privacy.guessing` lets about 1,000 wrong ones an hour through. 10^10 take
  10^7 hours, 1,100 years; the receipt of one certain tip takes 10,000 times as long. Whoever
  opens ever new conversations has one try in each: at ten a second 10^10 take 32 years, so a
  channel where a conversation costs nothing has to limit how many are opened.
- With a stolen database: not at all, for the salt comes from the server key.
- With the database and the server key: a guess is one Argon2id (`slow_hash.RECEIPT`). At a
  tenth of a second each 10^10 take 32 years of one processor, a week or two of a thousand,
  for any one of 10,000 tips; a certain one takes 10^13 seconds, 317,000 years of a processor.
  What is found so is what was answered, and that there is a tip: its words are sealed for the
  desk, whose key no receipt opens.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import yaml

from bot import lexicon
from bot.privacy import receipt_words, slow_hash
from bot.privacy.boxes import KeyPair
from bot.settings import PROJECT_ROOT

PREFIX = "08"
DIGITS = 16
WORDS = 5
_PER_WORD = 3
_RANDOM = 10 ** (DIGITS - len(PREFIX))
_HASH_BYTES = 32
_KEY_BYTES = 32

_WHOLE = re.compile(PREFIX + r"[0-9]{14}")
# The first word says the 8 and the two digits after it.
_FIRST_WORD = range(800, 900)
_ANY_WORD = range(10**_PER_WORD)
# Ordinary words look like listed ones: "sekolah jaga kios pulsa 14 jam" would be a receipt.
_MENDED_IN_SENTENCE, _MENDED_ALONE = 1, 2

# Keycaps, and signs without width that copying leaves in a text.
_INVISIBLE = re.compile("[\ufe0f\u20e3\u00ad\u200b-\u200f\u2060\ufeff]")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_ITEM = re.compile(r"^[ \t]*[1-9][0-9]?[.)][ \t]+", re.MULTILINE)
_RUN_IN_LINE = re.compile(r"(?<![\w/=+])(?:\+ ?)?[0-9](?:[ \t.,()\-]{0,4}[0-9])*")
_RUN = re.compile(r"(?<![\w/=+])(?:\+ ?)?[0-9](?:[\s.,()\-]{0,4}[0-9])*")
_GROUP = re.compile(r"([^0-9]*)([0-9]+)")
_LETTERS = re.compile(r"[^\W\d_]+")
# So many digits are a whole mobile number.
_PHONE = range(10, 14)
_NUMBER_WORDS_FILE = PROJECT_ROOT / "nlu_data" / "lookup" / "nomor.yml"
# How far before a number the word may stand that says what it is.
_CUE_REACH = 40


@dataclass(frozen=True)
class Receipt:
    """A receipt. It shows itself only when asked for `digits`, `shown` or `words`.

    Attributes:
        digits: 16 digits that begin with "08".

    Raises:
        ValueError: They are not.
    """

    digits: str

    def __post_init__(self) -> None:
        if not _WHOLE.fullmatch(self.digits):
            raise ValueError("Not the digits of a receipt.")

    def __repr__(self) -> str:
        return "Receipt(<secret>)"

    @classmethod
    def new(cls) -> Receipt:
        return cls(f"{PREFIX}{secrets.randbelow(_RANDOM):0{DIGITS - len(PREFIX)}d}")

    @property
    def shown(self) -> str:
        """ "0812-3456-7890-1234"."""
        return "-".join(self.digits[start : start + 4] for start in range(0, DIGITS, 4))

    @property
    def words(self) -> tuple[str, ...]:
        """Five words; the first 0, which all receipts have, is not said."""
        said = self.digits[1:]
        return tuple(
            receipt_words.words()[int(said[start : start + _PER_WORD])]
            for start in range(0, len(said), _PER_WORD)
        )


@dataclass(frozen=True)
class ReceiptKeys:
    """What a receipt gives, 32 bytes each.

    Attributes:
        hash: Finds the tip.
        private_key, public_key: X25519; what is answered is sealed for the public one.
    """

    hash: bytes
    private_key: bytes
    public_key: bytes

    def __repr__(self) -> str:
        return "ReceiptKeys(<secret>)"


def keys_of(receipt: Receipt, salt: bytes) -> ReceiptKeys:
    """The hash and the key pair of a receipt, from one Argon2id.

    As slow as `slow_hash.derive`: never inside a write transaction.

    Args:
        salt: 16 bytes, of this installation.
    """
    size = _HASH_BYTES + _KEY_BYTES
    derived = slow_hash.derive(receipt.digits.encode(), salt, slow_hash.RECEIPT, size)
    pair = KeyPair.of(derived[_HASH_BYTES:])
    return ReceiptKeys(derived[:_HASH_BYTES], pair.private_key, pair.public_key)


def find_in(text: str) -> Receipt | None:
    """The receipt that a message holds, in digits or in words.

    The digits may stand in groups, on several lines, or begin with +62. The words must follow
    each other ("dan" may stand between them). A typing error is mended when only one listed
    word is so near: in one of the words, or in two when nothing else is said.
    """
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    folded = plain.translate(_DASHES).lower()
    digits = _digits_in(folded)
    return Receipt(digits) if digits else _words_in(folded)


def _digits_in(folded: str) -> str | None:
    text = _ITEM.sub("", folded)
    for pattern in (_RUN_IN_LINE, _RUN):
        for run in pattern.finditer(text):
            digits = _receipt_digits(run[0])
            if digits and not _is_account(text[max(0, run.start() - _CUE_REACH) : run.start()]):
                return digits
    return None


def _is_account(before: str) -> bool:
    """Whether the words just before a number call it a bank account."""
    for word in reversed(_LETTERS.findall(before)):
        if word in _number_words("rekening") | _number_words("bank"):
            return True
        if word not in _number_words("boleh_di_sela"):
            return False
    return False


@lru_cache(maxsize=3)
def _number_words(group: str) -> frozenset[str]:
    return frozenset(yaml.safe_load(_NUMBER_WORDS_FILE.read_text("utf-8"))[group].split())


def _receipt_digits(run: str) -> str | None:
    gaps, groups = _national(run)
    digits = "".join(groups)
    return digits if _WHOLE.fullmatch(digits) and not _is_phone_and_more(gaps, groups) else None


def _national(run: str) -> tuple[list[str | None], list[str]]:
    """The groups of a run, the country code taken for a 0, and the signs between them.

    A sign is "" for spaces, and None for the end of a line, which may stand beside any other.
    """
    found: list[tuple[str, str]] = _GROUP.findall(run)
    gaps = [None if "\n" in gap else gap.strip(" \t()") for gap, _ in found[1:]]
    groups = [group for _, group in found]
    if groups[0] == "62" and len(groups) > 1:
        gaps, groups = gaps[1:], ["62" + groups[1], *groups[2:]]
    if groups[0].startswith("62"):
        groups[0] = "0" + groups[0][2:].removeprefix("0")
    return gaps, groups


def _is_phone_and_more(gaps: Sequence[str | None], groups: Sequence[str]) -> bool:
    """Whether a run is rather a telephone number with another number behind it.

    "081200000001 2025", "0812-0000-0001 2025" and "0812 0000 001 50000", but neither
    "0812 3456 7890 1234" nor "0812 345 678 901 234".
    """
    length = 0
    for place, gap in enumerate(gaps):
        length += len(groups[place])
        if length not in _PHONE:
            continue
        differs = place > 0 and None not in (gap, gaps[place - 1]) and gap != gaps[place - 1]
        is_longer = place + 2 == len(groups) and len(groups[-1]) > len(groups[place])
        if place == 0 or differs or is_longer:
            return True
    return False


def _words_in(folded: str) -> Receipt | None:
    between = lexicon.words("penghubung")
    typed = [word for word in _LETTERS.findall(folded) if word not in between]
    read = sorted(_readings(typed))
    if not read:
        return None
    fewest = {digits for mended, digits in read if mended == read[0][0]}
    return Receipt(fewest.pop()) if len(fewest) == 1 else None


def _readings(typed: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Each five neighbours that say a receipt: how many were mended, and the digits."""
    known = [receipt_words.numbers().get(word) for word in typed]
    most_mended = _MENDED_ALONE if len(typed) == WORDS else _MENDED_IN_SENTENCE
    for start in range(len(typed) - WORDS + 1):
        numbers = known[start : start + WORDS]
        mended = numbers.count(None)
        if mended > most_mended:
            continue
        for place, number in enumerate(numbers):
            if number is None:
                among = _ANY_WORD if place else _FIRST_WORD
                numbers[place] = receipt_words.nearest(typed[start + place], among)
        first, *rest = numbers
        if first in _FIRST_WORD and None not in rest:
            yield mended, "0" + "".join(f"{number:0{_PER_WORD}d}" for number in numbers)
