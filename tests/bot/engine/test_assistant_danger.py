"""After a cry for help nothing is sent away or taken for small talk."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bot import clock
from bot.conversation.messages import Content
from bot.conversation.turn import Answer
from bot.engine.assistant import Assistant, _before_the_question

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


@pytest.mark.parametrize(
    "text", ["mereka naik tangga", "dia balik. sstt", "mereka dateng bawa mobil", "dia bangun"]
)
def test_what_is_whispered_while_it_comes_is_no_mere_scene(assistant: Assistant, text: str) -> None:
    assert _say(assistant, text).level == "darurat"


@pytest.mark.parametrize("text", ["di rumah sebelah", "ada cewek2", "mobil hitam"])
def test_a_scene_is_listened_to_and_nobody_is_called(assistant: Assistant, text: str) -> None:
    answer = _say(assistant, text)
    assert answer.level == "biasa"
    assert "membaca ceritamu" in answer.replies[0].text


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
def test_who_speaks_of_another_person_gets_words_for_that(assistant: Assistant, text: str) -> None:
    answer = _say(assistant, text, _say(assistant, CRY).state)
    assert "sudah peduli padanya" in answer.replies[0].text
    assert answer.level in ("tinggi", "darurat")
    after = _say(assistant, "zzz qqq", answer.state)
    assert "Polisi 110 belum mengangkat? Coba lagi" in after.replies[0].text
    assert "Orang lain bahaya" not in _titles(after)


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


@pytest.mark.parametrize(
    "text", ["takut kak", "nyesel bang", "sedih banget aku", "takut, tidak bisa tidur"]
)
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


# A second voice: whoever tells of another is not told what is for the victim


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ado budak dikurung di rumah pak Joni", "Jangan masuk sendiri"),
        ("tetangga saya disekap majikan", "Jangan masuk sendiri"),
        ("adik saya habis diperkosa bos nya", "aku percaya, ini bukan salahmu"),
        ("tetangga mukulin istrinya, saya dengar teriak", "Jangan melerai sendirian"),
        ("istri saya disekap majikan di saudi", "Telepon KP2MI 0800-1000"),
        (
            "adik saya malam ini mau dibawa ke batam naik bus sama agen",
            "Apakah dia masih di rumah?",
        ),
        ("teman saya bilang pengen mati", "Jangan biarkan dia sendirian"),
        ("anak saya minum racun", "Apakah dia masih sadar?"),
    ],
)
def test_a_witness_hears_what_a_witness_can_do(assistant: Assistant, text: str, said: str) -> None:
    answer = _say(assistant, text)
    assert answer.level == "darurat"
    assert said in answer.replies[0].text
    assert answer.calls is not None


def test_a_witness_stays_one_when_the_danger_becomes_another(assistant: Assistant) -> None:
    first = _say(assistant, "tetangga saya disekap majikan")
    answer = _say(assistant, "dipukuli terus", first.state)
    assert "Jangan melerai sendirian" in answer.replies[0].text


def test_the_one_in_danger_stays_so_when_another_is_named(assistant: Assistant) -> None:
    first = _say(assistant, "tolong saya dikunci di ruko")
    answer = _say(assistant, "teman saya juga dipukul", first.state)
    assert "padanya" not in answer.replies[0].text


@pytest.mark.parametrize("text", ["dia gedor pintu", "bukan aku aja, ada 4 org"])
def test_a_victim_is_not_taken_for_a_witness_later(assistant: Assistant, text: str) -> None:
    first = _say(assistant, "suami saya mabuk bawa parang ngamuk")
    answer = _say(assistant, text, first.state)
    assert "padanya" not in answer.replies[0].text


def test_whoever_tells_of_a_wound_hears_of_it_first(assistant: Assistant) -> None:
    first = _say(assistant, "kami abk dipukul kapten di kapal")
    answer = _say(assistant, "1 orang sakit tidak bangun", first.state)
    assert "masih sadar?" in answer.replies[0].text


def test_whoever_is_watched_after_all_gets_harmless_words(assistant: Assistant) -> None:
    first = _say(assistant, CRY)
    answer = _say(assistant, "mami baca wa", first.state)
    assert "BERAS" in answer.replies[0].text
    assert "polisi" not in answer.replies[0].text


def test_abroad_nobody_is_sent_to_the_police_here_later(assistant: Assistant) -> None:
    answer = _say(assistant, "saya dinikahkan di tiongkok, dikunci suami, tidak boleh keluar")
    for text in ("tidak boleh keluar kamar", "dia pukul saya", "zzz qqq", "takut", "zzz"):
        answer = _say(assistant, text, answer.state)
        assert "110" not in answer.replies[0].text


def test_what_to_do_is_told_and_not_looked_up(assistant: Assistant) -> None:
    first = _say(assistant, "istri saya disekap majikan di saudi")
    answer = _say(assistant, "saya harus gimana?", first.state)
    assert "UU " not in answer.replies[0].text
    assert "KP2MI 0800-1000" in answer.replies[0].text


def test_parents_who_do_not_want_to_report_begin_no_report(assistant: Assistant) -> None:
    first = _say(assistant, "murid saya hilang sejak kemarin, belum pulang")
    answer = _say(assistant, "orang tuanya tidak mau lapor", first.state)
    assert "Sebelum mulai" not in answer.replies[0].text


def test_a_button_says_that_it_is_somebody_else(assistant: Assistant) -> None:
    first = _say(assistant, CRY)
    again = _say(assistant, "zzz qqq", first.state)
    pick = [c.payload for c in again.replies[-1].choices if c.title == "Orang lain bahaya"]
    pressed = assistant.answer("c1", "web", again.state, [Content(payload=pick[0])])
    assert "sudah peduli padanya" in pressed.replies[0].text


def test_a_late_number_does_not_end_the_danger_of_another(assistant: Assistant) -> None:
    """ "1" belongs to an earlier question."""
    first = _say(assistant, "istri saya disekap majikan di saudi")
    after = _say(assistant, "zzz qqq", first.state)
    late = _say(assistant, "1", after.state)
    assert "Syukurlah" not in late.replies[0].text
    assert late.calls is not None


# Short facts after a cry


FACTS = (
    "umurnya 14", "di hotel", "sama om nya", "kamar 3", "dak tau dimano", "baterai 5%",
    "jam 9 malam",
)  # fmt: skip


@pytest.mark.parametrize("cry", [CRY, "ado budak dikurung di rumah pak Joni", "tolong"])
def test_facts_belong_to_the_danger(assistant: Assistant, cry: str) -> None:
    answer = _say(assistant, cry)
    said = [answer.replies[0].text]
    for fact in FACTS:
        answer = _say(assistant, fact, answer.state)
        (reply,) = answer.replies
        assert "UU " not in reply.text
        assert len(reply.text) <= 300
        assert answer.level in ("tinggi", "darurat")
        assert answer.calls is not None
        said.append(reply.text)
    assert all(before != then for before, then in pairwise(said))


def test_a_step_after_a_fact_is_answered_with_one_character(assistant: Assistant) -> None:
    fact = _say(assistant, "di hotel", _say(assistant, CRY).state)
    assert fact.replies[0].text.endswith("Apakah ada yang terluka atau sakit?")
    hurt = _say(assistant, "1", fact.state)
    assert "IGD" in hurt.replies[0].text
    well = _say(assistant, "2", fact.state)
    assert well.replies[0].text.startswith("Syukurlah tidak ada yang terluka.")
    assert "?" in well.replies[0].text


def test_the_age_of_a_child_brings_the_number_for_children(assistant: Assistant) -> None:
    answer = _say(assistant, "umurnya 14", _say(assistant, CRY).state)
    assert "SAPA 129" in answer.replies[0].text
    grown = _say(assistant, "umurnya 24", _say(assistant, CRY).state)
    assert "SAPA" not in grown.replies[0].text


def test_abroad_a_fact_is_for_those_who_can_come_there(assistant: Assistant) -> None:
    cry = _say(assistant, "saya dikurung di kamboja, paspor diambil")
    answer = _say(assistant, "lantai 3", cry.state)
    assert "KP2MI +62 21 2924 4800" in answer.replies[0].text
    assert "110" not in answer.replies[0].text


def test_an_hour_later_a_fact_is_a_question_again(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = _say(assistant, CRY).state
    now = clock.now_ms()
    monkeypatch.setattr(clock, "now_ms", lambda: now + 61 * 60_000)
    assert "Terima kasih sudah menyebut" not in _say(assistant, "di hotel", state).replies[0].text


def test_what_only_tells_something_is_no_topic_in_danger(assistant: Assistant) -> None:
    state = _say(assistant, "adik saya habis diperkosa bos nya").state
    answer = _say(assistant, "dia nangis terus gak mau ngomong", state)
    assert "UU 21/2007" not in answer.replies[0].text
    assert "menangis" in answer.replies[0].text


# A cry that is taken back


@pytest.mark.parametrize(
    "text", ["eh maaf salah, itu adek main hp", "salah kirim kak", "becanda doang", "iseng"]
)
def test_a_cry_is_taken_back_kindly_and_the_way_back_stays(assistant: Assistant, text: str) -> None:
    state = _say(assistant, "tolong saya dikurung").state
    answer = _say(assistant, text, state)
    (reply,) = answer.replies
    assert reply.text.startswith("Baik, tidak apa-apa")
    assert not reply.choices
    # Whom the cry called stays called: that is a human's to end.
    assert (answer.level, answer.calls) == ("biasa", None)
    again = _say(assistant, "beras", answer.state)
    assert "BERAS" in again.replies[0].text
    assert again.calls is not None


def test_a_witness_who_asks_whether_to_go_in_is_told_not_to(assistant: Assistant) -> None:
    state = _say(assistant, "tolong ada orang dikunci di rumah tetangga, teriak minta tolong").state
    assert "Jangan masuk" in _say(assistant, "saya harus masuk ga?", state).replies[0].text


def test_who_is_made_to_go_in_is_not_told_off_for_it(assistant: Assistant) -> None:
    state = _say(assistant, "tolong aku disekap").state
    answer = _say(assistant, "saya harus masuk ga?", state)
    assert "Jangan masuk" not in answer.replies[0].text


def test_who_is_watched_stays_so_after_taking_it_back(assistant: Assistant) -> None:
    state = _say(assistant, "hp diintip bos, tolong sy dikurung").state
    answer = _say(assistant, "salah kirim", state)
    after = _say(assistant, "umur ambo 15", answer.state)
    assert "polisi" not in answer.replies[0].text + after.replies[0].text


def test_after_it_questions_are_answered_as_usual(assistant: Assistant) -> None:
    state = _say(assistant, "becanda doang", _say(assistant, "tolong aku disekap").state).state
    answer = _say(assistant, "apa itu calo?", state)
    assert "calo" in answer.replies[-1].text.lower()


def test_thoughts_of_suicide_are_not_waved_away(assistant: Assistant) -> None:
    state = _say(assistant, "saya pengen mati aja").state
    answer = _say(assistant, "becanda kok", state)
    assert "datang lagi" in answer.replies[0].text
    assert "Kamu masih menulis" in _say(assistant, "zzz qqq", answer.state).replies[0].text


def test_a_country_is_not_named_in_every_reply(assistant: Assistant) -> None:
    first = _say(assistant, "saya dikurung di kamboja, paspor diambil")
    assert "+855 12 813 282" in first.replies[0].text
    after = _say(assistant, "zzz qqq", first.state)
    assert "+855 12 813 282" not in after.replies[0].text


def test_that_staff_are_called_stands_before_the_question() -> None:
    said = "Petugas juga dipanggil, jangan tunggu."
    sms = "Kalau di Taiwan, hubungi ini.\n\nTelepon KP2MI. Suluh mesin. Masih bisa?"
    whole = _before_the_question(sms, said, in_line=True)
    assert whole.endswith(f"Suluh mesin. {said} Masih bisa?")
    whole = _before_the_question("Telepon. Gratis.\n\nMasih bisa?", said, in_line=False)
    assert whole == f"Telepon. Gratis.\n\n{said}\n\nMasih bisa?"
    assert _before_the_question("Telepon.", said, in_line=True) == f"Telepon. {said}"
