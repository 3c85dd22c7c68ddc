from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DataError, OperationalError

from bot.clock import now_ms
from bot.conversation import queue
from bot.conversation.capabilities import Capabilities
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Attachment, Content, Inbound, Reply
from bot.conversation.outbox import FOR_WINDOW, Outbox
from bot.conversation.turn import MAX_TAKES, Answer, TurnRunner
from bot.privacy.sealing import Sealer
from bot.storage.database import Database
from bot.storage.tables import conversations, trackers
from bot.storage.tables import inbox as inbox_table
from bot.storage.tables import outbox as outbox_table
from tests.bot.conversation.helpers import Echo

HELLO = Inbound(channel="sms", address="0812-0000-0001", external_id="a1", text="apa itu TPPO?")
# So often a message that ends in an error is tried before it is answered with an apology.
ERRORS_BORNE = 3


def _runner(
    database: Database, sealer: Sealer, assistant: Echo | None = None, claim_seconds: float = 5
) -> TurnRunner:
    return TurnRunner(database, sealer, assistant or Echo(), claim_seconds=claim_seconds)


def _said(database: Database, outbox: Outbox, conversation_id: str) -> list[str]:
    with database.read() as connection:
        return [row.reply.text for row in outbox.after(connection, conversation_id, 0)]


def _wait_and_run(runner: TurnRunner) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        claim = runner.queue.claim_next()
        if claim is not None:
            runner.run(claim)
            return
        time.sleep(0.01)
    raise AssertionError("nothing became ready")


def test_a_turn_answers_remembers_and_closes_at_once(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    receipt = inbox.accept(HELLO)
    runner = _runner(database, sealer)
    _wait_and_run(runner)
    assert _said(database, outbox, receipt.conversation_id) == ["1:apa itu TPPO?"]
    assert runner.queue.claim_next() is None
    inbox.accept(replace(HELLO, external_id="a2"))
    _wait_and_run(runner)
    assert _said(database, outbox, receipt.conversation_id)[-1] == "2:apa itu TPPO?"


def test_five_lines_are_one_turn(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    lines = ["kak", "mau nanya", "agen sy", "minta paspor", "boleh gak ya kak?"]
    for number, line in enumerate(lines):
        receipt = inbox.accept(replace(HELLO, external_id=str(number), text=line))
    _wait_and_run(_runner(database, sealer))
    assert _said(database, outbox, receipt.conversation_id) == ["1:" + "|".join(lines)]


def test_a_button_is_a_turn_of_its_own(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    inbox.accept(HELLO)
    inbox.accept(replace(HELLO, external_id="a2", text="", payload="/menu"))
    receipt = inbox.accept(replace(HELLO, external_id="a3", text="terima kasih"))
    runner = _runner(database, sealer)
    for _ in range(3):
        _wait_and_run(runner)
    assert _said(database, outbox, receipt.conversation_id) == [
        "1:apa itu TPPO?",
        "2:",
        "3:terima kasih",
    ]


def test_a_photo_does_not_swallow_the_words_after_it(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    inbox.accept(replace(HELLO, text="", attachments=(Attachment("photo"),)))
    receipt = inbox.accept(replace(HELLO, external_id="a2"))
    runner = _runner(database, sealer)
    _wait_and_run(runner)
    _wait_and_run(runner)
    assert _said(database, outbox, receipt.conversation_id) == ["1:", "2:apa itu TPPO?"]


def test_one_conversation_is_with_one_worker_at_a_time(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    inbox.accept(HELLO)
    runner = _runner(database, sealer)
    assert runner.queue.claim_next() is not None
    assert runner.queue.claim_next() is None


def test_of_many_workers_at_once_one_gets_the_conversation(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    inbox.accept(HELLO)
    claims = []
    barrier = threading.Barrier(6)

    def take() -> None:
        runner = _runner(database, sealer)
        barrier.wait()
        claims.append(runner.queue.claim_next())

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(claim is not None for claim in claims) == 1


def test_a_worker_that_died_loses_its_claim_to_another(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    receipt = inbox.accept(HELLO)
    dead = _runner(database, sealer, claim_seconds=0.2)
    assert dead.queue.claim_next() is not None
    alive = _runner(database, sealer)
    assert alive.queue.claim_next() is None
    _wait_and_run(alive)
    assert _said(database, outbox, receipt.conversation_id) == ["1:apa itu TPPO?"]


def test_a_worker_that_lost_its_claim_is_not_heard(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    receipt = inbox.accept(HELLO)

    def let_another_answer(text: str) -> None:
        time.sleep(0.15)
        _wait_and_run(_runner(database, sealer))

    slow = _runner(database, sealer, Echo(before_answer=let_another_answer), claim_seconds=0.1)
    claim = slow.queue.claim_next()
    assert claim is not None
    assert slow.run(claim) is None
    assert _said(database, outbox, receipt.conversation_id) == ["1:apa itu TPPO?"]


def test_a_claim_that_ran_out_before_the_turn_began_answers_nothing(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    receipt = inbox.accept(HELLO)
    slow = _runner(database, sealer, claim_seconds=0.1)
    claim = slow.queue.claim_next()
    assert claim is not None
    _wait_and_run(_runner(database, sealer))
    assert slow.run(claim) is None
    assert _said(database, outbox, receipt.conversation_id) == ["1:apa itu TPPO?"]


def test_a_renewed_claim_is_not_taken_over(
    database: Database, sealer: Sealer, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.accept(HELLO)
    slow = _runner(database, sealer, claim_seconds=30)
    claim = slow.queue.claim_next()
    assert claim is not None
    other = _runner(database, sealer)
    started = now_ms()
    for seconds in (20, 40, 60, 80):
        monkeypatch.setattr(queue, "now_ms", lambda at=seconds: started + at * 1000)
        assert other.queue.claim_next() is None
        slow.queue.renew(claim)
    monkeypatch.setattr(queue, "now_ms", lambda: started + 120_000)
    assert other.queue.claim_next() is not None


def test_a_failed_turn_leaves_nothing_and_is_tried_again(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    failures = iter([True, False])

    def fail_once(text: str) -> None:
        if next(failures):
            raise RuntimeError(f"cannot bear {text}")

    receipt = inbox.accept(HELLO)
    runner = _runner(database, sealer, Echo(before_answer=fail_once))
    claim = runner.queue.claim_next()
    assert claim is not None
    assert runner.run(claim) is None
    assert _said(database, outbox, receipt.conversation_id) == []
    _wait_and_run(runner)
    assert _said(database, outbox, receipt.conversation_id) == ["1:apa itu TPPO?"]


def test_the_log_of_a_failed_turn_tells_where_and_not_what(
    database: Database, sealer: Sealer, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(text: str) -> None:
        raise RuntimeError(f"cannot bear {text}")

    inbox.accept(HELLO)
    runner = _runner(database, sealer, Echo(before_answer=fail))
    claim = runner.queue.claim_next()
    assert claim is not None
    runner.run(claim)
    assert "RuntimeError at" in caplog.text
    assert "TPPO" not in caplog.text


def _run_until_quiet(runner: TurnRunner, database: Database) -> None:
    """Runs whatever waits, without waiting for the pauses after failures."""
    for _ in range(60):
        with database.write() as connection:
            waiting = conversations.c.ready_at.is_not(None)
            connection.execute(conversations.update().where(waiting).values(ready_at=1))
        claim = runner.queue.claim_next()
        if claim is None:
            return
        runner.run(claim)
    raise AssertionError("it never became quiet")


def _fail_on_poison(text: str) -> None:
    if "racun" in text:
        raise RuntimeError("poison")


def test_a_message_that_always_fails_gets_an_apology_and_the_next_one_an_answer(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    receipt = inbox.accept(replace(HELLO, text="ini racun?"))
    echo = Echo(before_answer=_fail_on_poison)
    runner = _runner(database, sealer, echo)
    _run_until_quiet(runner, database)
    inbox.accept(replace(HELLO, external_id="a2"))
    _run_until_quiet(runner, database)
    assert _said(database, outbox, receipt.conversation_id) == ["maaf", "1:apa itu TPPO?"]


def test_a_message_is_tried_three_times_when_it_fails_by_itself(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    tried = []

    def fail(text: str) -> None:
        tried.append(text)
        raise RuntimeError("poison")

    inbox.accept(HELLO)
    _run_until_quiet(_runner(database, sealer, Echo(before_answer=fail)), database)
    assert len(tried) == ERRORS_BORNE


def test_workers_that_were_killed_over_a_message_do_not_cost_it_its_answer(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    receipt = inbox.accept(HELLO)
    runner = _runner(database, sealer)
    for _ in range(MAX_TAKES - 1):
        assert runner.queue.claim_next() is not None
        with database.write() as connection:
            connection.execute(conversations.update().values(claim_until=now_ms() - 1))
    _run_until_quiet(runner, database)
    assert _said(database, outbox, receipt.conversation_id) == ["1:apa itu TPPO?"]


def test_innocent_lines_do_not_fall_with_the_one_that_fails(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    for number, text in enumerate(["saya dikurung.", "di desa itu.", "ini racun.", "tolong."]):
        receipt = inbox.accept(replace(HELLO, external_id=str(number), text=text))
    _run_until_quiet(_runner(database, sealer, Echo(before_answer=_fail_on_poison)), database)
    said = _said(database, outbox, receipt.conversation_id)
    assert said.count("maaf") == 1
    heard = [text.split(":")[1] for text in said if text != "maaf"]
    assert "|".join(heard).split("|") == ["saya dikurung.", "di desa itu.", "tolong."]


def test_a_cry_for_help_that_cannot_be_answered_is_still_one(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    inbox.accept(replace(HELLO, text="racun, tolong saya dikurung"))
    _run_until_quiet(_runner(database, sealer, Echo(before_answer=_fail_on_poison)), database)
    with database.read() as connection:
        assert connection.execute(select(conversations.c.level)).scalar() == "darurat"


def test_trouble_with_the_database_costs_a_message_no_attempt(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    trouble = iter([True] * (MAX_TAKES + 3))

    def fail(text: str) -> None:
        if next(trouble, False):
            raise OperationalError("SELECT 1", {}, Exception("disk full"))

    receipt = inbox.accept(HELLO)
    runner = _runner(database, sealer, Echo(before_answer=fail))
    for _ in range(MAX_TAKES + 3):
        with database.write() as connection:
            connection.execute(conversations.update().values(ready_at=1))
        claim = runner.queue.claim_next()
        assert claim is not None
        with pytest.raises(OperationalError):
            runner.run(claim)
    _run_until_quiet(runner, database)
    assert _said(database, outbox, receipt.conversation_id) == ["1:apa itu TPPO?"]


def test_a_correction_takes_the_place_of_a_line_that_still_waits(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    inbox.accept(replace(HELLO, text="3 orang."))
    for number, text in enumerate(["4 orang.", "5 orang."]):
        edit = replace(HELLO, external_id=f"a1/edit-{number}", edits="a1", text=text)
        receipt = inbox.accept(edit)
    runner = _runner(database, sealer)
    _run_until_quiet(runner, database)
    assert _said(database, outbox, receipt.conversation_id) == ["1:5 orang."]


def test_nobody_corrects_the_line_of_another_person(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    receipt = inbox.accept(HELLO)
    inbox.accept(Inbound("sms", "0812-0000-0002", "b1/edit", text="palsu.", edits="a1"))
    _run_until_quiet(_runner(database, sealer), database)
    assert _said(database, outbox, receipt.conversation_id) == ["1:apa itu TPPO?"]


def test_cries_for_help_come_first_and_nobody_keeps_others_waiting(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    for number in range(5):
        inbox.accept(replace(HELLO, external_id=f"many-{number}", text="", payload="/menu"))
    time.sleep(0.02)
    inbox.accept(Inbound("sms", "0812-0000-0002", "b1", text="apa ini?"))
    time.sleep(0.02)
    inbox.accept(Inbound("sms", "0812-0000-0003", "c1", text="tolong saya dikurung"))
    echo = Echo()
    runner = _runner(database, sealer, echo)
    for _ in range(4):
        _wait_and_run(runner)
    assert echo.heard == ["tolong saya dikurung", "", "apa ini?", ""]


@pytest.mark.parametrize("column", ["ready_at", "claim_until"])
def test_a_clock_that_was_put_back_keeps_nobody_waiting(
    database: Database, sealer: Sealer, inbox: Inbox, column: str
) -> None:
    inbox.accept(HELLO)
    an_hour_ahead = now_ms() + 3_600_000
    with database.write() as connection:
        connection.execute(conversations.update().values({column: an_hour_ahead}))
    assert _runner(database, sealer).queue.claim_next() is not None


def test_a_line_that_comes_while_the_answer_is_made_is_answered_next(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    late = replace(HELLO, external_id="late", text="dan ini apa?")

    def write_more(text: str) -> None:
        if "TPPO" in text:
            inbox.accept(late)

    receipt = inbox.accept(HELLO)
    runner = _runner(database, sealer, Echo(before_answer=write_more))
    _wait_and_run(runner)
    _wait_and_run(runner)
    assert _said(database, outbox, receipt.conversation_id) == [
        "1:apa itu TPPO?",
        "2:dan ini apa?",
    ]


def test_a_correction_of_a_line_that_is_being_answered_is_not_lost(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    correction = replace(HELLO, external_id="a1/edit-1", edits="a1", text="eh 5 orang.")

    def correct(text: str) -> None:
        if text == HELLO.text:
            inbox.accept(correction)

    receipt = inbox.accept(HELLO)
    runner = _runner(database, sealer, Echo(before_answer=correct))
    _wait_and_run(runner)
    _wait_and_run(runner)
    assert _said(database, outbox, receipt.conversation_id) == [
        "1:apa itu TPPO?",
        "2:eh 5 orang.",
    ]


class _WithEffect(Echo):
    def __init__(self, *, fail: bool) -> None:
        super().__init__()
        self.fail = fail

    def answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer:
        def effect(connection) -> None:  # type: ignore[no-untyped-def]
            connection.execute(conversations.update().values(level="tinggi"))
            if self.fail:
                raise RuntimeError("the effect failed")

        return Answer([Reply("ya")], state=b"1", effects=[effect])


def test_what_an_action_changed_is_committed_with_the_answer(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    receipt = inbox.accept(HELLO)
    runner = _runner(database, sealer, _WithEffect(fail=True))
    claim = runner.queue.claim_next()
    assert claim is not None
    assert runner.run(claim) is None
    assert _said(database, outbox, receipt.conversation_id) == []
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(trackers)).scalar() == 0
        assert connection.execute(select(inbox_table.c.turn_id)).scalar() is None


def test_a_sealed_line_that_does_not_open_costs_no_other_line(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    for number in range(3):
        receipt = inbox.accept(replace(HELLO, external_id=str(number), text=f"apa {number}?"))
    with database.write() as connection:
        connection.execute(
            inbox_table.update()
            .where(inbox_table.c.external_id == "1")
            .values(content_sealed=b"\x01damaged")
        )
    _run_until_quiet(_runner(database, sealer), database)
    assert _said(database, outbox, receipt.conversation_id) == [
        "1:apa 0?",
        "maaf",
        "1:apa 2?",
    ]


def test_a_tracker_that_does_not_open_is_begun_anew(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    receipt = inbox.accept(HELLO)
    runner = _runner(database, sealer)
    _wait_and_run(runner)
    with database.write() as connection:
        connection.execute(trackers.update().values(state_sealed=b"\x01damaged"))
    inbox.accept(replace(HELLO, external_id="a2"))
    _wait_and_run(runner)
    assert _said(database, outbox, receipt.conversation_id)[-1] == "1:apa itu TPPO?"


def test_forgetting_deletes_what_was_said_and_keeps_the_last_word(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    class Forgetful(Echo):
        def answer(
            self,
            conversation_id: str,
            channel: str,
            state: bytes | None,
            lines: Sequence[Content],
        ) -> Answer:
            if lines[0].text == "hapus data saya.":
                return Answer([Reply("sudah")], state=None, forget=True)
            return super().answer(conversation_id, channel, state, lines)

    receipt = inbox.accept(HELLO)
    runner = _runner(database, sealer, Forgetful())
    _wait_and_run(runner)
    inbox.accept(replace(HELLO, external_id="a2", text="hapus data saya."))
    _wait_and_run(runner)
    assert _said(database, outbox, receipt.conversation_id) == ["sudah"]
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(trackers)).scalar() == 0
        assert connection.execute(select(func.count()).select_from(inbox_table)).scalar() == 1


def test_the_level_of_a_conversation_rises_and_does_not_fall(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    class Levels(Echo):
        def answer(
            self,
            conversation_id: str,
            channel: str,
            state: bytes | None,
            lines: Sequence[Content],
        ) -> Answer:
            return Answer([Reply("ya")], state=b"1", level=lines[0].text.strip("?"))

    runner = _runner(database, sealer, Levels())
    seen = []
    for number, level in enumerate(["biasa?", "darurat?", "tinggi?"]):
        inbox.accept(replace(HELLO, external_id=str(number), text=level))
        time.sleep(0.35)
        _wait_and_run(runner)
        with database.read() as connection:
            seen.append(connection.execute(select(conversations.c.level)).scalar())
    assert seen == ["biasa", "darurat", "darurat"]


def test_the_words_of_a_turn_stand_nowhere_in_the_clear(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    inbox.accept(replace(HELLO, text="kalimatrahasia apa ini ya kak?"))
    _wait_and_run(_runner(database, sealer))
    with database.read() as connection:
        for table in (inbox_table, outbox_table, trackers):
            for row in connection.execute(select(table)):
                assert "kalimatrahasia" not in repr(
                    [bytes(v) if isinstance(v, memoryview) else v for v in row]
                )


# Who may be written to, and what was held before


class Said(Echo):
    """Answers with what a test wants it to answer."""

    def __init__(self, **answer: Any) -> None:
        super().__init__()
        self._answer = answer

    def answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer:
        said = super().answer(conversation_id, channel, state, lines)
        return replace(said, **self._answer)


def _say(inbox: Inbox, runner: TurnRunner, text: str, channel: str = "sms") -> list[str]:
    """One more message, answered; what goes out."""
    inbox.accept(replace(HELLO, channel=channel, external_id=uuid.uuid4().hex, text=text))
    deadline = time.monotonic() + 5
    while (claim := runner.queue.claim_next()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    outcome = runner.run(claim)
    assert outcome is not None
    return [reply.text for reply in outcome.replies]


def test_after_a_stop_only_the_word_of_it_goes_out(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    assert _say(inbox, _runner(database, sealer, Said(stop=True)), "stop.") == ["1:stop."]
    runner = _runner(database, sealer)
    assert _say(inbox, runner, "apa itu TPPO?") == []
    assert _say(inbox, runner, "halo?") == []
    # What was not heard does not count as said.
    assert _say(inbox, runner, "MULAI") == ["2:MULAI"]
    assert _say(inbox, runner, "apa itu TPPO?") == ["3:apa itu TPPO?"]


def test_what_nobody_hears_of_changes_nothing(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    _say(inbox, _runner(database, sealer, Said(stop=True)), "stop")
    done: list[str] = []
    said = Said(effects=[lambda _connection: done.append("sent")])
    assert _say(inbox, _runner(database, sealer, said), "kirim") == []
    assert done == []
    assert _say(inbox, _runner(database, sealer, said), "MULAI") != []
    assert done == ["sent"]


def test_data_is_deleted_even_after_a_stop(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    _say(inbox, _runner(database, sealer, Said(stop=True)), "stop")
    done: list[str] = []
    said = Said(forget=True, state=None, effects=[lambda _connection: done.append("deleted")])
    assert _say(inbox, _runner(database, sealer, said), "hapus data") == []
    assert done == ["deleted"]


def test_a_stop_takes_back_what_still_waited_to_be_sent(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    _say(inbox, _runner(database, sealer), "apa itu TPPO?")
    _say(inbox, _runner(database, sealer, Said(stop=True)), "stop")
    with database.read() as connection:
        rows = connection.execute(select(outbox_table).order_by(outbox_table.c.id)).all()
    assert [(row.state, row.error_code) for row in rows] == [("failed", "stopped"), ("due", None)]


def test_a_cry_for_help_is_answered_even_after_a_stop(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    _say(inbox, _runner(database, sealer, Said(stop=True)), "stop")
    urgent = _runner(database, sealer, Said(level="darurat"))
    assert _say(inbox, urgent, "tolong saya disekap") == ["2:tolong saya disekap"]
    # And stays an exception.
    assert _say(inbox, _runner(database, sealer), "makasih") == []


SMS = Capabilities(length=20, waits_for_more=True)


def _long_answers(database: Database, sealer: Sealer) -> TurnRunner:
    long_reply = [Reply("Satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas.")]
    assistant = Said(replies=long_reply)
    sizes = {"sms": replace(SMS, length=60)}
    return TurnRunner(database, sealer, assistant, claim_seconds=5, capabilities=sizes)


def _due(database: Database) -> int:
    with database.read() as connection:
        return len(
            connection.execute(select(outbox_table).where(outbox_table.c.state == "due")).all()
        )


def test_a_long_answer_goes_on_when_it_is_asked_for(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    runner = _long_answers(database, sealer)
    _say(inbox, runner, "apa itu TPPO?")
    before = _due(database)
    assert _say(inbox, runner, "Lanjut.") == []
    assert _due(database) == before + 1


def test_lanjut_is_an_ordinary_word_when_nothing_is_left(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    assert _say(inbox, _runner(database, sealer), "lanjut") == ["1:lanjut"]


def test_another_question_drops_what_was_left_of_the_answer(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    _say(inbox, _long_answers(database, sealer), "apa itu TPPO?")
    _say(inbox, _runner(database, sealer), "berapa biayanya?")
    with database.read() as connection:
        states = {row.state for row in connection.execute(select(outbox_table.c.state))}
    assert "dropped" in states
    assert "held" not in states


def test_what_was_held_for_the_window_goes_out_before_the_new_answer(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    _say(inbox, _runner(database, sealer), "satu?")
    with database.write() as connection:
        (claimed,) = outbox.claim(connection, ["sms"], 1)
        outbox.hold(connection, claimed.row.id, FOR_WINDOW)
    _say(inbox, _runner(database, sealer), "dua?")
    with database.write() as connection:
        (first,) = outbox.claim(connection, ["sms"], 1)
    assert outbox.open(first).reply.text == "1:satu?"


@pytest.mark.parametrize("keyword", ["lanjut", "STOP", "mulai"])
def test_a_keyword_swallows_no_line_that_follows_it(
    database: Database, sealer: Sealer, inbox: Inbox, keyword: str
) -> None:
    assistant = Echo()
    _say(inbox, _long_answers(database, sealer), "apa itu TPPO?")
    inbox.accept(replace(HELLO, external_id="k1", text=keyword))
    inbox.accept(replace(HELLO, external_id="k2", text="tolong saya disekap majikan"))
    runner = _runner(database, sealer, assistant)
    _wait_and_run(runner)
    _wait_and_run(runner)
    assert assistant.heard[-1] == "tolong saya disekap majikan"


def test_a_stop_does_not_drown_in_a_burst(database: Database, sealer: Sealer, inbox: Inbox) -> None:
    assistant = Echo()
    for number, text in enumerate(["apa ini", "STOP", "STOP"]):
        inbox.accept(replace(HELLO, external_id=f"s{number}", text=text))
    runner = _runner(database, sealer, assistant)
    for _ in range(3):
        _wait_and_run(runner)
    assert assistant.heard == ["apa ini", "STOP", "STOP"]


@pytest.mark.parametrize("word", ["Mulai!", "/start", "/start desa_pondokkelapa"])
def test_whoever_begins_anew_is_answered_again(
    database: Database, sealer: Sealer, inbox: Inbox, word: str
) -> None:
    _say(inbox, _runner(database, sealer, Said(stop=True)), "stop")
    assert len(_say(inbox, _runner(database, sealer), word)) == 1
    assert len(_say(inbox, _runner(database, sealer), "apa itu TPPO?")) == 1


def test_a_message_that_the_database_cannot_take_is_given_up_like_any_other(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    def refuse(_text: str) -> None:
        raise DataError("statement", {}, Exception())

    inbox.accept(HELLO)
    runner = _runner(database, sealer, Echo(refuse))
    for _ in range(ERRORS_BORNE):
        _wait_and_run(runner)
    with database.read() as connection:
        attempts = connection.execute(select(conversations.c.attempts)).scalar_one()
    assert attempts == MAX_TAKES
