"""Whole conversations with a quiz in them, over the real message path with the real model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from bot.conversation.messages import Choice
from bot.conversation.turn import Outcome
from bot.engine.assistant import Assistant
from bot.knowledge import facts
from bot.quiz import results
from bot.quiz.questions import LETTERS, Question, questions
from bot.quiz.results import SMALLEST_GROUP, Results
from bot.storage.database import Database
from bot.storage.tables import conversations, quiz_rounds
from channels.terminal.chat import Session
from tests.nlu_data import content

CHANNELS = ("web", "sms")
LESSON = [question for question in questions().values() if question.in_lesson]
POLICE = facts.placeholders()["kontak_polisi"]

HINT = "Pilih A, B, atau C ya."
WAITS = "Kuisnya masih menunggu"
ASIDE = "agen mau simpan paspor saya boleh ga?"
ASIDE_ANSWER = "tidak boleh"


class Player:
    """Somebody who plays: what was said last, and the question that waits."""

    def __init__(self, assistant: Assistant, folder: Path, channel: str = "web") -> None:
        self.channel = channel
        self._session = Session(assistant, folder, channel)
        self.outcome: Outcome | None = None

    def say(self, line: str) -> str:
        """One turn; gives all that was answered."""
        self.outcome = self._session.say(line)
        assert not self.outcome.apologised
        assert "{" not in self.said
        return self.said

    def press(self, payload: str) -> str:
        return self.say(f"/button {payload}")

    def start(self, stage: str) -> str:
        return self.press(f'/kuis{{"tahap":"{stage}"}}')

    @property
    def said(self) -> str:
        assert self.outcome is not None
        return "\n".join(reply.text for reply in self.outcome.replies)

    @property
    def offered(self) -> list[Choice]:
        """What the last reply offers; only one reply may, or the numbers would be two lists."""
        assert self.outcome is not None
        offers = [reply.choices for reply in self.outcome.replies if reply.choices]
        assert len(offers) <= 1
        return [choice for offer in offers for choice in offer]

    @property
    def titles(self) -> list[str]:
        return [choice.title for choice in self.offered]

    @property
    def asked(self) -> Question:
        """The question that was just asked, with its three options and letters to answer."""
        (question,) = [q for q in questions().values() if q.text in self.said]
        for letter, option in zip(LETTERS, question.options):
            assert f"{letter}. {option}" in self.said
        assert self.titles == list(LETTERS)
        return question

    def answer(self, *, rightly: bool = True) -> str:
        """Presses the button of the right option, or of a wrong one."""
        place = self.asked.right if rightly else (self.asked.right + 1) % 3
        return self.press(self.offered[place].payload)

    def play(self, stage: str, *, right: int, of: int = len(LESSON)) -> str:
        """A whole round with so many right answers; gives the end of it."""
        self.start(stage)
        for number in range(of):
            self.answer(rightly=number < right)
        return self.said


@pytest.fixture(params=CHANNELS)
def player(request: pytest.FixtureRequest, assistant: Assistant, tmp_path: Path) -> Player:
    return Player(assistant, tmp_path, request.param)


@pytest.fixture
def in_quiz(player: Player) -> Player:
    player.start("biasa")
    return player


def _filed(folder: Path) -> list[dict[str, object]]:
    database = Database(f"sqlite:///{folder / 'chat.db'}")
    with database.read() as connection:
        rows = [dict(row._mapping) for row in connection.execute(select(quiz_rounds))]
    database.close()
    return rows


def _by_month(folder: Path) -> Results:
    database = Database(f"sqlite:///{folder / 'chat.db'}")
    with database.read() as connection:
        months = results.by_month(connection)
    database.close()
    return months[0]


# Starting


def test_the_quiz_starts_from_its_name(player: Player) -> None:
    assert "Mau kuis yang mana?" in player.say("kuis")
    assert player.titles == ["Kuis singkat", "Sebelum penyuluhan", "Sesudah penyuluhan"]
    assert "Soal 1 dari 5." in player.say("1")
    assert player.asked


@pytest.mark.parametrize(
    ("pick", "length"), [("sebelum penyuluhan", 10), ("yang ketiga", 10), ("kuis singkat", 5)]
)
def test_each_kind_of_quiz_is_picked_by_its_name_or_number(
    pick: str, length: int, player: Player
) -> None:
    player.say("mau ikut kuis")
    assert f"Soal 1 dari {length}." in player.say(pick)


# Answering


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("A", 0),
        ("a", 0),
        ("b.", 1),
        ("C", 2),
        ("c kak", 2),
        ("yang b", 1),
        ("1", 0),
        ("no 2", 1),
        ("yang kedua", 1),
        ("yang terakhir", 2),
    ],
)
def test_an_answer_is_a_letter_a_number_or_a_place(
    written: str, place: int, in_quiz: Player
) -> None:
    question = in_quiz.asked
    said = in_quiz.say(written)
    if place == question.right:
        assert said.startswith("Benar. ")
    else:
        right = question.options[question.right]
        assert said.startswith(f"Belum tepat. Jawabannya {question.right_letter}: {right}. ")
    assert "Soal 2 dari 5." in said


@pytest.mark.parametrize(
    ("rightly", "verdict"), [(True, "Benar. "), (False, "Belum tepat. Jawabannya ")]
)
def test_every_answer_is_explained(rightly: bool, verdict: str, in_quiz: Player) -> None:
    question = in_quiz.asked
    said = in_quiz.answer(rightly=rightly)
    assert said.startswith(verdict)
    assert question.reason in said
    assert in_quiz.asked != question


@pytest.mark.parametrize("written", ["lewati", "skip"])
def test_a_question_may_be_skipped_and_is_explained_too(written: str, in_quiz: Player) -> None:
    question = in_quiz.asked
    said = in_quiz.say(written)
    assert said.startswith(f"Kita lewati. Jawabannya {question.right_letter}: ")
    assert question.reason in said
    assert "Soal 2 dari 5." in said


@pytest.mark.parametrize("written", ["qwerty zxcv", "resep rendang padang", "tidak", "5"])
def test_what_is_no_answer_gets_a_hint_and_the_question_again(
    written: str, in_quiz: Player
) -> None:
    question = in_quiz.asked
    assert in_quiz.say(written).startswith(HINT)
    assert in_quiz.asked == question
    assert "Soal 1 dari 5." in in_quiz.said


@pytest.mark.parametrize("written", ["kuis", "ya", "kembali", "lanjut", "lanjut kuis"])
def test_a_word_to_go_on_repeats_the_question_without_a_hint(written: str, in_quiz: Player) -> None:
    question = in_quiz.asked
    assert HINT not in in_quiz.say(written)
    assert in_quiz.asked == question


def test_the_question_can_be_repeated_as_often_as_one_likes(in_quiz: Player) -> None:
    question = in_quiz.asked
    for _ in range(3):
        in_quiz.say("ulangi")
        assert in_quiz.asked == question
        assert WAITS not in in_quiz.said
    assert "Soal 2 dari 5." in in_quiz.say(question.right_letter)


def test_a_stale_button_repeats_the_current_question(in_quiz: Player) -> None:
    first, stale = in_quiz.asked, in_quiz.offered
    in_quiz.answer()
    second = in_quiz.asked
    # Also one that names the letter which is right now.
    for button in stale:
        said = in_quiz.press(button.payload)
        assert in_quiz.asked == second
        assert "Soal 2 dari 5." in said
        assert first.reason not in said
    in_quiz.answer()
    assert "Soal 3 dari 5." in in_quiz.said


@pytest.mark.parametrize(
    "said",
    [
        {"jawab": "A"},
        {"soal": "belum_ada", "jawab": "A"},
        {"soal": None, "jawab": None},
        {"jawab": ["A"]},
        {"tahap": "lain"},
        {"tahap": {"biasa": 1}},
    ],
)
def test_a_forged_button_of_the_quiz_counts_for_nothing(
    said: dict[str, object], in_quiz: Player
) -> None:
    question = in_quiz.asked
    in_quiz.press(f"/kuis{json.dumps(said)}")
    assert in_quiz.asked == question
    assert "Soal 1 dari 5." in in_quiz.said


# Something else in the middle


@pytest.mark.parametrize("go_on", ["lanjut", "ya", "iyo", "1", "lanjut kuis", "kuis"])
def test_a_question_in_the_middle_is_answered_and_the_quiz_goes_on_after_it(
    go_on: str, in_quiz: Player
) -> None:
    in_quiz.answer()
    waiting = in_quiz.asked
    said = in_quiz.say(ASIDE)
    assert ASIDE_ANSWER in said.lower()
    assert WAITS in said
    assert in_quiz.say(go_on).startswith("Soal 2 dari 5.")
    assert in_quiz.asked == waiting


@pytest.mark.parametrize("no", ["tidak", "dak", "2", "batal"])
def test_whoever_does_not_want_to_go_on_after_a_question_is_let_go(
    no: str, in_quiz: Player
) -> None:
    in_quiz.say(ASIDE)
    assert "Kuisnya selesai di sini." in in_quiz.say(no)
    assert WAITS not in in_quiz.say(ASIDE)


def test_a_letter_still_answers_after_something_else(in_quiz: Player) -> None:
    in_quiz.say(ASIDE)
    assert "Soal 2 dari 5." in in_quiz.say("A")


def test_topics_can_be_read_on_once_the_quiz_is_over(in_quiz: Player) -> None:
    in_quiz.say("batal")
    in_quiz.say(ASIDE)
    assert "Soal 1 dari 5." not in in_quiz.say("lanjut")


@pytest.mark.parametrize(
    ("written", "title", "answer"),
    [
        ("hapus data saya", "Ya, hapus", "Isi percakapan sebelum ini dihapus"),
        ("menu", "Tanda penipuan", "tanda penipuan, kamu mau tahu apa?"),
    ],
)
def test_what_a_reply_asks_in_the_middle_can_be_answered(
    written: str, title: str, answer: str, in_quiz: Player
) -> None:
    in_quiz.say(written)
    assert title in in_quiz.titles
    assert answer in in_quiz.say(title)


def test_what_is_asked_back_in_the_middle_keeps_its_choices(
    assistant: Assistant, tmp_path: Path
) -> None:
    # A single word of a title is vague: some lie between two meanings.
    titles = " ".join(topic.metadata["title"].lower() for topic in content.topics())
    understood = {word: assistant.understand(word) for word in sorted(set(titles.split()))}
    between = [
        word
        for word, meant in understood.items()
        if meant.parsed["intent"].get("unsure") == "between" and meant.intent == "faq"
    ]
    asked_back = 0
    for word in between[:8]:
        folder = tmp_path / word
        folder.mkdir()
        player = Player(assistant, folder)
        player.start("biasa")
        if "belum yakin" in player.say(word):
            asked_back += 1
            assert WAITS not in player.said
            assert 2 <= len(player.titles) <= 4
            assert "belum yakin" not in player.say("1")
    assert asked_back >= 1


def test_forgetting_in_the_middle_ends_the_quiz(in_quiz: Player) -> None:
    in_quiz.say("hapus data saya")
    in_quiz.say("ya")
    assert "Mau kuis yang mana?" in in_quiz.say("kuis")


@pytest.mark.parametrize("cry", ["tolong saya disekap majikan", "/darurat"])
def test_a_cry_for_help_ends_the_quiz_and_gets_a_number(cry: str, in_quiz: Player) -> None:
    in_quiz.answer()
    said = in_quiz.say(cry)
    assert in_quiz.outcome is not None
    assert in_quiz.outcome.level == "darurat"
    assert POLICE in said
    assert "Soal 2 dari 5." not in said
    assert WAITS not in said
    # And what is asked there is what "ya" answers.
    assert f"{POLICE} sekarang." in in_quiz.say("ya")
    assert WAITS not in in_quiz.say("terima kasih")


# Ending


@pytest.mark.parametrize("written", ["batal", "/batal", "berhenti", "stop", "/stop"])
def test_the_quiz_ends_when_one_wants_it_to(written: str, in_quiz: Player) -> None:
    in_quiz.answer()
    in_quiz.answer(rightly=False)
    said = in_quiz.say(written)
    assert "Kuisnya selesai di sini. Kamu benar 1 dari 2." in said
    assert WAITS not in in_quiz.say(ASIDE)
    assert "Mau kuis yang mana?" in in_quiz.say("kuis")


def test_a_button_of_a_quiz_that_is_over_offers_a_new_one(in_quiz: Player) -> None:
    stale = in_quiz.offered[0].payload
    in_quiz.say("batal")
    assert "Mau kuis yang mana?" in in_quiz.press(stale)


@pytest.mark.parametrize("right", [0, 2, 5])
def test_the_end_tells_the_score_and_offers_what_was_missed(right: int, player: Player) -> None:
    player.start("biasa")
    missed = []
    for number in range(5):
        if number >= right:
            missed.append(player.asked.topic)
        player.answer(rightly=number < right)
    assert f"Kuis selesai. Kamu benar {right} dari 5." in player.said
    offered = [
        json.loads(choice.payload.removeprefix("/faq"))["topik"] for choice in player.offered
    ]
    assert offered == list(dict.fromkeys(missed))[:3]
    if offered:
        (topic,) = [topic for topic in content.topics() if topic.id == offered[0]]
        answer = topic.sms if player.channel == "sms" else topic.text
        assert player.say("1") == content.filled(answer).strip()


def test_the_next_free_quiz_asks_something_else(player: Player) -> None:
    rounds = []
    for _ in range(2):
        player.start("biasa")
        asked = set()
        for _ in range(5):
            asked.add(player.asked.id)
            player.answer()
        rounds.append(asked)
    assert not rounds[0] & rounds[1]


# Around a lesson


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (4, 9, "Sebelum penyuluhan kamu benar 4, sekarang 9 dari 10. Bagus, kamu bertambah tahu."),
        (6, 6, "Sebelum penyuluhan kamu benar 6, sekarang 6 dari 10."),
        (7, 5, "Sebelum penyuluhan kamu benar 7, sekarang 5 dari 10."),
    ],
)
def test_after_the_lesson_one_sees_what_was_learned(
    before: int, after: int, words: str, player: Player
) -> None:
    said = player.play("sebelum", right=before)
    assert f"Kamu benar {before} dari 10. Tidak apa-apa kalau ada yang belum tahu" in said
    assert words in player.play("sesudah", right=after)
    assert ("bertambah tahu" in player.said) == (after > before)


def test_without_a_quiz_before_the_lesson_nothing_is_compared(player: Player) -> None:
    said = player.play("sesudah", right=8)
    assert "Sesudah penyuluhan, kamu benar 8 dari 10." in said
    assert "Sebelum penyuluhan" not in said


def test_a_free_quiz_in_between_does_not_change_what_is_compared(player: Player) -> None:
    player.play("sebelum", right=3)
    player.play("biasa", right=5, of=5)
    assert "Sebelum penyuluhan kamu benar 3, sekarang 8" in player.play("sesudah", right=8)


def test_the_same_ten_are_asked_before_and_after(player: Player) -> None:
    for stage in ("sebelum", "sesudah"):
        player.start(stage)
        asked = set()
        for _ in LESSON:
            asked.add(player.asked.id)
            player.answer()
        assert asked == {question.id for question in LESSON}


# What is kept


def test_a_finished_round_is_filed_apart_from_the_conversation(
    assistant: Assistant, tmp_path: Path
) -> None:
    player = Player(assistant, tmp_path)
    player.say("halo, saya dari desa")
    player.play("sebelum", right=4)
    (row,) = _filed(tmp_path)
    assert row.keys() == {"id", "month", "stage", "asked", "right"}
    assert (row["stage"], row["asked"]) == ("sebelum", 10)
    right = str(row["right"]).split()
    assert len(right) == 4
    assert set(right) <= {question.id for question in LESSON}
    # No value of it stands anywhere in what belongs to the conversation.
    database = Database(f"sqlite:///{tmp_path / 'chat.db'}")
    with database.read() as connection:
        assert inspect(connection).get_foreign_keys("quiz_rounds") == []
        (conversation,) = connection.execute(select(conversations)).all()
    database.close()
    assert row["id"] not in (conversation.id, conversation.contact_id)


@pytest.mark.parametrize("ending", ["batal", "tolong saya disekap majikan"])
def test_a_round_that_was_not_finished_is_not_filed(
    ending: str, assistant: Assistant, tmp_path: Path
) -> None:
    player = Player(assistant, tmp_path)
    player.start("sesudah")
    for _ in range(9):
        player.answer()
    player.say(ending)
    assert _filed(tmp_path) == []


def test_a_filed_round_outlives_the_conversation_that_is_forgotten(
    assistant: Assistant, tmp_path: Path
) -> None:
    player = Player(assistant, tmp_path)
    player.play("sebelum", right=5)
    filed = _filed(tmp_path)
    player.say("hapus data saya")
    player.say("ya")
    assert _filed(tmp_path) == filed
    # And the score before the lesson is forgotten with the rest.
    assert "Sebelum penyuluhan" not in player.play("sesudah", right=6)


def test_results_show_with_the_fifth_round_and_not_before(
    assistant: Assistant, tmp_path: Path
) -> None:
    player = Player(assistant, tmp_path)
    for number in range(1, SMALLEST_GROUP):
        player.play("sebelum", right=number)
    month = _by_month(tmp_path)
    assert (month.rounds_before, month.before, month.after) == (SMALLEST_GROUP - 1, None, None)
    assert {question.before for question in month.questions} == {None}
    player.play("sebelum", right=5)
    month = _by_month(tmp_path)
    assert month.before == pytest.approx((1 + 2 + 3 + 4 + 5) / 50)
    assert None not in {question.before for question in month.questions}


@pytest.mark.parametrize("written", ["d", "x", "Z."])
def test_another_letter_gets_the_hint_also_after_a_question_in_between(
    written: str, in_quiz: Player
) -> None:
    in_quiz.say(ASIDE)
    in_quiz.say("ya")
    assert in_quiz.say(written).startswith(HINT)


@pytest.mark.parametrize("written", ["ga tau", "gatau kak", "dak tau ambo"])
def test_who_does_not_know_skips(written: str, in_quiz: Player) -> None:
    question = in_quiz.asked
    assert in_quiz.say(written).startswith("Kita lewati.")
    assert in_quiz.asked != question


def test_a_word_of_the_question_may_be_asked_about(in_quiz: Player) -> None:
    in_quiz.say("tunggu, disekap itu maksudnya apa")
    assert in_quiz.outcome is not None
    assert in_quiz.outcome.level != "darurat"


@pytest.mark.parametrize(
    "written",
    ["{} lah pasti", "{} dong", "{}. ini murid saya ribut sebentar", "x eh {}", "hm {} kayaknya"],
)
def test_a_letter_with_words_around_it_is_an_answer(written: str, in_quiz: Player) -> None:
    right = in_quiz.asked.right_letter.lower()
    if written.startswith("x"):
        other = next(letter for letter in LETTERS if letter.lower() != right)
        written = written.replace("x", other.lower())
    assert in_quiz.say(written.format(right)).startswith("Benar.")
