"""The double reads formatted text as Telegram does, and complains as it does."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.helpers import escape_markdown

from tests.doubles.telegram_people import found_entities
from tests.doubles.telegram_state import ApiError
from tests.doubles.telegram_text import parse_html, parse_markdown, utf16_length

Found = list[tuple[str, str]]

GOOD_HTML: list[tuple[str, str, Found]] = [
    ("Halo", "Halo", []),
    ("<b>Halo</b> <i>dunia</i>", "Halo dunia", [("bold", "Halo"), ("italic", "dunia")]),
    ("👋 <B>a<u>b</u></B>", "👋 ab", [("bold", "ab"), ("underline", "b")]),
    ("<s>a</s><del>b</del>", "ab", [("strikethrough", "a"), ("strikethrough", "b")]),
    ("1 &lt; 2 &amp; 3 &gt; 2 &#33; &#x1F44B;", "1 < 2 & 3 > 2 ! 👋", []),
    ("Rp1 & Rp2 &tidak;", "Rp1 & Rp2 &tidak;", []),
    ('<a href="https://a.example/?x=1&amp;y=2">sini</a>', "sini", [("text_link", "sini")]),
    ("<a href='https://a.example/>'>sini</a>", "sini", [("text_link", "sini")]),
    ('<span class="tg-spoiler">x</span>', "x", [("spoiler", "x")]),
    ("<tg-spoiler>x</tg-spoiler>", "x", [("spoiler", "x")]),
    ("<pre>a</pre><code>b</code>", "ab", [("pre", "a"), ("code", "b")]),
    ("<blockquote>a\nb</blockquote>", "a\nb", [("blockquote", "a\nb")]),
    ("<b></b>kosong", "kosong", []),
    ("<b>x</>", "x", [("bold", "x")]),
    ("5 > 3", "5 > 3", []),
]

BAD_HTML = [
    ("<b>Halo", 'Can\'t find end tag corresponding to start tag "b"'),
    ("é <h1>Halo</h1>", 'Unsupported start tag "h1" at byte offset 3'),
    ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
    ("Halo</b>", "Unexpected end tag at byte offset 4"),
    ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    ("1 < 2", "Unclosed start tag at byte offset 2"),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
]

GOOD_MARKDOWN: list[tuple[str, str, Found]] = [
    ("Halo", "Halo", []),
    ("*Halo* _dunia_", "Halo dunia", [("bold", "Halo"), ("italic", "dunia")]),
    ("👋 *a __b__*", "👋 a b", [("bold", "a b"), ("underline", "b")]),
    ("~a~ ||b||", "a b", [("strikethrough", "a"), ("spoiler", "b")]),
    (r"Rp1\.000\-an \(a\)\!", "Rp1.000-an (a)!", []),
    ("[sini](https://a.example/?x=(1\\))", "sini", [("text_link", "sini")]),
    ("`a.b!`", "a.b!", [("code", "a.b!")]),
    ("```\na.b\n```", "a.b\n", [("pre", "a.b\n")]),
    ("```py\na = 1```", "a = 1", [("pre", "a = 1")]),
    (">a\n>b\nc", "a\nb\nc", [("blockquote", "a\nb")]),
    ("**", "", []),
    ("satu\ndua", "satu\ndua", []),
]

RESERVED = "is reserved and must be escaped with the preceding '\\'"
BAD_MARKDOWN = [
    *((f"a {c} b", f"Character '{c}' {RESERVED}") for c in "]()>#+-=|{}.!"),
    ("é *Halo", "Can't find end of Bold entity at byte offset 3"),
    ("_Halo", "Can't find end of Italic entity at byte offset 0"),
    ("a __Halo_ b", "Can't find end of Italic entity at byte offset 8"),
    ("`Halo", "Can't find end of Code entity at byte offset 0"),
    ("[Halo", "Can't find end of TextUrl entity at byte offset 0"),
    ("[Halo](https://a.example", "Can't find end of a URL at byte offset 7"),
]


def _slices(text: str, entities: list[dict[str, int | str]]) -> Found:
    units = text.encode("utf-16-le")
    found = []
    for entity in entities:
        start, length = int(entity["offset"]), int(entity["length"])
        part = units[2 * start : 2 * (start + length)].decode("utf-16-le")
        found.append((str(entity["type"]), part))
    return found


@pytest.mark.parametrize(("source", "text", "found"), GOOD_HTML)
def test_html_is_read(source: str, text: str, found: Found) -> None:
    plain, entities = parse_html(source)
    assert (plain, _slices(plain, entities)) == (text, found)


@pytest.mark.parametrize(("source", "text", "found"), GOOD_MARKDOWN)
def test_markdown_is_read(source: str, text: str, found: Found) -> None:
    plain, entities = parse_markdown(source)
    assert (plain, _slices(plain, entities)) == (text, found)


@pytest.mark.parametrize(("source", "why"), BAD_HTML)
def test_invalid_html_is_refused(source: str, why: str) -> None:
    with pytest.raises(ApiError) as error:
        parse_html(source)
    assert error.value.description == f"Bad Request: can't parse entities: {why}"


@pytest.mark.parametrize(("source", "why"), BAD_MARKDOWN)
def test_invalid_markdown_is_refused(source: str, why: str) -> None:
    with pytest.raises(ApiError) as error:
        parse_markdown(source)
    assert error.value.description == f"Bad Request: can't parse entities: {why}"


def test_a_link_keeps_its_address() -> None:
    assert parse_html('<a href="https://a.example/?x=1&amp;y=2">a</a>')[1][0]["url"] == (
        "https://a.example/?x=1&y=2"
    )
    assert parse_markdown(r"[a](https://a.example/\))")[1][0]["url"] == "https://a.example/)"
    assert parse_markdown("```py\nx```")[1][0]["language"] == "py"


@given(st.text())
def test_escaped_html_is_the_text_itself(text: str) -> None:
    assert parse_html(escape(text, quote=False)) == (text, [])


@given(st.text())
def test_escaped_markdown_is_the_text_itself(text: str) -> None:
    assert parse_markdown(escape_markdown(text, version=2)) == (text, [])


@given(st.text(alphabet="_*[]()~`>|!<b/>&; \\\n👋a", max_size=30))
def test_any_markup_is_read_or_refused(text: str) -> None:
    for parse in (parse_html, parse_markdown):
        try:
            plain, entities = parse(text)
        except ApiError:
            continue
        for entity in entities:
            assert 0 <= entity["offset"] < entity["offset"] + entity["length"]
            assert entity["offset"] + entity["length"] <= utf16_length(plain)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start desa_pondokkelapa", [("bot_command", "/start")]),
        ("/menu@suluh_uji_bot", [("bot_command", "/menu@suluh_uji_bot")]),
        ("👋 lihat https://a.example/x", [("url", "https://a.example/x")]),
        ("ani@a.example #loker @penyalur", [
            ("email", "ani@a.example"), ("hashtag", "#loker"), ("mention", "@penyalur"),
        ]),
        ("hubungi +62812-0000-0001", [("phone_number", "+62812-0000-0001")]),
        ("dan/atau 1/2", []),
    ],
)  # fmt: skip
def test_telegram_marks_by_itself(text: str, found: Found) -> None:
    assert _slices(text, found_entities(text)) == found
