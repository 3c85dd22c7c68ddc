from __future__ import annotations

import string

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot import lexicon
from bot.conversation.gsm7 import ALPHABET
from bot.privacy import boxes, receipt_words, receipts
from bot.privacy.keys import RECEIPT_SUBKEY, ServerKey
from bot.privacy.receipts import Receipt, find_in, keys_of
from bot.privacy.sealing import SealBroken
from tests.nlu_data import content

DIGITS = "0812345678901234"
RECEIPT = Receipt(DIGITS)
WORDS = RECEIPT.words
SALT = ServerKey(b"k" * 32).subkey(RECEIPT_SUBKEY)[:16]

BOUNDED = settings(max_examples=300, deadline=None)
ANY = st.integers(0, 10**14 - 1).map(lambda number: Receipt(f"08{number:014d}"))


# What a receipt is.


def test_a_receipt_looks_like_a_telephone_number() -> None:
    receipt = Receipt.new()
    assert len(receipt.digits) == 16
    assert receipt.digits.startswith("08")
    assert RECEIPT.shown == "0812-3456-7890-1234"


def test_a_receipt_is_five_words_that_an_sms_can_carry() -> None:
    assert tuple(receipt_words.words()[n] for n in (812, 345, 678, 901, 234)) == WORDS
    assert set("".join(WORDS)) <= set(ALPHABET)
    assert Receipt("0800000000000000").words[1:] == (receipt_words.words()[0],) * 4


def test_no_two_receipts_are_alike_and_every_digit_is_drawn() -> None:
    made = [Receipt.new().digits for _ in range(2000)]
    assert len(set(made)) == len(made)
    assert all({digits[place] for digits in made} == set(string.digits) for place in range(2, 16))


def test_receipts_are_drawn_from_what_nobody_can_foresee(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def seven(most: int) -> int:
        asked.append(most)
        return 7

    monkeypatch.setattr(receipts.secrets, "randbelow", seven)
    assert Receipt.new().digits == "0800000000000007"
    assert asked == [10**14]


@pytest.mark.parametrize(
    "digits",
    ["", "0712345678901234", "081234567890123", "08123456789012345", "0812-3456-7890-1234",
     "081234567890123\n", "0812345678901234\n", "０８１２３４５６７８９０１２３４"],
)  # fmt: skip
def test_what_is_no_receipt_is_refused_without_being_repeated(digits: str) -> None:
    with pytest.raises(ValueError, match="Not the digits") as caught:
        Receipt(digits)
    assert "0712" not in str(caught.value)


def test_a_representation_shows_no_digit_and_no_key() -> None:
    keys = receipts.ReceiptKeys(b"rahasia1" * 4, b"rahasia2" * 4, b"rahasia3" * 4)
    for value in (RECEIPT, keys):
        for shown in (repr(value), str(value), f"{value}", f"{[value]}"):
            assert "secret" in shown
            assert not set(string.digits) & set(shown)
            assert "rahasia" not in shown


# What it opens.


@pytest.mark.usefixtures("quick_hashes")
def test_the_same_receipt_finds_its_tip_again_after_a_restart() -> None:
    again = ServerKey(b"k" * 32).subkey(RECEIPT_SUBKEY)[:16]
    assert keys_of(Receipt(DIGITS), again) == keys_of(RECEIPT, SALT)


@pytest.mark.usefixtures("quick_hashes")
def test_what_is_sealed_for_a_receipt_opens_with_it_alone() -> None:
    keys = keys_of(RECEIPT, SALT)
    sealed = boxes.seal_for(keys.public_key, b"Sudah kami terima.", "tip_entries.body:1")
    opened = boxes.open_with(keys.private_key, sealed, "tip_entries.body:1")
    assert opened == b"Sudah kami terima."
    other = keys_of(Receipt("0812345678901235"), SALT)
    with pytest.raises(SealBroken):
        boxes.open_with(other.private_key, sealed, "tip_entries.body:1")


@pytest.mark.usefixtures("quick_hashes")
def test_without_the_server_key_a_receipt_cannot_be_tried_out() -> None:
    keys, elsewhere = keys_of(RECEIPT, SALT), keys_of(RECEIPT, bytes(16))
    assert not {keys.hash, keys.private_key} & {elsewhere.hash, elsewhere.private_key}


@pytest.mark.usefixtures("quick_hashes")
def test_what_the_database_keeps_is_not_the_key() -> None:
    keys = keys_of(RECEIPT, SALT)
    assert {len(keys.hash), len(keys.private_key), len(keys.public_key)} == {32}
    assert len({keys.hash, keys.private_key, keys.public_key}) == 3
    assert boxes.KeyPair.of(keys.hash).public_key != keys.public_key


def test_receipts_of_earlier_releases_still_find_their_tip() -> None:
    """At the real strength. Never change the values: they stand in the databases of the field."""
    keys = keys_of(RECEIPT, bytes(range(16)))
    assert (keys.hash.hex(), keys.public_key.hex()) == GOLDEN


# How it is read.


@pytest.mark.parametrize(
    "text",
    [
        "0812345678901234",
        "0812-3456-7890-1234",
        "0812 3456 7890 1234",
        "0812.3456.7890.1234",
        "0812, 3456, 7890, 1234",
        "0812 - 3456 - 7890 - 1234",
        "0812–3456–7890–1234",
        "0812\u00a03456\u00a07890\u00a01234",
        "0812\u200b3456\u200b7890\u200b1234",
        "08123456 78901234",
        "0812 345 678 901 234",
        "0812-345-678-901-234",
        "0 8 1 2 3 4 5 6 7 8 9 0 1 2 3 4",
        "08 12 34 56 78 90 12 34",
        "(0812) 3456 7890 1234",
        "+62 812 3456 7890 1234",
        "+62812-3456-7890-1234",
        "+62 812-3456-7890-1234",
        "62812345678901234",
        "+62 0812 3456 7890 1234",
        "+62 8123 4567 8901 234",
        "nomor saya 0812 3456 7890 1234",
        "Nomor saya:0812-3456-7890-1234, tolong dicek ya kak",
        "ini kak (0812-3456-7890-1234).",
        "resi 08123456 78901234 dari bulan lalu",
        "*0812-3456-7890-1234*",
        "1. 0812-3456-7890-1234",
        "0812\n3456\n7890\n1234",
        "0812-3456-7890-\n1234",
        "0812 3456\n7890 1234",
        "0812 3456 7890\n1234",
        "Lapor\n0812-3456-7890-1234\n12 November 2025",
        "tanggal 3-11-2025 nomornya 0812-3456-7890-1234",
        "０８１２ ３４５６ ７８９０ １２３４",
        "０８１２－３４５６－７８９０－１２３４",
        "rekening pelaku di BCA, laporan saya 0812-3456-7890-1234",
        "nomor telepon 081200000001, nomor laporan 0812-3456-7890-1234",
    ],
)
def test_the_digits_are_read(text: str) -> None:
    found = find_in(text)
    assert found is not None
    assert found.digits == DIGITS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0812-0000-0001",
        "081200000001",
        "0812 0000 001",
        "+62 812-0000-0001",
        "08120000000001",
        "0812 0000 0001 0812 0000 0002",
        "081200000001, 081200000002",
        "081200000001 2025",
        "081200000001 1234",
        "0812-0000-0001 2025",
        "0812 0000 001 50000",
        "081200000001\n2025",
        "1771010101900001",
        "NIK 1771 0101 0190 0001",
        "1771-0101-0190-0001",
        "08123456789012345",
        "0812 3456 7890 1234 5",
        "3 0812 3456 7890 1234",
        "rekening BRI 0812 3456 7890 1234",
        "rek bca 0812345678901234 an calo",
        "rekening saya di bank itu: 0812 3456 7890 1234",
        "no rek 002301000123504",
        "buka 08.00-17.00 08.00-12.00",
        "0800-1700, 0800-1500",
        "08-12-2025 08-01-2026",
        "https://contoh.example/0812345678901234",
        "https://contoh.example/?id=0812345678901234",
        "x0812345678901234",
        "0812 tiga 3456 lalu 7890 dan 1234",
    ],
)
def test_other_numbers_are_not_read(text: str) -> None:
    assert find_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "{0} {1} {2} {3} {4}",
        "{0}, {1}, {2}, {3}, {4}",
        "{0}, {1}, {2}, {3} dan {4}",
        "{0}\n{1}\n{2}\n{3}\n{4}",
        "1. {0}\n2. {1}\n3. {2}\n4. {3}\n5. {4}",
        "{0}-{1}-{2}-{3}-{4}",
        "kata saya {0} {1} {2} {3} {4} ya kak",
        "saya mau tanya laporan saya yang kemarin. Katanya: {0} {1} {2} {3} {4}. Makasih",
    ],
)
def test_the_words_are_read(text: str) -> None:
    for said in (text.format(*WORDS), text.format(*WORDS).upper(), text.format(*WORDS).title()):
        assert find_in(said) == RECEIPT


def test_two_typing_errors_are_mended_only_when_nothing_else_is_said() -> None:
    wrong = ["x" + WORDS[0], WORDS[1], "x" + WORDS[2], *WORDS[3:]]
    assert find_in(" ".join(wrong)) == RECEIPT
    assert find_in("kak " + " ".join(wrong)) is None


def test_the_first_word_is_mended_to_one_that_receipts_begin_with() -> None:
    listed = receipt_words.words()
    typed = next(
        word[1:]
        for word in listed[800:900]
        if sum(OSA.distance(word[1:], other) <= 1 for other in listed) > 1
        and sum(OSA.distance(word[1:], other) <= 1 for other in listed[800:900]) == 1
    )
    found = find_in(" ".join([typed, *WORDS[1:]]))
    assert found is not None
    assert found.words[0][1:] == typed


def test_three_typing_errors_are_not_mended() -> None:
    assert find_in(" ".join([*("x" + word for word in WORDS[:3]), *WORDS[3:]])) is None


def test_words_in_another_order_or_too_few_are_no_receipt() -> None:
    first, *rest = WORDS
    assert find_in(" ".join([*rest, first])) is None
    assert find_in(" ".join(WORDS[:4])) is None
    assert find_in(" ".join([first, "saya", *rest])) is None


def test_words_that_may_be_two_receipts_are_not_guessed() -> None:
    first = receipt_words.words()[812]
    assert find_in(" ".join([first] * 5)) == Receipt("08" + "12812" + "812" * 3)
    assert find_in(" ".join([first, receipt_words.words()[813], *[first] * 4])) is None


def test_digits_count_more_than_words() -> None:
    assert find_in(" ".join(Receipt.new().words) + " 0812-3456-7890-1234") == RECEIPT


def test_no_example_of_what_people_write_reads_as_a_receipt() -> None:
    examples = [topic.examples for topic in content.topics()]
    examples += content.dialog_examples().values()
    assert sum(map(len, examples)) > 10_000
    read = [text for texts in examples for text in texts if find_in(text) is not None]
    assert len(read) == 0
    # And as one long message.
    assert [texts[0] for texts in examples if find_in(" ".join(texts)) is not None] == []


def test_a_conjunction_between_the_words_is_none_of_them() -> None:
    assert not lexicon.words("penghubung") & receipt_words.numbers().keys()


@BOUNDED
@given(receipt=ANY)
def test_every_receipt_is_read_in_all_its_forms(receipt: Receipt) -> None:
    assert find_in(receipt.digits) == receipt
    assert find_in(receipt.shown) == receipt
    assert find_in(" ".join(receipt.words)) == receipt


@st.composite
def _mistyped(draw: st.DrawFn, word: str) -> str:
    """`word` with one letter wrong, left out, or too many, or two that changed places."""
    at = draw(st.integers(0, len(word) - 1))
    letter = draw(st.sampled_from(string.ascii_lowercase))
    return draw(
        st.sampled_from(
            [
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            ]
        )
    )


@BOUNDED
@given(receipt=ANY, place=st.integers(0, 4), data=st.data())
def test_every_receipt_survives_a_typing_error(
    receipt: Receipt, place: int, data: st.DataObject
) -> None:
    words = list(receipt.words)
    words[place] = data.draw(_mistyped(words[place]))
    assume(words[place] not in lexicon.words("penghubung"))
    near = [w for w in receipt_words.words() if OSA.distance(w, words[place]) <= 1]
    around = data.draw(st.sampled_from(["{}", "kode saya {} kak", "{}.", "laporan:\n{}\ntolong"]))
    found = find_in(around.format(", ".join(words)))
    # What may be two words is asked again, and never read as somebody else's receipt.
    assert found == receipt or (found is None and len(near) > 1)


def test_hardly_any_typing_error_has_to_be_asked_again() -> None:
    errors = ambiguous = 0
    for word in receipt_words.words()[::20]:
        for at in range(len(word)):
            for letter in string.ascii_lowercase:
                typed = word[:at] + letter + word[at + 1 :]
                errors += typed != word
                near = receipt_words.nearest(typed, range(1000))
                ambiguous += typed != word and near is None
    assert ambiguous < errors / 20


@BOUNDED
@given(text=st.text(max_size=200))
@example("+")
@example("62")
@example("62 62")
@example("0" * 4000)
@example("0 " * 2000)
@example("sekolah " * 500)
def test_whatever_is_written_is_read_without_a_crash(text: str) -> None:
    find_in(text)


@BOUNDED
@given(digits=st.text(string.digits, min_size=1, max_size=30))
def test_digits_in_one_piece_are_a_receipt_only_in_their_form(digits: str) -> None:
    found = find_in(digits)
    local = "0" + digits[2:].removeprefix("0") if digits.startswith("62") else digits
    assert (found is not None) == (len(local) == 16 and local.startswith("08"))


GOLDEN = (
    "e1f3bad932a0cd00f737f8a06b54417159ff6e7b0cf0ba173ec0b8830ebba715",
    "d39ad20fb1496a059d1f8214ae89f8fbdf2c3a185a4edaf5b22ba0252cc70d47",
)
