"""What one worker does, measured inside one process over a SQLite file."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.report import Figure, median, percentile
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Inbound
from bot.conversation.turn import TurnRunner
from bot.privacy.identity import AddressBook
from bot.privacy.sealing import Sealer
from bot.settings import Settings
from bot.storage import migrate
from bot.storage.database import Database
from suluh.wiring import load_assistant

# Two in turn: the same question twice running gets a short answer without a rule.
QUESTIONS = ("agen mau simpan paspor saya boleh ga?", "apa hukuman bagi pelaku perdagangan orang?")
# A message that runs a custom action.
MENU = "tampilkan menu dong"
TURNS = 500
LONG_CHAT = 1010
CHATS_AT_ONCE = 200
TEXTS = 2000


class Bench:
    def __init__(self, settings: Settings, folder: Path) -> None:
        started = time.perf_counter()
        self.assistant = load_assistant(settings)
        self.load_seconds = time.perf_counter() - started
        sealer = Sealer(bytes(32))
        database = Database(f"sqlite:///{folder / 'bench.db'}")
        migrate.upgrade(database)
        self.inbox = Inbox(database, sealer, AddressBook(bytes(32)), burst_wait=0, burst_limit=0)
        self.runner = TurnRunner(database, sealer, self.assistant, claim_seconds=60)
        self._count = 0

    def accept(self, chat: str, text: str) -> None:
        self._count += 1
        self.inbox.accept(Inbound("web", chat, str(self._count), text=text))

    def turn(self, chat: str, text: str) -> float:
        """Milliseconds from the claim of a waiting message to the commit of its answer."""
        self.accept(chat, text)
        return self.answer()

    def answer(self) -> float:
        started = time.perf_counter()
        claim = self.runner.queue.claim_next()
        assert claim is not None
        assert self.runner.run(claim) is not None
        return (time.perf_counter() - started) * 1000


def measure(settings: Settings) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(settings, Path(folder))
        for number in range(50):
            bench.turn(f"warm-{number % 5}", QUESTIONS[number // 5 % 2])
        for texts, name, aim in (
            (QUESTIONS, "turn with a question", "6"),
            ((MENU, MENU), "turn with an action", "10"),
        ):
            times = [bench.turn(f"{name}-{n % 20}", texts[n // 20 % 2]) for n in range(TURNS)]
            yield Figure(f"{name}, p50", median(times), "ms", aim)
            yield Figure(f"{name}, p99", percentile(times, 0.99), "ms")
        times = [bench.turn("one long chat", QUESTIONS[n % 2]) for n in range(LONG_CHAT)]
        ratio = median(times[-20:]) / median(times[:20])
        yield Figure(
            "the 1,000th message of a chat against the 10th", ratio, "times", "at most 1.3"
        )
        for number in range(CHATS_AT_ONCE):
            bench.accept(f"busy-{number}", QUESTIONS[0])
        started = time.perf_counter()
        for _ in range(CHATS_AT_ONCE):
            bench.answer()
        rate = CHATS_AT_ONCE / (time.perf_counter() - started)
        yield Figure("turns a second, one worker", rate, "/s")
        started = time.perf_counter()
        for number in range(TEXTS):
            bench.assistant.understand(QUESTIONS[number % 2])
        each = (time.perf_counter() - started) / TEXTS * 1000
        yield Figure("understanding one text", each, "ms", "2")
        yield Figure("loading the model in a fresh process", bench.load_seconds, "s")
