from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.privacy import sealing
from bot.privacy.keys import IDENTITY_SUBKEY, SEALING_SUBKEY, ServerKey
from bot.privacy.sealing import PAD_BLOCK, SealBroken, Sealer

MASTER = ServerKey(b"k" * 32)
SEALER = Sealer(MASTER.subkey(SEALING_SUBKEY))
PLACE = "inbox.content:baris-1"
STORY = b"Saya dikurung di ruko, paspor dipegang bos. Nomor saya 0812-0000-0001."

BOUNDED = settings(max_examples=200, deadline=None)


@BOUNDED
@given(plain=st.binary(max_size=3 * PAD_BLOCK), place=st.text(max_size=40))
def test_what_is_sealed_opens_again_in_its_place(plain: bytes, place: str) -> None:
    assert SEALER.open(SEALER.seal(plain, place), place) == plain


def test_a_long_text_is_sealed_too() -> None:
    plain = b"panjang" * 100_000
    assert SEALER.open(SEALER.seal(plain, PLACE), PLACE) == plain


@pytest.mark.parametrize(
    "elsewhere",
    [
        "inbox.content:baris-2",
        "outbox.content:baris-1",
        "inbox.notes:baris-1",
        "inbox.content:baris-1 ",
        "inbox.content:baris-11",
        "",
    ],
)
def test_a_seal_moved_to_another_row_does_not_open(elsewhere: str) -> None:
    sealed = SEALER.seal(STORY, PLACE)
    with pytest.raises(SealBroken):
        SEALER.open(sealed, elsewhere)


def test_a_seal_with_any_changed_byte_does_not_open() -> None:
    sealed = SEALER.seal(STORY, PLACE)
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 0x01
        with pytest.raises(SealBroken):
            SEALER.open(bytes(changed), PLACE)


def test_a_seal_that_was_cut_short_does_not_open() -> None:
    sealed = SEALER.seal(STORY, PLACE)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            SEALER.open(sealed[:length], PLACE)


def test_a_seal_with_something_added_does_not_open() -> None:
    with pytest.raises(SealBroken):
        SEALER.open(SEALER.seal(STORY, PLACE) + b"\0", PLACE)


@pytest.mark.parametrize(
    "other",
    [
        Sealer(ServerKey(b"x" * 32).subkey(SEALING_SUBKEY)),
        Sealer(MASTER.subkey(IDENTITY_SUBKEY)),
        Sealer(b"k" * 32),
    ],
    ids=["other installation", "other purpose", "master key itself"],
)
def test_a_seal_does_not_open_with_another_key(other: Sealer) -> None:
    with pytest.raises(SealBroken):
        other.open(SEALER.seal(STORY, PLACE), PLACE)


@BOUNDED
@given(junk=st.binary(max_size=400))
def test_what_was_never_sealed_is_refused_and_not_a_crash(junk: bytes) -> None:
    with pytest.raises(SealBroken):
        SEALER.open(junk, PLACE)
    with pytest.raises(SealBroken):
        SEALER.open(sealing.FORMAT + junk, PLACE)


def test_the_database_may_hand_back_a_view_instead_of_bytes() -> None:
    sealed = SEALER.seal(STORY, PLACE)
    assert SEALER.open(memoryview(sealed), PLACE) == STORY  # type: ignore[arg-type]


def test_the_same_text_never_looks_the_same_twice() -> None:
    sealed = [SEALER.seal(STORY, PLACE) for _ in range(50)]
    assert len(set(sealed)) == 50
    nonces = {value[1 : 1 + sealing.NONCE_BYTES] for value in sealed}
    assert len(nonces) == 50


def test_nothing_of_the_text_stands_in_the_seal() -> None:
    sealed = SEALER.seal(STORY, PLACE)
    for word in STORY.split():
        assert word not in sealed


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("ya", "tidak"),
        ("", "tolong"),
        ("tidak", "saya dikurung di Batam sejak dua minggu lalu " * 5),
        ("x" * 256, "x" * 511),
    ],
)
def test_the_stored_length_does_not_tell_what_was_said(short: str, long: str) -> None:
    assert len(SEALER.seal(short.encode(), PLACE)) == len(SEALER.seal(long.encode(), PLACE))


@BOUNDED
@given(bucket=st.integers(0, 8), data=st.data())
def test_all_lengths_in_a_bucket_look_the_same(bucket: int, data: st.DataObject) -> None:
    # At least one byte of padding is always added, so a bucket ends one byte early.
    length = data.draw(st.integers(bucket * PAD_BLOCK, (bucket + 1) * PAD_BLOCK - 1))
    overhead = len(SEALER.seal(b"", PLACE)) - PAD_BLOCK
    assert len(SEALER.seal(bytes(length), PLACE)) == overhead + (bucket + 1) * PAD_BLOCK


@pytest.mark.parametrize("ending", [b"\x80", b"\x80\0\0", b"\0" * 300, b"\x80" * 256, b" \n"])
def test_an_ending_that_looks_like_padding_is_kept(ending: bytes) -> None:
    plain = b"habis ini" + ending
    assert SEALER.open(SEALER.seal(plain, PLACE), PLACE) == plain


def test_a_representation_shows_no_secret() -> None:
    sealer = Sealer(b"rahasia!" * 4)
    for shown in (repr(sealer), str(sealer), f"{[sealer]}"):
        assert "rahasia" not in shown
        assert "secret" in shown


def test_a_broken_seal_tells_where_but_not_what() -> None:
    with pytest.raises(SealBroken) as caught:
        SEALER.open(SEALER.seal(STORY, PLACE), "inbox.content:lain")
    assert "inbox.content:lain" in str(caught.value)
    assert "0812" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_seals_of_earlier_releases_still_open() -> None:
    """A database lives longer than a release: change FORMAT when the layout changes."""
    sealed = bytes.fromhex(GOLDEN)
    assert Sealer(bytes(32)).open(sealed, "inbox.content:1") == b"pesan lama"


GOLDEN = (
    "015680698c7c3028d1c3fa60aff299321fd3edec9d8a6d9452bb839ccf775ac6125d0e7025bb59dc2063c59c"
    "ab952eca29e837744bf0dbdfb92843dcb9dde7b137f9d63382626342bfe634dacc016b142fabc17e8b00028a"
    "9bc43db6c3bd40fca98019c0a3bc49af6305bc22eb2409c0be9d0d110d5d5b6cc3bb7079bb70ba370ed5764e"
    "b0cb34eebdf28e840970ef6d6c4c0537f788e149ea7e1123248512bd87a893ac4f8a7fb391d6304d8d83efa6"
    "1cb10e312640ae198b322bdc2375e0de3bee0ca133d399a41150e110f793cec5f0db0a83fbcb8c7b0fb4822c"
    "d5df42f20146f58101f185b3af6a54e326d40cdb6df6737a5f950d0f21403adc66930f77a178942b5b7231e6"
    "e23111181bad8b360b04912adfe4571d8d3c4c5d572e0da41e5ea253df8e64e707"
)
