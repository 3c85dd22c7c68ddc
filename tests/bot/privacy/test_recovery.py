from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import OperatorError
from bot.privacy import recovery
from bot.privacy.boxes import KeyPair
from bot.privacy.recovery import ALPHABET, GROUP_SIZE, GROUPS, RecoveryKeyError, shown, typed

PAIR = KeyPair.of(bytes(range(32)))
SHOWN = shown(PAIR)

BOUNDED = settings(max_examples=200, deadline=None)
PAIRS = st.binary(min_size=32, max_size=32).map(KeyPair.of)


@BOUNDED
@given(PAIRS)
def test_what_was_shown_can_be_typed_again(pair: KeyPair) -> None:
    assert typed(shown(pair)) == pair


@pytest.mark.parametrize("private_key", [bytes(32), b"\xff" * 32, bytes(31) + b"\x01"])
def test_the_least_and_the_greatest_keys_can_be_typed_again(private_key: bytes) -> None:
    pair = KeyPair.of(private_key)
    assert typed(shown(pair)) == pair


def test_it_fits_on_one_line_of_a_terminal_in_groups_of_five() -> None:
    groups = SHOWN.split("-")
    assert [len(group) for group in groups] == [GROUP_SIZE] * GROUPS
    assert len(SHOWN) < 80
    assert set("".join(groups)) <= set(ALPHABET)


def test_no_two_characters_are_taken_for_each_other() -> None:
    assert not set("01ILO") & set(ALPHABET)
    assert len(ALPHABET) == len(set(ALPHABET)) == 31


@pytest.mark.parametrize(
    "as_typed",
    [
        SHOWN.lower(), SHOWN.replace("-", ""), SHOWN.replace("-", " "), f"  {SHOWN}  ",
        SHOWN.replace("-", " - "), SHOWN.replace("-", "–"), SHOWN.replace("-", "\t"),
    ],
)  # fmt: skip
def test_it_may_be_typed_in_small_letters_and_without_the_dashes(as_typed: str) -> None:
    assert typed(as_typed) == PAIR


@BOUNDED
@given(PAIRS, st.integers(0, GROUPS * GROUP_SIZE - 1), st.sampled_from(ALPHABET + "01ILOÄß*"))
def test_one_wrong_character_is_found_in_its_group(pair: KeyPair, at: int, wrong: str) -> None:
    characters = list(shown(pair).replace("-", ""))
    if characters[at] == wrong or len(wrong.upper()) != 1:
        return
    characters[at] = wrong
    with pytest.raises(RecoveryKeyError, match=rf"Group {at // GROUP_SIZE + 1} "):
        typed("".join(characters))


@BOUNDED
@given(PAIRS, st.integers(0, GROUPS - 1), st.permutations(range(GROUP_SIZE)))
def test_two_characters_that_changed_places_are_found(
    pair: KeyPair, number: int, order: list[int]
) -> None:
    groups = shown(pair).split("-")
    one, other = order[:2]
    characters = list(groups[number])
    if characters[one] == characters[other]:
        return
    characters[one], characters[other] = characters[other], characters[one]
    groups[number] = "".join(characters)
    with pytest.raises(RecoveryKeyError, match=rf"Group {number + 1} "):
        typed("-".join(groups))


@BOUNDED
@given(PAIRS, st.integers(0, GROUPS - 1), st.integers(0, GROUPS - 1))
def test_two_groups_that_changed_places_are_found(pair: KeyPair, one: int, other: int) -> None:
    groups = shown(pair).split("-")
    if one == other:
        return
    groups[one], groups[other] = groups[other], groups[one]
    with pytest.raises(RecoveryKeyError, match=rf"Group {min(one, other) + 1} "):
        typed("-".join(groups))


@pytest.mark.parametrize(
    ("as_typed", "count"), [("", 0), (SHOWN[:-1], 64), (SHOWN + "2", 66), ("rahasia", 7)]
)
def test_what_has_another_length_is_counted(as_typed: str, count: int) -> None:
    with pytest.raises(RecoveryKeyError, match=rf"; {count} were typed"):
        typed(as_typed)


def test_more_than_256_bits_are_no_key() -> None:
    most = [len(ALPHABET) - 1] * 4
    groups = (
        "".join(ALPHABET[digit] for digit in (*most, recovery._check(place, most)))
        for place in range(GROUPS)
    )
    with pytest.raises(RecoveryKeyError, match="not a recovery key"):
        typed("-".join(groups))


def test_a_typing_error_is_one_the_operator_can_mend() -> None:
    assert issubclass(RecoveryKeyError, OperatorError)


def test_what_is_on_paper_stays_valid() -> None:
    """It lies in a safe for years. Never change how it is written."""
    assert SHOWN == GOLDEN


GOLDEN = "C4TQH-UPKM5-KBDJC-YQXEP-WCBMV-YFVZC-7HRUQ-KCZKJ-KRQEU-77FFR-B6BZN-7XENY-6222J"
