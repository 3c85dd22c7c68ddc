from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.entities.reading import Reading, fold, tokens


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Gaji 5 JUTA", "gaji 5 juta"),
        ("𝗚𝗮𝗷𝗶 𝟱 𝗷𝘂𝘁𝗮", "gaji 5 juta"),
        ("Ｇａｊｉ", "gaji"),
        ("5–7 juta", "5-7 juta"),
        ("Jum’at", "jum'at"),
        ("a\u00a0b", "a b"),
        # One character stays one character, whatever its small letter is.
        ("İstanbul", "İstanbul"),
        ("½ ﬁ", "½ ﬁ"),
    ],
)
def test_a_text_is_folded_to_plain_small_letters(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rp3jt", ["rp", "3", "jt"]),
        ("17thn, 5.000.000", ["17", "thn", ",", "5.000.000"]),
        ("jum'at 5-12", ["jum'at", "5", "-", "12"]),
        ("nt$ 20_b", ["nt", "$", "20", "_", "b"]),
        (" \n ", []),
    ],
)
def test_a_text_is_cut_into_tokens(text: str, expected: list[str]) -> None:
    assert [token.text for token in tokens(text)] == expected


@given(st.text())
def test_tokens_stand_where_they_say(text: str) -> None:
    reading = Reading(text)
    for token in reading.tokens:
        assert reading.folded[token.start : token.end] == token.text
    assert set(reading.words) <= set(reading.tokens)
    assert Reading.of(reading) is reading
