"""A file that was still on its way when the tip was sent ends as if it had been there."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.attachments import reading, store
from bot.conversation.inbox import Inbox
from bot.conversation.outbox import Outbox
from bot.conversation.turn import Answer, TurnRunner
from bot.privacy.sealing import SealBroken, Sealer
from bot.settings import PROJECT_ROOT
from bot.storage.database import Database
from tests.bot.attachments import samples
from tests.bot.attachments.desk import Desk
from tests.bot.conversation.helpers import Echo
from tests.bot.conversation.test_fetcher import Bringing, FileProvider, _wait


class Interrupted(FileProvider):
    """Something happens while a file is on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.happens = lambda: None

    async def fetch(self, source: str) -> AsyncGenerator[bytes, None]:
        async for piece in super().fetch(source):
            yield piece
        self.happens()


class Forgetful(Echo):
    def answer(self, *_: object) -> Answer:
        return Answer([], state=None, forget=True)


@pytest.fixture
def provider() -> Interrupted:
    return Interrupted()


@pytest.fixture
def bringing(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox, provider: Interrupted
) -> Bringing:
    return Bringing(database, sealer, inbox, outbox, provider)


@pytest.fixture
def desk(database: Database, sealer: Sealer) -> Desk:
    return Desk(database, sealer)


@pytest.mark.parametrize("when", ["kept", "on its way", "not asked for"])
def test_whenever_the_tip_is_sent_its_files_are_the_desk_s_alone(
    bringing: Bringing, provider: Interrupted, desk: Desk, when: str
) -> None:
    provider.files = {"a": samples.PDF + bytes(1_200_000)}
    conversation = bringing.sends("a")
    tips: list[str] = []

    def send() -> None:
        tips.append(desk.sent(conversation))

    if when == "on its way":
        provider.happens = send
    elif when == "not asked for":
        send()
    bringing.drain()
    if when == "kept":
        send()
    (tip,) = tips
    assert desk.files(tip) == [provider.files["a"]]
    (row,) = desk.rows(tip)
    assert row.conversation_id is row.inbox_id is row.source_sealed is row.key_sealed is None
    with pytest.raises(SealBroken):
        reading.read(bringing.database, bringing.sealer, row.id)
    assert bringing.told(conversation) == []


def test_what_is_refused_for_a_sent_tip_is_told_once_and_leads_nowhere(
    bringing: Bringing, provider: Interrupted, desk: Desk
) -> None:
    provider.files = {"a": b"", "b": b""}
    conversation = bringing.sends("a", "b")
    tip = desk.sent(conversation)
    bringing.drain()
    assert bringing.states() == [("refused", "damaged")] * 2
    assert bringing.told(conversation) == ["ucapan_berkas_rusak"]
    assert desk.rows(tip) == []


def test_a_late_file_leaves_no_trace_of_its_conversation_on_the_disk(
    bringing: Bringing, provider: Interrupted, desk: Desk
) -> None:
    database = bringing.database
    if not database.is_sqlite:
        pytest.skip("looks into the files of SQLite")
    provider.files = {"a": samples.PDF}
    conversation = bringing.sends("a")
    tip = desk.sent(conversation)
    (row,) = desk.rows(tip)
    bringing.drain()
    path = Path(str(database.url.database))
    raw = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    # A row begins with its id; the conversation stood right behind it.
    assert row.id.encode() in raw
    assert (row.id + conversation).encode() not in raw
    assert row.source_sealed not in raw


@pytest.mark.parametrize("when", ["kept", "still to be fetched"])
def test_whoever_asks_to_be_forgotten_leaves_the_files_of_the_tip(
    bringing: Bringing, provider: Interrupted, desk: Desk, when: str
) -> None:
    provider.files = {"a": samples.PDF, "rusak": b"", "b": samples.OGG}
    conversation = bringing.sends("a", "rusak")
    if when == "kept":
        bringing.drain()
    tip = desk.sent(conversation)
    _answer(bringing, Echo())
    bringing.sends("b")
    _answer(bringing, Forgetful())
    bringing.drain()
    assert desk.files(tip) == [samples.PDF]
    # Nor is anything left of what was refused, once it is asked again.
    bringing.sends("b")
    _answer(bringing, Forgetful())
    assert Counter(bringing.states()) == {("kept", None): 1}


def _answer(bringing: Bringing, assistant: Echo) -> None:
    runner = TurnRunner(bringing.database, bringing.sealer, assistant, claim_seconds=5)
    while claim := runner.queue.claim_next():
        assert runner.run(claim)


def test_a_fetcher_that_is_killed_around_the_tip_costs_nothing(
    bringing: Bringing, provider: Interrupted, desk: Desk
) -> None:
    provider.files = {"a": samples.PDF + bytes(1_500_000)}
    conversation = bringing.sends("a")
    url = bringing.database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bot.conversation.stalled_fetcher", url], cwd=PROJECT_ROOT
    )
    try:
        _wait(lambda: bringing.chunks() > 0, seconds=30)
        tip = desk.sent(conversation)
    finally:
        process.kill()
        process.wait()
    deadline = time.monotonic() + 60
    while not desk.files(tip) and time.monotonic() < deadline:
        bringing.drain()
        time.sleep(0.2)
    assert desk.files(tip) == [provider.files["a"]]
    assert provider.asked == {"a": 1}


def test_many_tips_and_two_fetchers_at_once_mix_nothing(
    bringing: Bringing, provider: Interrupted, desk: Desk
) -> None:
    people = [f"10{number:02}" for number in range(6)]
    names = {person: [f"{person}-{n}" for n in range(3)] for person in people}
    provider.files = {
        name: samples.PDF + name.encode() for person in people for name in names[person]
    }
    provider.seconds = 0.01
    conversations = {person: bringing.sends(*names[person], person=person) for person in people}
    tips: dict[str, str] = {}

    def send() -> None:
        for person in people:
            tips[person] = desk.sent(conversations[person])

    fetchers = [threading.Thread(target=bringing.drain) for _ in range(2)]
    sending = threading.Thread(target=send)
    for thread in (*fetchers, sending):
        thread.start()
    for thread in (*fetchers, sending):
        thread.join()
    assert {person: desk.files(tip) for person, tip in tips.items()} == {
        person: [provider.files[name] for name in names[person]] for person in people
    }
    assert [row.conversation_id for tip in tips.values() for row in desk.rows(tip)] == [None] * 18


def test_a_tip_without_a_desk_to_read_its_file_waits_for_one(
    bringing: Bringing, provider: Interrupted, desk: Desk
) -> None:
    provider.files = {"a": samples.PDF}
    tip = desk.sent(bringing.sends("a"))
    with bringing.database.write() as connection:
        desk.retire(connection)
    bringing.drain()
    assert bringing.states() == [(store.WAITING, None)]
    assert bringing.chunks() == 0
    desk.change_key()
    bringing.make_due()
    bringing.drain()
    assert desk.files(tip) == [samples.PDF]
