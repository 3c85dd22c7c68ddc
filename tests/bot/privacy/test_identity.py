from __future__ import annotations

import re
import string
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.privacy import identity
from bot.privacy.identity import AddressBook, random_id
from bot.privacy.keys import IDENTITY_SUBKEY, ServerKey

BOOK = AddressBook(ServerKey(b"k" * 32).subkey(IDENTITY_SUBKEY))
NUMBER = "+6281200000001"


def test_the_same_address_is_found_again_after_a_restart() -> None:
    again = AddressBook(ServerKey(b"k" * 32).subkey(IDENTITY_SUBKEY))
    assert BOOK.blind("whatsapp", NUMBER) == again.blind("whatsapp", NUMBER)
    assert len(BOOK.blind("whatsapp", NUMBER)) == 32


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("sms", NUMBER),
        ("whatsapp", "+6281200000002"),
        ("whatsapp", "6281200000001"),
        ("whatsapp", NUMBER + " "),
        ("whatsapp", ""),
        ("", NUMBER),
    ],
)
def test_another_person_or_channel_is_somebody_else(channel: str, address: str) -> None:
    assert BOOK.blind(channel, address) != BOOK.blind("whatsapp", NUMBER)


@settings(max_examples=200, deadline=None)
@given(st.text(string.ascii_lowercase + "0123456789+:", max_size=12), st.data())
def test_channel_and_address_do_not_run_into_each_other(whole: str, data: st.DataObject) -> None:
    """("sms", "1") and ("sms1", "") must not be the same person."""
    first, second = data.draw(
        st.lists(st.integers(0, len(whole)), min_size=2, max_size=2, unique=True)
        if whole
        else st.just([0, 0])
    )
    if first != second:
        one = BOOK.blind(whole[:first], whole[first:])
        other = BOOK.blind(whole[:second], whole[second:])
        assert one != other


def test_without_the_key_a_number_cannot_be_tried_out() -> None:
    stranger = AddressBook(ServerKey(b"x" * 32).subkey(IDENTITY_SUBKEY))
    assert stranger.blind("whatsapp", NUMBER) != BOOK.blind("whatsapp", NUMBER)


def test_nothing_of_the_number_stands_in_the_hash() -> None:
    blind = BOOK.blind("whatsapp", NUMBER)
    assert NUMBER.encode() not in blind
    assert b"0000001" not in blind
    assert "0000001" not in blind.hex()


def test_a_representation_shows_no_secret() -> None:
    book = AddressBook(b"rahasia!" * 4)
    for shown in (repr(book), str(book), f"{[book]}"):
        assert "rahasia" not in shown
        assert "secret" in shown


def test_ids_tell_nothing_and_do_not_repeat() -> None:
    ids = [random_id() for _ in range(10_000)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", found) for found in ids)
    # Not a counter and not a clock: neighbours share no beginning.
    same_start = sum(a[:4] == b[:4] for a, b in pairwise(ids))
    assert same_start < 5


def test_an_id_can_be_typed_in_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that begins with a dash would be read as an option: `suluh tip show -e...`."""
    drawn = iter(["-eJ0gxWdTBq1i8qF5nYc2A", "--J0gxWdTBq1i8qF5nYc2A", "_-J0gxWdTBq1i8qF5nYc2A"])
    monkeypatch.setattr(identity.secrets, "token_urlsafe", lambda _: next(drawn))
    assert random_id() == "_-J0gxWdTBq1i8qF5nYc2A"
