from __future__ import annotations

import pytest

from bot.entities.gazetteer import Gazetteer, key
from bot.entities.lists import ListError
from bot.entities.reading import Reading

NAMES = Gazetteer(
    {
        "Taba Penanjung": 1,
        "Taba": 2,
        "Kamboja": 3,
        "Penang": 4,
        "Laos": 5,
        "Bajak I": 6,
        "Bajak II": 7,
        "Jum'at": 8,
        "Uni Emirat Arab": 9,
        "Arab": 10,
    },
    ordinary_words=["kembojo", "tobo"],
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ke KAMBOJA", [3]),
        ("taba penanjung", [1]),
        ("tabapenanjung", [1]),
        ("Taba-Penanjung", [1]),
        ("taba, penanjung", [2]),
        ("taba\npenanjung", [2]),
        ("taba saja", [2]),
        ("kambojanya", [3]),
        ("kambojaku", []),
        ("kamboj", [3]),
        ("kamobja", [3]),
        ("kambija", [3]),
        ("kambjoo", []),
        ("samboja", []),
        ("kembojo kamboja", [3]),
        ("pegang", []),
        ("pnang", [4]),
        ("los lao", []),
        ("taba penanjng", [1]),
        ("tobo penanjung", []),
        ("raba penanjung", []),
        ("bajak 2", []),
        ("bajak ii", [7]),
        ("bajak iii", []),
        ("jumat jum'at JUM’AT", [8, 8, 8]),
        ("uni emirat arab", [9]),
        ("arab uni", [10]),
        ("𝗞𝗮𝗺𝗯𝗼𝗷𝗮", [3]),
        ("", []),
    ],
)
def test_whole_names_are_found_the_longest_first(text: str, found: list[int]) -> None:
    assert [match.value for match in NAMES.matches(Reading(text))] == found


def test_a_name_that_is_not_accepted_leaves_room_for_a_shorter_one() -> None:
    matches = NAMES.matches(Reading("taba penanjung"), lambda match: " " not in match.name)
    assert [match.value for match in matches] == [2]


def test_a_match_tells_whether_a_typing_error_was_forgiven() -> None:
    matches = NAMES.matches(Reading("kamboja kamboj"))
    assert [match.is_exact for match in matches] == [True, False]
    assert {match.name for match in matches} == {"kamboja"}


def test_a_name_of_two_things_is_refused() -> None:
    with pytest.raises(ListError):
        Gazetteer({"Taba": 1, "TABA": 2})


def test_names_are_compared_without_case_signs_and_apostrophes() -> None:
    assert key("  Jum’at,  II ") == "jumat ii"
