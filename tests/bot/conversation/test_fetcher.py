"""Files are brought in once, bounded, and what cannot be accepted is told."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable

import pytest
from sqlalchemy import func, select, update

from bot.attachments import reading, store
from bot.attachments.refusal import MAX_BYTES, Reason
from bot.conversation import fetcher as fetcher_module
from bot.conversation import standing
from bot.conversation.capabilities import Capabilities
from bot.conversation.fetcher import RESPONSES, TOO_LARGE, Fetcher
from bot.conversation.inbox import Inbox
from bot.conversation.limits import Rate
from bot.conversation.messages import Attachment, Inbound, Reply
from bot.conversation.outbox import Outbox
from bot.conversation.sender import SendError, Then
from bot.conversation.turn import Answer, TurnRunner
from bot.engine.assistant import Assistant
from bot.privacy.sealing import Sealer
from bot.settings import PROJECT_ROOT
from bot.storage.database import Database
from bot.storage.tables import attachment_chunks, attachments
from bot.storage.tables import outbox as outbox_table
from tests.bot.attachments import samples
from tests.bot.conversation.helpers import Echo, fetch_all


class Plain:
    """A connector of a channel without files."""

    capabilities = Capabilities()
    rate = Rate(100, 100, 100)

    async def send(self, address: str, reply: Reply, outbound_id: int) -> str | None:
        return None

    async def reopen(self, address: str) -> None: ...

    async def close(self) -> None: ...


class FileProvider(Plain):
    """A provider with files under their names; `trouble` holds errors to come."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.trouble: dict[str, list[Exception]] = {}
        self.asked: Counter[str] = Counter()
        self.given = 0
        self.at_once = self.most_at_once = 0
        self.seconds = 0.0

    async def fetch(self, source: str) -> AsyncGenerator[bytes, None]:
        self.asked[source] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.trouble.get(source):
                raise self.trouble[source].pop(0)
            content = self.files[source]
            for at in range(0, len(content), 50_000):
                await asyncio.sleep(self.seconds)
                yield content[at : at + 50_000]
                self.given += len(content[at : at + 50_000])
        finally:
            self.at_once -= 1


class Bringing:
    """The tables, a provider and a fetcher, in the words of these tests."""

    def __init__(
        self, database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox, provider: Plain
    ) -> None:
        self.database, self.sealer, self.provider = database, sealer, provider
        self._inbox, self._outbox = inbox, outbox
        self._number = 0

    def sends(self, *names: str, person: str = "1001", size: int | None = None) -> str:
        """A person sends files; gives the conversation."""
        self._number += 1
        files = tuple(Attachment("document", "image/jpeg", name, size) for name in names)
        inbound = Inbound("telegram", person, f"{person}-{self._number}", attachments=files)
        return self._inbox.accept(inbound).conversation_id

    def fetcher(self) -> Fetcher:
        return Fetcher(self.database, self.sealer, {"telegram": self.provider}, Echo())

    def drain(self) -> None:
        asyncio.run(fetch_all(self.fetcher()))

    def states(self) -> list[tuple[str, str | None]]:
        columns = (attachments.c.state, attachments.c.reason)
        with self.database.read() as connection:
            rows = connection.execute(
                select(*columns).order_by(attachments.c.inbox_id, attachments.c.position)
            )
            return [(row.state, row.reason) for row in rows]

    def kept(self) -> list[bytes]:
        with self.database.read() as connection:
            names = connection.execute(
                select(attachments.c.id)
                .where(attachments.c.state == "kept")
                .order_by(attachments.c.inbox_id, attachments.c.position)
            ).scalars()
        return [b"".join(reading.read(self.database, self.sealer, name)) for name in names]

    def chunks(self) -> int:
        with self.database.read() as connection:
            query = select(func.count()).select_from(attachment_chunks)
            return int(connection.execute(query).scalar_one())

    def told(self, conversation: str) -> list[str]:
        with self.database.read() as connection:
            return [
                outbound.reply.text for outbound in self._outbox.after(connection, conversation, 0)
            ]

    def make_due(self) -> None:
        with self.database.write() as connection:
            connection.execute(update(attachments).values(due_at=0))


@pytest.fixture
def provider() -> FileProvider:
    return FileProvider()


@pytest.fixture
def bringing(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox, provider: FileProvider
) -> Bringing:
    return Bringing(database, sealer, inbox, outbox, provider)


def test_files_are_brought_in_once(bringing: Bringing, provider: FileProvider) -> None:
    provider.files = {"a": samples.PDF, "b": samples.OGG + bytes(1_200_000)}
    conversation = bringing.sends("a", "b")
    bringing.drain()
    bringing.drain()
    assert bringing.kept() == [provider.files["a"], provider.files["b"]]
    assert provider.asked == {"a": 1, "b": 1}
    assert bringing.told(conversation) == []


def test_a_photo_is_kept_without_what_it_tells(bringing: Bringing, provider: FileProvider) -> None:
    provider.files = {"a": samples.photo_that_tells(6)}
    bringing.sends("a")
    bringing.drain()
    (kept,) = bringing.kept()
    assert [word for word in samples.PLANTED if word in kept] == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (samples.PDF + bytes(MAX_BYTES), Reason.TOO_LARGE),
        (samples.DOCX, Reason.KIND),
        (b"BEGIN:VCARD\r\nTEL:+6281200000001", Reason.CONTACT),
        (samples.png_bomb(60_000, 60_000), Reason.PIXELS),
        (samples.photo_that_tells()[:4_000], Reason.DAMAGED),
        (b"", Reason.DAMAGED),
    ],
    ids=["too large", "docx that says it is a picture", "card", "bomb", "damaged", "empty"],
)
def test_what_cannot_be_accepted_is_refused_and_told(
    bringing: Bringing, provider: FileProvider, content: bytes, reason: Reason
) -> None:
    provider.files = {"a": content}
    conversation = bringing.sends("a")
    bringing.drain()
    assert bringing.states() == [("refused", reason.value)]
    assert bringing.told(conversation) == [RESPONSES[reason]]
    assert bringing.chunks() == 0
    with bringing.database.read() as connection:
        assert connection.execute(select(outbox_table.c.is_notice)).scalar() == 0


def test_every_reason_has_words(assistant: Assistant) -> None:
    assert set(RESPONSES) == set(Reason)
    for reason in Reason:
        (reply,) = assistant.say(
            RESPONSES[reason], "telegram", **fetcher_module._VALUES.get(reason, {})
        )
        assert "{" not in reply.text
        if reason is Reason.TOO_LARGE:
            assert "10 MB" in reply.text
        if reason is Reason.TOO_MANY:
            assert "30 berkas" in reply.text


def test_a_stream_that_never_ends_is_stopped_whatever_its_size_was_said_to_be(
    bringing: Bringing, provider: FileProvider
) -> None:
    provider.files = {"a": samples.PDF + bytes(5 * MAX_BYTES)}
    bringing.sends("a", size=1_000)
    bringing.drain()
    assert bringing.states() == [("refused", "too large")]
    assert provider.given <= MAX_BYTES + 100_000


def test_what_the_provider_says_is_too_large_is_not_even_asked_for(
    bringing: Bringing, provider: FileProvider
) -> None:
    bringing.sends("a", size=MAX_BYTES + 1)
    bringing.drain()
    assert bringing.states() == [("refused", "too large")]
    assert provider.asked == {}


def test_a_conversation_has_only_so_many_files(bringing: Bringing, provider: FileProvider) -> None:
    provider.files = {"a": samples.PDF, "rusak": b""}
    conversation = bringing.sends("rusak", *["a"] * 20)
    bringing.sends(*["a"] * 15)
    bringing.sends("a", person="1002")
    bringing.drain()
    # What was refused takes no place, and nobody takes that of another.
    assert Counter(bringing.states()) == {
        ("refused", "damaged"): 1,
        ("kept", None): store.MAX_IN_A_CONVERSATION + 1,
        ("refused", "too many"): 5,
    }
    # An album is told of once.
    assert Counter(bringing.told(conversation)) == {
        "ucapan_berkas_rusak": 1,
        "ucapan_berkas_terlalu_banyak": 1,
    }


def test_a_reason_is_told_again_after_a_while(
    bringing: Bringing, provider: FileProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.files = {"a": b""}
    conversation = bringing.sends("a")
    bringing.drain()
    monkeypatch.setattr(fetcher_module, "SAY_AGAIN_MS", 0)
    time.sleep(0.01)
    bringing.sends("a")
    bringing.drain()
    assert bringing.told(conversation) == ["ucapan_berkas_rusak"] * 2


def test_whoever_asked_for_silence_is_told_nothing(
    bringing: Bringing, provider: FileProvider
) -> None:
    provider.files = {"a": b""}
    conversation = bringing.sends("a")
    with bringing.database.write() as connection:
        standing.stop(connection, conversation)
    bringing.drain()
    assert bringing.states() == [("refused", "damaged")]
    assert bringing.told(conversation) == []


@pytest.mark.parametrize(
    "error",
    [
        SendError("503", Then.RETRY),
        SendError("429", Then.RETRY, after_seconds=30),
        ConnectionError("https://contoh.id/rahasia"),
        asyncio.TimeoutError(),
    ],
)
def test_trouble_on_the_way_is_tried_again(
    bringing: Bringing, provider: FileProvider, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    provider.files, provider.trouble = {"a": samples.PDF}, {"a": [error]}
    conversation = bringing.sends("a")
    bringing.drain()
    assert bringing.states() == [("waiting", None)]
    bringing.make_due()
    bringing.drain()
    assert bringing.kept() == [samples.PDF]
    assert bringing.told(conversation) == []
    assert "rahasia" not in caplog.text


def test_the_waits_grow_and_the_provider_s_own_word_counts() -> None:
    waits = [fetcher_module._delay_ms(attempt, None) for attempt in range(1, 40)]
    assert waits[:4] == [5_000, 10_000, 20_000, 40_000]
    assert waits == sorted(waits)
    assert waits[-1] == 30 * 60_000
    assert fetcher_module._delay_ms(7, 3) == 3_000


def test_after_a_day_it_is_given_up_and_told(
    bringing: Bringing, provider: FileProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetcher_module, "GIVE_UP_MS", 0)
    provider.trouble = {"a": [SendError("503", Then.RETRY)]}
    conversation = bringing.sends("a")
    bringing.drain()
    assert bringing.states() == [("refused", "gone")]
    assert bringing.told(conversation) == ["ucapan_berkas_hilang"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SendError("404", Then.GIVE_UP), "gone"),
        (SendError("403", Then.UNREACHABLE), "gone"),
        (SendError(TOO_LARGE, Then.GIVE_UP), "too large"),
    ],
)
def test_what_the_provider_will_never_give_is_refused(
    bringing: Bringing, provider: FileProvider, error: SendError, reason: str
) -> None:
    provider.trouble = {"a": [error]}
    bringing.sends("a")
    bringing.drain()
    assert bringing.states() == [("refused", reason)]


def test_a_channel_without_files_refuses_them(bringing: Bringing) -> None:
    bringing.provider = Plain()
    bringing.sends("a")
    bringing.drain()
    assert bringing.states() == [("refused", "gone")]


def test_a_place_that_does_not_open_is_refused(bringing: Bringing) -> None:
    bringing.sends("a")
    with bringing.database.write() as connection:
        connection.execute(update(attachments).values(source_sealed=b"\x01rusak"))
    bringing.drain()
    assert bringing.states() == [("refused", "gone")]


def test_at_most_two_files_are_under_way(bringing: Bringing, provider: FileProvider) -> None:
    provider.files, provider.seconds = {"a": samples.PDF}, 0.2
    bringing.sends(*["a"] * 8)
    bringing.drain()
    assert len(bringing.kept()) == 8
    assert provider.most_at_once == 2


def test_a_file_that_takes_for_ever_is_tried_again(
    bringing: Bringing, provider: FileProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetcher_module, "FETCH_SECONDS", 0.1)
    provider.files, provider.seconds = {"a": samples.PDF}, 30
    bringing.sends("a")
    bringing.drain()
    assert bringing.states() == [("waiting", None)]
    assert provider.at_once == 0


def test_a_file_that_brings_processes_down_is_refused(
    bringing: Bringing, provider: FileProvider
) -> None:
    bringing.sends("a")
    with bringing.database.write() as connection:
        abandoned = fetcher_module.MAX_ABANDONED
        connection.execute(update(attachments).values(abandoned=abandoned))
    bringing.drain()
    assert bringing.states() == [("refused", "damaged")]
    assert provider.asked == {}


def test_a_file_that_was_deleted_meanwhile_is_let_go(
    bringing: Bringing, provider: FileProvider
) -> None:
    provider.files, provider.seconds = {"a": samples.PDF + bytes(2_000_000)}, 0.02
    conversation = bringing.sends("a")

    async def run() -> None:
        fetching = asyncio.create_task(fetch_all(bringing.fetcher()))
        while not bringing.chunks():
            await asyncio.sleep(0.01)
        with bringing.database.write() as connection:
            connection.execute(attachments.delete())
        await fetching

    asyncio.run(run())
    assert bringing.states() == []
    assert bringing.chunks() == 0
    assert bringing.told(conversation) == []


def test_whoever_asks_to_be_forgotten_leaves_no_file(
    bringing: Bringing, provider: FileProvider, sealer: Sealer
) -> None:
    class Forgetful(Echo):
        def answer(self, *_: object) -> Answer:
            return Answer([Reply("sudah")], state=None, forget=True)

    def answers(assistant: Echo) -> None:
        runner = TurnRunner(bringing.database, sealer, assistant, claim_seconds=5)
        while claim := runner.queue.claim_next():
            assert runner.run(claim)

    provider.files = {"a": samples.PDF, "b": samples.OGG}
    bringing.sends("a", person="1002")
    bringing.sends("a", "b")
    bringing.drain()
    answers(Echo())
    # Even what comes with the very wish, whether it was fetched yet or not.
    bringing.sends("b")
    bringing.drain()
    assert len(bringing.kept()) == 4
    answers(Forgetful())
    assert bringing.kept() == [samples.PDF]
    assert bringing.chunks() == 1


def test_two_processes_do_not_keep_a_file_twice(bringing: Bringing, provider: FileProvider) -> None:
    provider.files = {name: samples.PDF + name.encode() for name in "abcdefgh"}
    bringing.sends(*"abcdefgh")

    async def run() -> None:
        await asyncio.gather(fetch_all(bringing.fetcher()), fetch_all(bringing.fetcher()))

    asyncio.run(run())
    assert bringing.kept() == list(provider.files.values())
    assert set(provider.asked.values()) == {1}


def test_a_fetch_that_is_stopped_is_left_to_others_at_once(
    bringing: Bringing, provider: FileProvider
) -> None:
    provider.files, provider.seconds = {"a": samples.PDF + bytes(3_000_000)}, 0.05
    bringing.sends("a")
    stopping = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(bringing.fetcher().run(stopping)))
    thread.start()
    _wait(lambda: bringing.chunks() > 0)
    stopping.set()
    thread.join(10)
    assert not thread.is_alive()
    assert provider.at_once == 0
    provider.seconds = 0
    bringing.drain()
    assert bringing.kept() == [provider.files["a"]]


def test_a_process_that_is_killed_half_way_costs_nothing(
    bringing: Bringing, provider: FileProvider
) -> None:
    provider.files = {"a": samples.PDF + bytes(1_500_000)}
    conversation = bringing.sends("a")
    url = bringing.database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bot.conversation.stalled_fetcher", url], cwd=PROJECT_ROOT
    )
    try:
        _wait(lambda: bringing.chunks() > 0, seconds=60)
    finally:
        process.kill()
        process.wait()
    bringing.drain()
    deadline = time.monotonic() + 60
    while not bringing.kept() and time.monotonic() < deadline:
        time.sleep(0.2)
        bringing.drain()
    assert bringing.kept() == [provider.files["a"]]
    assert provider.asked == {"a": 1}
    assert bringing.told(conversation) == []


def _wait(happened: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)
