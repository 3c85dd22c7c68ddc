"""A question without an answer reaches staff, and nothing that leads to a person does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, select

from bot import clock
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Attachment, Content, Inbound, Reply
from bot.conversation.queue import Claim
from bot.conversation.turn import Answer, TurnRunner
from bot.engine.assistant import Assistant
from bot.knowledge import unanswered
from bot.knowledge.unanswered import KEPT_DAYS, Unanswered
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage import migrate
from bot.storage.database import Database, SchemaOutdated
from bot.storage.tables import contacts, conversations, trackers
from bot.storage.tables import inbox as inbox_table
from bot.storage.tables import outbox as outbox_table
from bot.storage.tables import unanswered as table
from bot.triage import levels
from channels.terminal.chat import Session
from tests.bot.knowledge.helpers import between_two_topics, nonsense, unanswered_questions

HELLO = Inbound(channel="sms", address="0812-0000-0001", external_id="a1", text="apa itu TPPO?")
ASKED = Unanswered("bolehkah membawa kucing", unanswered.UNKNOWN, ["faq/visa_kerja", "menu"])
# No text in the database can hold this: the turn fails after the question was filed.
CANNOT_BE_KEPT = Reply("\ud800")


class Unsure:
    """Files a question in each turn. `replies` are those of its turns, one after the other."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = iter(replies)

    def answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer:
        reply = next(self._replies, Reply("belum tahu"))
        return Answer([reply], state=b"1", unanswered=ASKED)

    def level(self, lines: Sequence[Content]) -> str:
        return levels.ORDINARY

    def apologise(self, channel: str) -> Sequence[Reply]:
        return [Reply("maaf")]


def _claim(runner: TurnRunner, database: Database) -> Claim:
    """Takes the conversation that waits, without waiting for its moment."""
    with database.write() as connection:
        waiting = conversations.c.ready_at.is_not(None)
        connection.execute(conversations.update().where(waiting).values(ready_at=1))
    claim = runner.queue.claim_next()
    assert claim is not None
    return claim


def _runner(database: Database, sealer: Sealer, *replies: Reply) -> TurnRunner:
    return TurnRunner(database, sealer, Unsure(*replies), claim_seconds=5)


def _listed(database: Database, sealer: Sealer) -> list[Unanswered]:
    with database.read() as connection:
        return unanswered.listed(connection, sealer)


def _file(database: Database, sealer: Sealer, *questions: str) -> None:
    with database.write() as connection:
        for question in questions:
            unanswered.file(connection, sealer, replace(ASKED, question=question))


def _make_older(database: Database, days: int) -> None:
    """Dates everything on the list back."""
    with database.write() as connection:
        connection.execute(table.update().values(day=str(clock.today() - timedelta(days=days))))


# The list


def test_what_was_filed_is_listed_as_it_was(database: Database, sealer: Sealer) -> None:
    _file(database, sealer, ASKED.question)
    assert _listed(database, sealer) == [replace(ASKED, day=str(clock.today()))]


def test_the_newest_day_comes_first(database: Database, sealer: Sealer) -> None:
    _file(database, sealer, "lama sekali")
    _make_older(database, 10)
    _file(database, sealer, "baru saja")
    assert [asked.question for asked in _listed(database, sealer)] == ["baru saja", "lama sekali"]


@pytest.mark.parametrize(
    ("days", "kept"), [(0, True), (179, True), (KEPT_DAYS, True), (181, False), (400, False)]
)
def test_a_question_goes_after_half_a_year(
    database: Database, sealer: Sealer, days: int, kept: bool
) -> None:
    assert KEPT_DAYS == 180
    _file(database, sealer, "dulu")
    _make_older(database, days)
    # Nobody gets to read it, even when nothing new was asked since.
    assert [asked.question for asked in _listed(database, sealer)] == ["dulu"] * kept
    _file(database, sealer, "baru")
    with database.read() as connection:
        assert len(connection.execute(select(table)).all()) == 1 + kept


# What stands in the database


def test_a_question_is_sealed_on_disk(tmp_path: Path, database: Database, sealer: Sealer) -> None:
    _file(database, sealer, "bolehkah membawa kucing", "bolehkah membawa kucing")
    with database.read() as connection:
        rows = connection.execute(select(table)).all()
    raw = [b"|".join(str(value).encode() for value in row) for row in rows]
    raw += [bytes(row.question_sealed) for row in rows]
    raw += [path.read_bytes() for path in tmp_path.glob("suluh.db*")]
    assert not any(b"kucing" in stored for stored in raw)
    # The same question twice does not look the same, and its length does not show.
    one, other = (bytes(row.question_sealed) for row in rows)
    assert one != other
    _file(database, sealer, "boleh?")
    with database.read() as connection:
        sealed = connection.execute(select(table.c.question_sealed)).scalars().all()
    assert len({len(bytes(value)) for value in sealed}) == 1


def test_a_sealed_question_opens_in_its_own_row_only(database: Database, sealer: Sealer) -> None:
    _file(database, sealer, "satu", "dua")
    with database.write() as connection:
        one, other = connection.execute(select(table)).all()
        connection.execute(
            table.update()
            .where(table.c.id == one.id)
            .values(question_sealed=bytes(other.question_sealed))
        )
    with pytest.raises(SealBroken):
        _listed(database, sealer)


def test_a_row_tells_neither_the_conversation_nor_the_time_of_day(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    inbox.accept(HELLO)
    runner = _runner(database, sealer)
    runner.run(_claim(runner, database))
    with database.read() as connection:
        (row,) = connection.execute(select(table)).all()
        elsewhere = {
            value
            for other in (contacts, conversations, inbox_table, outbox_table, trackers)
            for line in connection.execute(select(other)).all()
            for value in line
        }
        columns = {column["name"] for column in inspect(connection).get_columns("unanswered")}
        assert inspect(connection).get_foreign_keys("unanswered") == []
    assert columns == {"id", "day", "reason", "question_sealed", "guesses"}
    assert {row.id, bytes(row.question_sealed)}.isdisjoint(elsewhere)
    assert row.day == str(clock.today())
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row.day)
    # Nor would it, opened: only what was asked is inside.
    assert sealer.open(row.question_sealed, f"unanswered.question:{row.id}") == (
        ASKED.question.encode()
    )


def test_the_order_of_the_list_does_not_tell_who_asked_first(
    database: Database, sealer: Sealer
) -> None:
    questions = [f"pertanyaan {number}" for number in range(20)]
    _file(database, sealer, *questions)
    listed = [asked.question for asked in _listed(database, sealer)]
    assert sorted(listed) == sorted(questions)
    assert listed != questions


def test_a_question_that_is_printed_by_accident_does_not_show() -> None:
    assert "kucing" not in repr(ASKED)
    assert "kucing" not in repr(Answer([Reply("x")], state=None, unanswered=ASKED))


@pytest.mark.parametrize("way", ["up", "down and up"])
def test_an_older_database_gets_the_list_and_loses_nothing(
    database: Database, sealer: Sealer, inbox: Inbox, way: str
) -> None:
    config = migrate.alembic_config(database)
    receipt = inbox.accept(HELLO)
    command.downgrade(config, "0001")
    with pytest.raises(SchemaOutdated, match="suluh migrate"):
        database.require_schema()
    with database.read() as connection:
        assert "unanswered" not in inspect(connection).get_table_names()
    migrate.upgrade(database)
    if way == "down and up":
        _file(database, sealer, "dulu")
        command.downgrade(config, "0001")
        migrate.upgrade(database)
    database.require_schema()
    assert _listed(database, sealer) == []
    runner = _runner(database, sealer)
    assert _claim(runner, database).conversation_id == receipt.conversation_id


# The turn


def test_a_question_is_filed_with_its_turn(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    inbox.accept(HELLO)
    runner = _runner(database, sealer)
    assert runner.run(_claim(runner, database)) is not None
    assert [asked.question for asked in _listed(database, sealer)] == [ASKED.question]


def test_a_turn_that_is_rolled_back_files_nothing_and_run_again_files_one(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    inbox.accept(HELLO)
    runner = _runner(database, sealer, CANNOT_BE_KEPT)
    assert runner.run(_claim(runner, database)) is None
    assert _listed(database, sealer) == []
    assert runner.run(_claim(runner, database)) is not None
    assert len(_listed(database, sealer)) == 1


def test_of_two_workers_that_answer_the_same_turn_one_files(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    inbox.accept(HELLO)
    slow, other = _runner(database, sealer), _runner(database, sealer)
    claim = _claim(slow, database)
    with database.write() as connection:
        connection.execute(conversations.update().values(claim_until=1))
    assert other.run(_claim(other, database)) is not None
    assert slow.run(claim) is None
    assert len(_listed(database, sealer)) == 1


def test_a_redelivered_message_is_filed_once(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    runner = _runner(database, sealer)
    inbox.accept(HELLO)
    inbox.accept(HELLO)
    runner.run(_claim(runner, database))
    inbox.accept(HELLO)
    assert runner.queue.claim_next() is None
    assert len(_listed(database, sealer)) == 1


def test_a_turn_that_was_given_up_files_nothing(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    inbox.accept(HELLO)
    runner = _runner(database, sealer, *[CANNOT_BE_KEPT] * 3)
    for _ in range(3):
        assert runner.run(_claim(runner, database)) is None
    outcome = runner.run(_claim(runner, database))
    assert outcome is not None
    assert outcome.apologised
    assert _listed(database, sealer) == []


# What the assistant files


def _say(assistant: Assistant, *lines: str, state: bytes | None = None) -> Answer:
    return assistant.answer("c1", "web", state, [Content(text=line) for line in lines])


@pytest.mark.parametrize("reason", [unanswered.UNKNOWN, unanswered.BETWEEN])
def test_what_finds_no_answer_is_filed_with_the_likeliest_guesses(
    assistant: Assistant, reason: str
) -> None:
    for question in unanswered_questions(assistant)[reason]:
        asked = _say(assistant, question).unanswered
        assert asked is not None
        assert asked.reason == reason
        ranking = assistant.understand(question).parsed["intent_ranking"]
        assert list(asked.guesses) == [guess["name"] for guess in ranking[:3]]
        assert len(asked.question.split()) == len(question.split())


def test_between_two_topics_both_are_among_the_guesses_and_are_offered(
    assistant: Assistant,
) -> None:
    answer = _say(assistant, between_two_topics(assistant))
    assert answer.unanswered is not None
    assert answer.unanswered.reason == unanswered.BETWEEN
    offered = [choice.payload for reply in answer.replies for choice in reply.choices]
    guesses = [label.removeprefix("faq/") for label in answer.unanswered.guesses[:2]]
    assert all(any(f'"{guess}"' in payload for payload in offered) for guess in guesses)


@pytest.mark.parametrize(
    "lines",
    [
        ["apa itu perdagangan orang?"],
        ["agen mau simpan paspor saya boleh ga?"],
        ["kak", "agen sy", "mau pegang paspor", "boleh gak?"],
        ["halo kak"],
        ["makasih kak"],
        ["menu"],
        ["saya mau lapor"],
        ["resep rendang padang dong"],
        ["tolong saya dikurung majikan"],
        ["/menu"],
    ],
    ids=" / ".join,
)
def test_a_confident_answer_files_nothing(assistant: Assistant, lines: list[str]) -> None:
    answer = _say(assistant, *lines)
    assert answer.replies
    assert answer.unanswered is None


@pytest.mark.parametrize(
    "content",
    [
        Content(payload='/faq{"topik":"paspor_ditahan"}'),
        Content(payload="/minta_petugas"),
        Content(attachments=(Attachment("sticker"),)),
        Content(notes=("kosong",)),
    ],
)
def test_what_is_no_question_files_nothing(assistant: Assistant, content: Content) -> None:
    assert assistant.answer("c1", "web", None, [content]).unanswered is None


@pytest.mark.parametrize("said", ["2", "yg no 2 kak", "yang kedua", "{title}", "{title} kak"])
def test_picking_from_what_was_offered_is_answered_and_files_nothing_more(
    assistant: Assistant, said: str
) -> None:
    asked_back = _say(assistant, between_two_topics(assistant))
    choice = asked_back.replies[0].choices[1]
    picked = _say(assistant, said.format(title=choice.title.lower()), state=asked_back.state)
    pressed = Content(payload=choice.payload)
    assert picked.replies == assistant.answer("c1", "web", asked_back.state, [pressed]).replies
    assert picked.unanswered is None


def test_a_follow_up_that_the_last_answer_does_not_hold_is_filed_and_a_human_is_offered(
    assistant: Assistant,
) -> None:
    state = _say(assistant, "bagaimana kerja resmi ke taiwan?").state
    asked_on = (
        "bosnya galak gak kalau kita sakit?",
        "makanannya pedas gak kak?",
        "cuacanya gimana di sana?",
        "rambutnya harus pendek apa boleh panjang?",
        "kamarnya sendiri apa sama orang lain?",
    )
    answers = [_say(assistant, question, state=state) for question in asked_on]
    open_ones = [a for a in answers if "lebih rinci dari pesan di atas" in a.replies[0].text]
    assert open_ones
    # Of some nothing is left but small words.
    assert any(answer.unanswered for answer in open_ones)
    for answer in open_ones:
        assert "Bicara dengan petugas" in [choice.title for choice in answer.replies[0].choices]


def test_a_cry_for_help_in_a_question_without_an_answer_is_not_filed(assistant: Assistant) -> None:
    for question in unanswered_questions(assistant)[unanswered.UNKNOWN]:
        answer = _say(assistant, question, "tolong saya dikurung majikan")
        assert answer.level == "darurat"
        assert answer.unanswered is None


def test_names_and_numbers_are_gone_from_what_is_filed(assistant: Assistant) -> None:
    filed = []
    for questions in unanswered_questions(assistant).values():
        for question in questions:
            told = f"nama saya Sekarwati, wa 0812-0000-0001. {question}"
            if (asked := _say(assistant, told).unanswered) is not None:
                filed.append(asked.question)
    assert filed
    for said in filed:
        assert "[nama]" in said
        assert "[nomor]" in said
        assert not re.search(r"sekar|\d{3}", said, re.IGNORECASE)


def test_a_burst_is_one_question(assistant: Assistant) -> None:
    question = unanswered_questions(assistant)[unanswered.UNKNOWN][0]
    words = question.split()
    asked = _say(assistant, " ".join(words[:3]), " ".join(words[3:])).unanswered
    assert asked is not None
    assert len(asked.question.split()) == len(words)


def test_a_question_that_resembles_nothing_is_offered_the_menu_and_a_human(
    assistant: Assistant, tmp_path: Path
) -> None:
    nothing_like_it = (
        question
        for question in nonsense()
        if (answer := _say(assistant, question)).unanswered is not None
        and "belum yakin" not in answer.replies[0].text
    )
    questions = list(islice(nothing_like_it, 3))
    assert questions, "the model takes everything for something"
    session = Session(assistant, tmp_path, "web")
    for question in questions:
        session.say("menu")
        (reply,) = session.say(question).replies
        assert "belum bisa menjawab" in reply.text
        assert [choice.title for choice in reply.choices] == ["Bicara dengan petugas", "Lihat menu"]
        human = session.say("1").replies[0].text
        assert "110" in human
        assert "telepon polisi 110" in human
        session.say(question)
        assert len(session.say("lihat menu").replies[0].choices) == 4


def test_a_question_that_resembles_something_is_offered_what_it_resembles(
    assistant: Assistant,
) -> None:
    asked_back = 0
    for question in unanswered_questions(assistant)[unanswered.UNKNOWN]:
        answer = _say(assistant, question)
        reply = answer.replies[0]
        if "belum yakin" in reply.text:
            asked_back += 1
            # With a human as the way out.
            assert 2 <= len(reply.choices) <= 4
            assert "/minta_petugas" in [choice.payload for choice in reply.choices]
            assert answer.unanswered is not None
    assert asked_back
