"""Where a message is cut into clauses that may each hold a wish."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.wishes import MAX_PARTS, Part, parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("saya mau lapor", [("saya mau lapor", False)]),
        ("mau lapor, paspor ditahan", [("mau lapor", False), ("paspor ditahan", False)]),
        ("apa itu calo? mau lapor", [("apa itu calo", True), ("mau lapor", False)]),
        ("mau lapor. gajinya berapa", [("mau lapor", False), ("gajinya berapa", True)]),
        ("mau lapor!!! aman?", [("mau lapor", False), ("aman", True)]),
        ("mau lapor; visa\npaspor", [("mau lapor", False), ("visa", False), ("paspor", False)]),
        ("visa dan paspor", [("visa", False), ("dan paspor", False)]),
        ("visa & paspor", [("visa", False), ("paspor", False)]),
        ("lapor trus gajinya piro", [("lapor", False), ("trus gajinya piro", True)]),
        # Only whole words join.
        ("visa dandan samapta", [("visa dandan samapta", False)]),
        # What says nothing by itself is no part.
        ("halo kak, mau lapor, ya", [("mau lapor", False)]),
        ("kak, pak, bu", []),
        ("orang yang sama dan visa", [("orang yang", False), ("dan visa", False)]),
        ("?!., &", []),
        ("", []),
    ],
)
def test_a_message_is_cut_where_one_wish_may_end(
    text: str, expected: list[tuple[str, bool]]
) -> None:
    assert [(part.text, part.asks) for part in parts(text)] == expected


def test_of_many_clauses_the_first_ones_and_the_last_one_count() -> None:
    """People say what they want at the beginning or at the end."""
    told = [part.text for part in parts("satu; dua; tiga; empat; lima; mau lapor")]
    assert told == ["satu", "dua", "tiga", "mau lapor"]


PIECES = st.sampled_from(
    ["kak", "mau lapor", "apa itu calo", " dan ", "?", ",", ".", "\n", " & ", " trus ", "🙏", "ﬁ"]
)
SPOKEN = st.lists(PIECES, max_size=30).map("".join)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(st.characters(exclude_categories=()), max_size=200), SPOKEN))
def test_any_text_has_at_most_four_parts_that_stand_in_it_in_order(text: str) -> None:
    found = parts(text)
    assert len(found) <= MAX_PARTS == 4
    rest = text
    for part in found:
        assert part.text == part.text.strip() != ""
        assert part.said
        before, there, rest = rest.partition(part.text)
        assert there, (before, part.text)


def test_a_very_long_text_is_cut_quickly() -> None:
    started = time.perf_counter()
    assert len(parts("saya mau lapor dan " * 20_000 + " ?" * 20_000)) == MAX_PARTS
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("text", "asks", "bare"),
    [
        ("mau lapor", False, True),
        ("saya mau lapor ya kak", False, True),
        ("mau melapor ke polisi", False, True),
        ("mau lapor agen yang menipu kami", False, False),
        ("lapor", True, False),
    ],
)
def test_a_wish_is_bare_when_nothing_is_told_with_it(text: str, asks: bool, bare: bool) -> None:
    assert Part(text, asks).is_bare is bare


@pytest.mark.parametrize(
    ("text", "points_back"),
    [
        ("lembaga itu tugasnya apa", True),
        ("itu boleh gak kak", True),
        ("berapa lama paspor itu jadi di kantor imigrasi", False),
        ("calo dihukum berapa lama", False),
        ("apa itu calo", False),
        ("sapa 129 itu apa", False),
        ("", False),
    ],
)
def test_a_short_question_about_what_stands_before_it_is_none_by_itself(
    text: str, points_back: bool
) -> None:
    assert Part(text, asks=True).points_back is points_back
