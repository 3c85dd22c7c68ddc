from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_box_seal
from nacl.public import PrivateKey, SealedBox

from bot.privacy import boxes
from bot.privacy.boxes import PAD_BLOCK, KeyPair, open_with, seal_for
from bot.privacy.sealing import SealBroken

PAIR = KeyPair.of(b"k" * 32)
STRANGER = KeyPair.of(b"x" * 32)
PLACE = "tips.body:laporan-1"
STORY = b"Saya dikurung di ruko, paspor dipegang bos. Nomor saya 0812-0000-0001."

BOUNDED = settings(max_examples=200, deadline=None)
PLACES = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=40)


@BOUNDED
@given(plain=st.binary(max_size=3 * PAD_BLOCK), place=PLACES)
def test_what_is_sealed_opens_for_the_holder_of_the_key(plain: bytes, place: str) -> None:
    assert open_with(PAIR.private_key, seal_for(PAIR.public_key, plain, place), place) == plain


def test_whoever_sealed_cannot_open_again() -> None:
    """All that the server has is the public key."""
    sealed = seal_for(PAIR.public_key, STORY, PLACE)
    with pytest.raises(SealBroken):
        open_with(PAIR.public_key, sealed, PLACE)


def test_a_box_opens_with_no_other_key() -> None:
    sealed = seal_for(PAIR.public_key, STORY, PLACE)
    with pytest.raises(SealBroken):
        open_with(STRANGER.private_key, sealed, PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "tips.body:laporan-2",
        "tip_entries.desk:laporan-1",
        "tips.body:laporan-1 ",
        "tips.body:laporan-11",
        "tips.body:laporan-",
        "",
    ],
)
def test_a_box_moved_to_another_row_does_not_open(elsewhere: str) -> None:
    sealed = seal_for(PAIR.public_key, STORY, PLACE)
    with pytest.raises(SealBroken):
        open_with(PAIR.private_key, sealed, elsewhere)


def test_a_place_cannot_reach_into_the_text() -> None:
    """Else a place "a" with the text "b" NUL "c" were a place "a" NUL "b" with the text "c"."""
    with pytest.raises(ValueError, match="NUL"):
        seal_for(PAIR.public_key, b"c", "a\0b")
    with pytest.raises(ValueError, match="NUL"):
        open_with(PAIR.private_key, seal_for(PAIR.public_key, b"b\0c", "a"), "a\0b")
    assert open_with(PAIR.private_key, seal_for(PAIR.public_key, b"b\0c", "a"), "a") == b"b\0c"


def test_a_box_with_any_changed_byte_does_not_open() -> None:
    sealed = seal_for(PAIR.public_key, STORY, PLACE)
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 0x01
        with pytest.raises(SealBroken):
            open_with(PAIR.private_key, bytes(changed), PLACE)


def test_a_box_that_was_cut_short_or_grew_does_not_open() -> None:
    sealed = seal_for(PAIR.public_key, STORY, PLACE)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            open_with(PAIR.private_key, sealed[:length], PLACE)
    with pytest.raises(SealBroken):
        open_with(PAIR.private_key, sealed + b"\0", PLACE)


@BOUNDED
@given(junk=st.binary(max_size=1200))
def test_what_was_never_sealed_is_refused_and_not_a_crash(junk: bytes) -> None:
    for sealed in (junk, boxes.FORMAT + junk):
        with pytest.raises(SealBroken):
            open_with(PAIR.private_key, sealed, PLACE)


@pytest.mark.parametrize("inside", [b"", b"x", bytes(1024), b"\x80" * 1500, b"x" * 1024])
def test_a_box_that_others_filled_is_refused_and_not_a_crash(inside: bytes) -> None:
    """Anybody has the public key, and may seal what we never would."""
    sealed = boxes.FORMAT + crypto_box_seal(inside, PAIR.public_key)
    with pytest.raises(SealBroken):
        open_with(PAIR.private_key, sealed, PLACE)


def test_the_database_may_hand_back_a_view_instead_of_bytes() -> None:
    sealed = seal_for(memoryview(PAIR.public_key), STORY, PLACE)  # type: ignore[arg-type]
    assert open_with(PAIR.private_key, memoryview(sealed), PLACE) == STORY  # type: ignore[arg-type]


def test_the_same_text_never_looks_the_same_twice() -> None:
    sealed = [seal_for(PAIR.public_key, STORY, PLACE) for _ in range(50)]
    # The first 32 bytes are a key that is made for this one box.
    assert len({box[1:33] for box in sealed}) == 50


def test_nothing_of_the_text_or_the_place_stands_in_the_box() -> None:
    sealed = seal_for(PAIR.public_key, STORY, PLACE)
    assert PLACE.encode() not in sealed
    assert [word for word in STORY.split() if word in sealed and len(word) > 2] == []


@BOUNDED
@given(bucket=st.integers(0, 4), data=st.data())
def test_all_lengths_in_a_bucket_look_the_same(bucket: int, data: st.DataObject) -> None:
    """The place counts, too; at least one byte of padding is always added."""
    used = len(PLACE.encode()) + 1
    least, most = bucket * PAD_BLOCK - used, (bucket + 1) * PAD_BLOCK - 1 - used
    length = data.draw(st.integers(max(least, 0), most))
    overhead = len(seal_for(PAIR.public_key, b"", PLACE)) - PAD_BLOCK
    sealed = seal_for(PAIR.public_key, bytes(length), PLACE)
    assert len(sealed) == overhead + (bucket + 1) * PAD_BLOCK


@pytest.mark.parametrize("ending", [b"\x80", b"\x80\0\0", b"\0" * 1300, b"\x80" * 1024, b" \n"])
def test_an_ending_that_looks_like_padding_is_kept(ending: bytes) -> None:
    plain = b"habis ini" + ending
    assert open_with(PAIR.private_key, seal_for(PAIR.public_key, plain, PLACE), PLACE) == plain


def test_pairs_do_not_repeat_and_follow_from_their_private_key() -> None:
    pairs = [KeyPair.new() for _ in range(50)]
    assert len({pair.public_key for pair in pairs}) == 50
    assert all(KeyPair.of(pair.private_key) == pair for pair in pairs)


def test_it_is_the_sealed_box_that_others_know() -> None:
    sealed = seal_for(PAIR.public_key, STORY, PLACE)
    inside = SealedBox(PrivateKey(PAIR.private_key)).decrypt(sealed[1:])
    assert inside.startswith(PLACE.encode() + b"\0" + STORY + b"\x80\0")


def test_a_representation_shows_no_private_key() -> None:
    pair = KeyPair.of(b"rahasia!" * 4)
    for shown in (repr(pair), str(pair), f"{[pair]}"):
        assert "rahasia" not in shown


def test_a_broken_box_tells_where_but_not_what() -> None:
    with pytest.raises(SealBroken) as caught:
        open_with(PAIR.private_key, seal_for(PAIR.public_key, STORY, PLACE), "tips.body:lain")
    assert "tips.body:lain" in str(caught.value)
    assert "0812" not in str(caught.value)
    assert "laporan-1" not in str(caught.value)


def test_boxes_of_earlier_releases_still_open() -> None:
    """A tip lives longer than a release: change FORMAT when the layout changes."""
    assert open_with(bytes(range(32)), bytes.fromhex(GOLDEN), "tips.body:1") == b"laporan lama"


GOLDEN = (
    "0128babb31c6d36420fc7fde4339876d85ffe4458970bfe4721a49c7410c258e1b751528e7f329c773360af0"
    "7daf1853006c71b3ad9af6ae26ffd4c5a3ee03dff05104159ef5a91db30d517cb5f30f7c0dba83392fa4c573"
    "cd26fd32b6a8ceffd9f4c0eb488c9cb3b9c11b4954a3852fcf84422f7ab15e73bec1bb2eff1b941bbb1a954c"
    "2fc9281e999c093fc5f17e88dacad6023002fc590ecc2c8169d84ca6147b52885532bbfe99181418b81cca31"
    "f7a0de8461209badb4e8afd49e06818451d6a92542a777dcce85e03396bd73b06229bc35faaeb454a781d9bf"
    "9c32832455065e2b6312af278a50b68d568a8f5c6660efb18cc0c7704f7f34bd5c5d768a3bf9a2cd8904e67d"
    "daa20512a4147f4f60063234c87374c6315bc95548109b33a8cda980c2ceed946fad8e99b3d41dc493b54d30"
    "6d40a72441315bb0ede5bb12313f1b3e567da066e5a50d33b43b1e851c536dc25711abe0b30eea2d452fb778"
    "a44fcaa5d7b09c5cb9f4e2e5945b2d57418ec4d1c488a538e05368032108accb0cec0edf19f25118d831bd37"
    "e18a375208664c0bd9759e3af46e0e6417c0ea5f24d974bdf6b613cc2cf6fffa2734defc8d0299f060dbb17a"
    "7788edadd89fbf56dde02920b1cf78fc532ddc0a78d863a2ac6607a165e4678c7bbef020fdd2c148c29a9417"
    "e95d686522dcf15c0f7a2dfde3852821a5a925087c939359baeb4315b7eb2ef7f92865dbebacf75f2e300d10"
    "64314e42961931c82a82ba1b01efdf5905a7c9769d8288d12fa8dc6d27e3225852f365be8f318f72a675d2b4"
    "257df7ff236756d72aa3fc5a1668a07771307a901cb4a63edb6aac2103b34880153cc65592e124ce3dcc4ffc"
    "b0805d879a92c29651b150f8e4ed67f6f114ba6ca3f054f663f224044a9113e8e82f2f07a4f3e004c5b978f2"
    "c683e81f06747dc2e7f73f958ab0f0b1e40f2e20b16da506d27dbc3c3ff76c6e5964e2a454d83204c089f123"
    "39485af074f14ea7edb8767169b3358cb6393c3cc7d704a14ba7ed817a4fcdae947bdc7e14637d28a8c91d1a"
    "4136fcb08d9d74eeb8a15140b868e6c988474e7085859fa9da2efa18b60895f39a6e88192794d1d12ca65eab"
    "6aba5f632f30aff020c93c30decbe028e1ad3f1ba1bb19fb9837df23e3baea70555bb5775a73b1de92af227e"
    "99d1b916af76df737554084c5d5c350ec69d8bd0bbb3c5ddd269103d2d2be598982c41b6a9dd164ba2b7dd01"
    "3980d8f46a4d15b2773edf1aa89392df2f924f2a9bcc1ac1fabc7d22bd925bf6d1b21b63bf73c1a41c8fe8c3"
    "97678b0279c5997fe53c8227c31a6ffe87a49b91b8d78b10254c886a262865f2980f9eaf245eb8193a483397"
    "02d5d8bcc1b0dfb14921fe8a19246e39c25d8c4138c046d53e4f9a4f45fd122802cc24de5464be2225e5a93d"
    "839e2319e07e45b5deaefa34160550c7fb9479e8b1a96a901d1649da2340bc391d0a14d6247f281102282ef3"
    "d3dfbf74e3b58db249d5d7df127bd6cca2"
)
