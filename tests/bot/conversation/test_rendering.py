from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import lexicon
from bot.conversation.capabilities import EVERYTHING, Capabilities, characters, utf16_units
from bot.conversation.gsm7 import plain, segments
from bot.conversation.messages import Choice, Reply
from bot.conversation.rendering import Part, render

BOUNDED = settings(max_examples=100, deadline=None)

WHATSAPP = Capabilities(buttons=3, button_title=20, length=1024)
TELEGRAM = Capabilities(buttons=100, button_title=64, length=4096, measure=utf16_units)
SMS = Capabilities(buttons=0, length=3, measure=segments, clean=plain, waits_for_more=True)

HINT = lexicon.line("balas_nomor")
MORE = "\n" + lexicon.line("balas_lanjut")
# What three parts of an SMS hold.
ROOM = 3 * 153

YES_OR_NO = (Choice("Ya, bisa menelepon", "/ya"), Choice("Tidak, tidak aman", "/tidak"))

sentences = st.sampled_from(
    [
        "Paspor tidak boleh ditahan.",
        "Dasarnya: UU No. 21 Tahun 2007.",
        "Simpan salinannya di rumah, dan beri tahu keluarga ke mana kamu pergi.",
        "1. Ya",
        "Hati-hati 🙏🏽",
        "“Gratis” – kata calo…",
        "€" * 40,
        "a" * 200,
    ]
)
bodies = st.lists(st.tuples(sentences, st.sampled_from([" ", "\n", "\n\n"])), max_size=40).map(
    lambda said: "".join(f"{sentence}{border}" for sentence, border in said).strip()
)


def choices(*titles: str) -> tuple[Choice, ...]:
    return tuple(Choice(title, f"/{number}") for number, title in enumerate(titles, 1))


def texts(parts: Sequence[Part]) -> list[str]:
    return [part.reply.text for part in parts]


# What a channel can show.


@pytest.mark.parametrize(
    ("text", "points", "units"),
    [("", 0, 0), ("paspor", 6, 6), ("ê日", 2, 2), ("🙏", 1, 2), ("🙏🏽", 2, 4), ("🇮🇩", 2, 4)],
)
def test_telegram_counts_an_emoji_twice(text: str, points: int, units: int) -> None:
    assert characters(text) == points
    assert utf16_units(text) == units


@pytest.mark.parametrize(
    ("channel", "longest", "too_long"),
    [
        (WHATSAPP, "a" * 1024, "a" * 1025),
        (WHATSAPP, "🙏" * 1024, "🙏" * 1025),
        (TELEGRAM, "🙏" * 2048, "🙏" * 2048 + "a"),
        (SMS, "a" * ROOM, "a" * (ROOM + 1)),
        (SMS, "ê" * 3 * 67, "ê" * (3 * 67 + 1)),
    ],
)
def test_a_channel_takes_what_it_measures_as_short_enough(
    channel: Capabilities, longest: str, too_long: str
) -> None:
    assert channel.fits(longest)
    assert not channel.fits(too_long)


def test_the_web_page_takes_a_text_of_any_length() -> None:
    reply = Reply("a" * 100_000, choices("Menu"))
    assert EVERYTHING.fits(reply.text)
    assert render([reply], EVERYTHING) == [Part(reply)]


# Choices.


@pytest.mark.parametrize(
    ("channel", "titles"),
    [
        (EVERYTHING, [f"Pilihan {number}" for number in range(100)]),
        (EVERYTHING, ["a" * 100]),
        (WHATSAPP, ["Menu"]),
        (WHATSAPP, ["Menu", "Lapor", "a" * 20]),
        (TELEGRAM, ["a" * 64] * 100),
    ],
)
def test_buttons_stay_buttons_where_they_fit(channel: Capabilities, titles: list[str]) -> None:
    reply = Reply("Pilih ya.", choices(*titles))
    assert render([reply], channel) == [Part(reply)]


@pytest.mark.parametrize(
    ("channel", "titles"),
    [
        (WHATSAPP, ["Satu", "Dua", "Tiga", "Empat"]),
        (WHATSAPP, ["Satu", "a" * 21]),
        (TELEGRAM, ["Satu", "a" * 65]),
        (SMS, ["Satu"]),
    ],
)
def test_buttons_that_do_not_fit_become_a_list_with_numbers(
    channel: Capabilities, titles: list[str]
) -> None:
    listed = "\n".join(f"{number}. {title}" for number, title in enumerate(titles, 1))
    assert render([Reply("Pilih ya.", choices(*titles))], channel) == [
        Part(Reply(f"Pilih ya.\n\n{listed}\n{HINT}"))
    ]


def test_a_text_without_choices_gets_no_list() -> None:
    assert render([Reply("Baik.")], SMS) == [Part(Reply("Baik."))]


@pytest.mark.parametrize(
    "text",
    [
        "Bisa menelepon dengan aman? Balas YA atau TIDAK.",
        "Balas TIDAK, atau YA!",
        "Balas (YA/-) YA: TIDAK?",
    ],
)
def test_a_text_that_says_what_to_answer_gets_no_list(text: str) -> None:
    assert render([Reply(text, YES_OR_NO)], SMS) == [Part(Reply(text))]


def test_the_letters_of_a_quiz_are_not_numbered_once_more() -> None:
    text = "Paspor siapa?\n\nA. Calo\nB. Majikan\nC. Saya"
    assert render([Reply(text, choices("A", "B", "C"))], SMS) == [Part(Reply(text))]


@pytest.mark.parametrize(
    "text",
    [
        "Balas YA saja.",
        "Ya atau tidak?",
        "BAYANG DAN TIDAKLAH",
        "Bisa menelepon?",
    ],
)
def test_a_text_that_names_not_every_answer_gets_the_list(text: str) -> None:
    assert render([Reply(text, YES_OR_NO)], SMS) == [
        Part(Reply(f"{text}\n\n1. Ya, bisa menelepon\n2. Tidak, tidak aman\n{HINT}"))
    ]


def test_where_there_are_buttons_they_stand_under_such_a_text_too() -> None:
    reply = Reply("Balas YA atau TIDAK.", YES_OR_NO)
    assert render([reply], WHATSAPP) == [Part(reply)]


def test_choices_without_a_text_are_shown() -> None:
    reply = Reply("", choices("Menu", "Lapor"))
    # Telegram refuses buttons without a text.
    with_text = Part(Reply("Pilih satu:", reply.choices))
    assert render([reply], EVERYTHING) == render([reply], TELEGRAM) == [with_text]
    listed = Part(Reply(f"1. Menu\n2. Lapor\n{HINT}"))
    assert render([reply], SMS) == [listed]
    assert render([reply], Capabilities(buttons=0)) == [listed]


def test_text_and_titles_are_brought_into_the_alphabet_of_the_channel() -> None:
    reply = Reply("“Aman” – ya…", choices("Tanda “calo”", "Lapor"))
    assert texts(render([reply], SMS)) == [f'"Aman" - ya...\n\n1. Tanda "calo"\n2. Lapor\n{HINT}']
    shorter = Capabilities(buttons=3, button_title=8, length=100, clean=plain)
    # A title is measured as it will be shown.
    assert texts(render([Reply("Ya", choices("Tanya 1…"))], shorter)) == [
        f"Ya\n\n1. Tanya 1...\n{HINT}"
    ]


# Parts that follow each other at once.


def test_nothing_to_say_is_no_message() -> None:
    for channel in (EVERYTHING, TELEGRAM, SMS):
        assert render([], channel) == []
    assert render([Reply("")], SMS) == []


def test_each_reply_is_a_message_of_its_own() -> None:
    replies = [Reply("Satu", choices("Menu")), Reply("Dua"), Reply("Tiga", choices("Lapor"))]
    assert render(replies, TELEGRAM) == [Part(reply) for reply in replies]


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("a" * 4096, [4096]),
        ("a" * 4097, [4096, 1]),
        ("🙏" * 2048, [2048]),
        ("a" * 4095 + "🙏", [4095, 1]),
        ("🙏" * 2047 + "a🙏", [2048, 1]),
        ("🙏🏽" * 1025, [2048, 2]),
    ],
)
def test_telegram_gets_at_most_4096_units_in_a_message(text: str, lengths: list[int]) -> None:
    parts = texts(render([Reply(text)], TELEGRAM))
    assert [len(part) for part in parts] == lengths
    assert "".join(parts) == text


def test_the_buttons_stand_under_the_last_part() -> None:
    buttons = choices("Menu", "Lapor")
    parts = render([Reply(f"{'a' * 4000}\n\n{'b' * 4000}", buttons), Reply("Baik.")], TELEGRAM)
    assert parts == [
        Part(Reply("a" * 4000)),
        Part(Reply("b" * 4000, buttons)),
        Part(Reply("Baik.")),
    ]


def test_a_long_list_is_cut_between_its_lines() -> None:
    titles = [f"Kantor nomor {number} di Bengkulu Tengah" for number in range(1, 41)]
    parts = texts(render([Reply("Kantor mana?", choices(*titles))], WHATSAPP))
    lines = [line for part in parts for line in part.split("\n") if line]
    listed = [f"{number}. {title}" for number, title in enumerate(titles, 1)]
    assert lines == ["Kantor mana?", *listed, HINT]
    assert len(parts) > 1


@BOUNDED
@given(st.lists(bodies.filter(bool), max_size=3))
def test_parts_fit_and_nothing_waits_where_all_is_sent_at_once(said: list[str]) -> None:
    channel = Capabilities(length=300, measure=utf16_units)
    parts = render([Reply(text, choices("Menu")) for text in said], channel)
    assert all(part.reply.text and channel.fits(part.reply.text) for part in parts)
    assert not any(part.waits for part in parts)
    assert sum(bool(part.reply.choices) for part in parts) == len(said)
    assert _without_blanks("".join(texts(parts))) == _without_blanks("".join(said))


# Pages that are asked for.


def test_short_replies_are_one_sms() -> None:
    replies = [Reply("Satu"), Reply(""), Reply("Dua", choices("Menu"))]
    assert render(replies, SMS) == [Part(Reply(f"Satu\n\nDua\n\n1. Menu\n{HINT}"))]


def test_an_answer_of_exactly_three_parts_needs_no_second_page() -> None:
    assert render([Reply("a" * ROOM)], SMS) == [Part(Reply("a" * ROOM))]


def test_a_page_leaves_room_for_the_line_that_more_is_to_come() -> None:
    room = ROOM - len(MORE)
    parts = render([Reply("a" * (ROOM + 1))], SMS)
    assert parts == [
        Part(Reply("a" * room + MORE)),
        Part(Reply("a" * (ROOM + 1 - room)), waits=True),
    ]
    assert segments(parts[0].reply.text) == 3


def test_all_but_the_first_page_wait_until_they_are_asked_for() -> None:
    parts = render([Reply("Paspor tidak boleh ditahan. " * 60)], SMS)
    assert len(parts) == 4
    assert [part.waits for part in parts] == [False, True, True, True]


def test_a_page_ends_where_a_reader_would_pause() -> None:
    first, second = "Paspor tidak boleh ditahan. " * 15, "Simpan salinannya di rumah. " * 10
    assert texts(render([Reply(f"{first.strip()}\n\n{second.strip()}")], SMS)) == [
        first.strip() + MORE,
        second.strip(),
    ]


@pytest.mark.parametrize("border", [" ", "\n", "\n\n"])
def test_the_last_page_keeps_its_blanks(border: str) -> None:
    """It needs no room for the line, so that a few words more may stand on it."""
    room = ROOM - len(MORE)
    first, middle, last = "a" * room, "b" * (room - 1) + ".", "c" * 20
    assert texts(render([Reply(f"{first} {middle}{border}{last}")], SMS)) == [
        first + MORE,
        f"{middle}{border}{last}",
    ]


def test_a_word_that_is_longer_than_a_page_goes_on_without_a_gap() -> None:
    pages = texts(render([Reply("a" * 2 * (ROOM - len(MORE)) + "bcd")], SMS))
    assert "".join(page.removesuffix(MORE) for page in pages).endswith("abcd")
    assert len(pages) == 2


def test_an_emoji_makes_only_its_own_page_dearer() -> None:
    replies = [Reply("Paspor tidak boleh ditahan. " * 15), Reply("Hati-hati 🙏🏽")]
    first, second = texts(render(replies, SMS))
    assert first == ("Paspor tidak boleh ditahan. " * 15).strip() + MORE
    assert second == "Hati-hati 🙏🏽"


@BOUNDED
@given(st.lists(bodies, max_size=3))
@example(["a" * (ROOM - 20) + " bb"])
@example([f"{'a' * 426} {'b' * 426} {'c' * 20}"])
def test_every_page_fits_and_no_word_is_missing(said: list[str]) -> None:
    pages = render([Reply(text) for text in said], SMS)
    whole = "\n\n".join(plain(text) for text in said if text)
    assert all(segments(text) <= 3 for text in texts(pages))
    assert [part.waits for part in pages] == [number > 0 for number in range(len(pages))]
    assert all(text.endswith(MORE) for text in texts(pages)[:-1])
    rest = whole
    for text in texts(pages):
        page = text.removesuffix(MORE)
        assert page
        assert rest.startswith(page)
        rest = rest[len(page) :].lstrip()
    assert rest == ""


def _without_blanks(text: str) -> str:
    return "".join(text.split())


def test_a_value_too_long_for_a_button_makes_a_list() -> None:
    reply = Reply("Mau yang mana?", (Choice("Satu", "/x" + "é" * 32),))
    assert texts(render([reply], Capabilities(button_value=64))) == [
        f"Mau yang mana?\n\n1. Satu\n{HINT}"
    ]
