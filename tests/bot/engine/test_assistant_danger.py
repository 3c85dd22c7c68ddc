"""After a cry for help nothing is sent away or taken for small talk."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bot.conversation.messages import Content
from bot.conversation.turn import Answer
from bot.engine.assistant import Assistant

CRY = "tolong saya dikunci di rumah majikan"


def _say(assistant: Assistant, text: str, state: bytes | None = None) -> Answer:
    return assistant.answer("c1", "web", state, [Content(text=text)])


@pytest.mark.parametrize(
    "text", ["aku di kafe daerah curup", "hp mau habis batre", "zzz qqq", "takut kak", "kembali"]
)
def test_what_is_unclear_after_a_cry_for_help_is_still_about_it(
    assistant: Assistant, text: str
) -> None:
    state = _say(assistant, CRY).state
    answer = _say(assistant, text, state)
    said = answer.replies[0].text
    assert "belum bisa menjawab" not in said
    assert "belum yakin" not in said
    assert "110" in said
    assert answer.level in ("tinggi", "darurat")


def test_a_clear_question_is_answered_in_danger_too(assistant: Assistant) -> None:
    state = _say(assistant, CRY).state
    answer = _say(assistant, "apakah agen boleh menahan paspor pekerja?", state)
    first, then = answer.replies
    assert "telepon polisi" in first.text
    assert "UU 18/2017" in then.text


def test_danger_does_not_stay_for_ever(assistant: Assistant) -> None:
    state = _say(assistant, CRY).state
    for _ in range(12):
        answer = _say(assistant, "zzz qqq", state)
        state = answer.state
    assert "belum bisa Suluh jawab" in answer.replies[0].text


def test_nobody_else_is_in_danger(assistant: Assistant) -> None:
    _say(assistant, CRY)
    assert "belum bisa menjawab" in _say(assistant, "zzz qqq").replies[0].text


def test_the_same_long_answer_is_not_sent_twice_running(assistant: Assistant) -> None:
    first = _say(assistant, "apa itu calo?")
    again = _say(assistant, "kenapa?", first.state)
    assert again.replies[0].text != first.replies[0].text
    assert "Bicara dengan petugas" in [choice.title for choice in again.replies[-1].choices]


def test_a_detail_of_the_last_answer_is_given_by_itself(assistant: Assistant) -> None:
    first = _say(assistant, "apa itu calo?")
    again = _say(assistant, "hukumannya?", first.state)
    assert "penjara" in again.replies[0].text
    assert len(again.replies[0].text) < len(first.replies[0].text)


@pytest.mark.parametrize("text", ["bisa kak", "biso", "5"])
def test_in_danger_a_word_or_a_number_is_about_the_danger(assistant: Assistant, text: str) -> None:
    cry = assistant.answer("c1", "web", None, [Content(text="tolong saya dikurung")])
    said = assistant.answer("c1", "web", cry.state, [Content(text=text)])
    assert "sampai nomor" not in said.replies[0].text
    assert ("Telepon 110 sekarang" in said.replies[0].text) == (text != "5")


def _titles(answer: Answer) -> list[str]:
    return [choice.title for choice in answer.replies[-1].choices]


def test_what_is_unclear_never_gets_the_same_text_twice_running(assistant: Assistant) -> None:
    answer = _say(assistant, CRY)
    said = [answer.replies[0].text]
    for _ in range(4):
        answer = _say(assistant, "zzz qqq", answer.state)
        said.append(answer.replies[0].text)
        assert "Tidak ada bahaya" in _titles(answer)
    assert all(before != after for before, after in pairwise(said))


@pytest.mark.parametrize(
    "text",
    ["bukan saya kak, adek sy yg disana", "bukan ambo nan dibawa, anak ambo", "saya tetangganya"],
)
def test_who_speaks_of_another_person_gets_out_with_advice_for_that(
    assistant: Assistant, text: str
) -> None:
    answer = _say(assistant, text, _say(assistant, CRY).state)
    assert "Jangan bayar tebusan" in answer.replies[0].text
    assert answer.level in ("tinggi", "darurat")
    after = _say(assistant, "zzz qqq", answer.state)
    assert "belum bisa menjawab" in after.replies[0].text


@pytest.mark.parametrize(
    "text", ["saya aman", "sy tdk dlm bahaya", "tidak ada bahaya, saya baik2 saja"]
)
def test_who_is_safe_gets_out(assistant: Assistant, text: str) -> None:
    answer = _say(assistant, text, _say(assistant, CRY).state)
    assert answer.replies[0].text.startswith("Syukurlah")
    after = _say(assistant, "apa itu calo?", answer.state)
    assert "bahaya" not in after.replies[0].text.splitlines()[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("menu", "Ini yang bisa Suluh bantu"),
        ("gak jadi, batal", "tidak jadi"),
        ("kuis", "Mau kuis"),
    ],
)
def test_the_way_to_the_menu_stays_open(assistant: Assistant, text: str, said: str) -> None:
    answer = _say(assistant, text, _say(assistant, CRY).state)
    assert said in answer.replies[0].text


@pytest.mark.parametrize(
    "text",
    [
        "pgn bunuh diri",
        "ambo la capek nian idup, lebih elok mati be",
        "kyknya mending ga usah bangun lg",
        "udh beli racun",
        "udah gak ada gunanya lg saya hidup",
        "pengen tidur gak bangun2 lagi",
        "mending gak ada aja kali ya saya ini",
    ],
)
def test_thoughts_of_suicide_get_words_of_their_own(assistant: Assistant, text: str) -> None:
    answer = _say(assistant, text)
    assert answer.level == "darurat"
    assert "menemanimu sekarang?" in answer.replies[0].text
    assert "melawan" not in answer.replies[0].text
    after = _say(assistant, "zzz qqq", answer.state)
    assert "Kamu masih menulis" in after.replies[0].text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("iya", "Syukurlah"),
        ("ada adik saya di rumah", "Syukurlah"),
        ("tidak", "siapa saja"),
        ("gak ada siapa siapa", "siapa saja"),
        ("ada racun di meja", "Kamu masih menulis"),
        ("makasih ya", "Kamu masih menulis"),
        ("udah gak kuat", "Kamu masih menulis"),
    ],
)
def test_the_question_after_it_is_answered(assistant: Assistant, text: str, said: str) -> None:
    asked = _say(assistant, "saya pengen mati aja")
    answer = _say(assistant, text, asked.state)
    assert said in answer.replies[0].text
    after = _say(assistant, "zzz qqq", answer.state).replies[0].text
    assert after != answer.replies[0].text
    assert "Kamu masih menulis" in after or "kamu butuh orang" in after


@pytest.mark.parametrize("text", ["takut kak", "nyesel bang", "sedih banget aku"])
def test_a_feeling_is_heard(assistant: Assistant, text: str) -> None:
    answer = _say(assistant, text)
    assert "Wajar kalau kamu merasa begitu" in answer.replies[0].text
    assert "Bicara dengan petugas" in _titles(answer)


@pytest.mark.parametrize(
    "text", ["takut dideportasi kalau lapor diri ke kbri?", "tolong sy takut dikurung"]
)
def test_a_question_with_a_feeling_in_it_stays_a_question(assistant: Assistant, text: str) -> None:
    assert "merasa begitu" not in _say(assistant, text).replies[0].text


def test_a_topic_that_was_just_answered_is_not_said_again(assistant: Assistant) -> None:
    first = _say(assistant, "apa itu calo?")
    again = _say(assistant, "apa sih calo itu", first.state)
    assert again.replies[0].text.startswith("Singkatnya")
    once_more = _say(assistant, "apa sih calo itu", again.state)
    assert once_more.replies[0].text.startswith("Intinya")
    # The button says it once more.
    pressed = assistant.answer("c1", "web", again.state, [Content(payload='/faq{"topik": "calo"}')])
    assert pressed.replies[0].text == first.replies[0].text


@pytest.mark.parametrize(
    "text",
    ["woy bot goblok duit gw 8jt dibawa kabur calo anjing", "anjing, uangku dibawa kabur agen"],
)
def test_anger_does_not_hide_what_happened(assistant: Assistant, text: str) -> None:
    understood = assistant.understand(text)
    assert understood.intent in ("faq", "lapor")


def test_a_number_before_another_line_still_picks(assistant: Assistant) -> None:
    menu = _say(assistant, "menu")
    lines = [Content(text="2"), Content(text="anak ambo umur 22 mau berangkat")]
    answer = assistant.answer("c1", "web", menu.state, lines)
    assert "tanda penipuan" in answer.replies[0].text


def test_the_first_of_two_lines_picks_only_by_a_number(assistant: Assistant) -> None:
    """ "bukan" before "pengen mati aja" is no NO to the question about calling."""
    cry = _say(assistant, CRY)
    lines = [Content(text="bukan, gak ada yg nyerang"), Content(text="pengen mati aja")]
    answer = assistant.answer("c1", "web", cry.state, lines)
    assert "menemanimu sekarang?" in answer.replies[0].text


@pytest.mark.parametrize("text", ["kak", "Pak", "bang?", "kak min"])
def test_who_only_addresses_us_is_greeted(assistant: Assistant, text: str) -> None:
    answer = _say(assistant, text)
    assert answer.level == "biasa"
    assert "110" not in answer.replies[0].text.split("\n")[0]


def test_a_call_that_is_not_safe_is_heard_in_other_words(assistant: Assistant) -> None:
    asked = _say(assistant, "sy dikunci")
    answer = _say(assistant, "dak bisa ngomong, ada org", asked.state)
    assert "jangan menelepon" in answer.replies[0].text


def test_whoever_is_watched_gets_nothing_in_so_many_words(assistant: Assistant) -> None:
    asked = _say(assistant, "hp diintip bos, tolong sy dikurung")
    answer = _say(assistant, "umur ambo 15", asked.state)
    shown = "|".join(reply.text for reply in answer.replies)
    assert "polisi" not in shown
    assert "umur" not in shown


def test_who_swallowed_poison_is_sent_to_hospital_at_once(assistant: Assistant) -> None:
    answer = _say(assistant, "racunnyo lah ambo minum")
    assert answer.replies[0].text.startswith("Terima kasih sudah bilang. Sekarang juga ke IGD")
    assert answer.calls is not None
