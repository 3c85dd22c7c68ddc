"""Two reports of one recruiter find each other, and tell nobody whom they name."""

from __future__ import annotations

from typing import Any

import pytest

from bot.privacy import marks, slow_hash
from bot.privacy.keys import MARK_SUBKEY, ServerKey
from bot.privacy.marks import MARK_BYTES, mark
from bot.privacy.slow_hash import Strength

KEY = ServerKey(bytes(range(32))).subkey(MARK_SUBKEY)
NUMBER = "+6281200000001"


@pytest.mark.usefixtures("quick_hashes")
def test_the_same_number_has_the_same_mark_today_and_after_a_restart() -> None:
    again = ServerKey(bytes(range(32))).subkey(MARK_SUBKEY)
    assert mark(KEY, "telepon", NUMBER) == mark(again, "telepon", NUMBER)


@pytest.mark.usefixtures("quick_hashes")
def test_another_number_another_kind_and_another_server_have_another_mark() -> None:
    elsewhere = ServerKey(bytes(32)).subkey(MARK_SUBKEY)
    found = {
        mark(KEY, "telepon", NUMBER),
        mark(KEY, "telepon", "+6281200000002"),
        mark(KEY, "rekening", NUMBER),
        mark(elsewhere, "telepon", NUMBER),
        # Kind and value are not one text.
        mark(KEY, "telepon1", ""),
        mark(KEY, "telepon", "1"),
    }
    assert len(found) == 6
    assert {len(value) for value in found} == {MARK_BYTES}


@pytest.mark.usefixtures("quick_hashes")
def test_letters_of_any_alphabet_have_a_mark() -> None:
    assert len(mark(KEY, "tautan", "facebook:café_☕")) == MARK_BYTES


def test_a_mark_is_as_slow_as_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the server key may try numbers one by one, and should need years."""
    asked: list[tuple[Any, ...]] = []

    def derive(secret: bytes, salt: bytes, strength: Strength, size: int) -> bytes:
        asked.append((secret, len(salt), strength, size))
        return bytes(size)

    monkeypatch.setattr(marks.slow_hash, "derive", derive)
    mark(KEY, "telepon", NUMBER)
    assert asked == [(NUMBER.encode(), slow_hash.SALT_BYTES, slow_hash.MARK, MARK_BYTES)]
    assert slow_hash.MARK.memory >= 32 * 1024 * 1024


def test_marks_of_earlier_releases_are_still_found() -> None:
    """At the real strength. Never change the value: such stand in the databases of the field."""
    assert mark(KEY, "telepon", NUMBER).hex() == GOLDEN


GOLDEN = "4e1f81569d2264d9e7dd07b16df36d7fdd6973513fa539d917e9348001a7ae35"
