"""`suluh chat`: one turn a line, over the whole message path.

The conversation lives in a database of its own that goes when the command ends, so trying
something out never touches real conversations.
"""

from __future__ import annotations

import json
import mimetypes
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Protocol

from bot.conversation.inbox import Inbox
from bot.conversation.messages import Attachment, Inbound, Location, Reply
from bot.conversation.turn import Assistant, Outcome, TurnRunner
from bot.privacy import grants
from bot.privacy.identity import AddressBook
from bot.privacy.keys import IDENTITY_SUBKEY, SEALING_SUBKEY, ServerKey
from bot.privacy.sealing import Sealer
from bot.privacy.vault import Vault
from bot.storage import migrate
from bot.storage.database import Database

ADDRESS = "terminal"
# Nobody else has this database: a claim is only a formality.
CLAIM_SECONDS = 60.0
USAGE = "Tulis /photo BERKAS, /location LINTANG,BUJUR atau /button NILAI."


class Reporter(Assistant, Protocol):
    """An assistant that also takes reports, once it is told where to keep them."""

    def take_reports(self, vault: Vault) -> None: ...


def converse(assistant: Reporter, *, channel: str, as_json: bool) -> None:
    """Reads standard input until it ends."""
    with tempfile.TemporaryDirectory(prefix="suluh-chat-") as folder:
        session = Session(assistant, Path(folder), channel)
        interactive = sys.stdin.isatty() and not as_json
        for line in _lines(sys.stdin.buffer, prompt="kamu> " if interactive else ""):
            started = time.perf_counter()
            outcome = session.say(line)
            milliseconds = (time.perf_counter() - started) * 1000
            if as_json:
                _print_json(line, outcome, milliseconds)
            else:
                _print_text(outcome)


class Session:
    """One conversation with the assistant.

    Args:
        assistant: Answers.
        folder: For the database of this conversation.
        channel: Whose form the replies take.
    """

    def __init__(self, assistant: Reporter, folder: Path, channel: str) -> None:
        key = ServerKey.generate()
        sealer = Sealer(key.subkey(SEALING_SUBKEY))
        database = Database(f"sqlite:///{folder / 'chat.db'}")
        migrate.upgrade(database)
        self._channel = channel
        assistant.take_reports(Vault(database, key, sealer))
        with database.write() as connection:
            # Reports of a trial are sealed for nobody.
            grants.rotate(connection, ())
        # Each line is a turn of its own here: nothing waits for a next line.
        self._inbox = Inbox(
            database,
            sealer,
            AddressBook(key.subkey(IDENTITY_SUBKEY)),
            burst_wait=0,
            burst_limit=0,
        )
        self._runner = TurnRunner(
            database,
            sealer,
            assistant,
            claim_seconds=CLAIM_SECONDS,
        )
        self._count = 0

    def say(self, line: str) -> Outcome:
        """One turn.

        Raises:
            RuntimeError: The turn failed.
        """
        self._count += 1
        base = Inbound(channel=self._channel, address=ADDRESS, external_id=str(self._count))
        try:
            inbound = parse_line(line, base)
        except ValueError:
            return Outcome("", self._channel, "", 0, "biasa", replies=(Reply(USAGE),))
        self._inbox.accept(inbound)
        claim = self._runner.queue.claim_next()
        outcome = self._runner.run(claim) if claim else None
        if outcome is None:
            raise RuntimeError("the turn failed; the log above says where")
        return outcome


def parse_line(line: str, base: Inbound) -> Inbound:
    """What a line stands for: a text, or /photo, /location, /button with an argument.

    Raises:
        ValueError: The argument cannot be read.
    """
    command, _, argument = line.partition(" ")
    argument = argument.strip()
    if command == "/photo":
        media_type = mimetypes.guess_type(argument)[0] or "image/jpeg"
        return replace(base, attachments=(Attachment("photo", media_type),))
    if command == "/location":
        latitude, longitude = (float(number) for number in argument.split(","))
        return replace(base, location=Location(latitude, longitude))
    if command == "/button":
        if not argument:
            raise ValueError("a button needs a value")
        return replace(base, payload=argument)
    return replace(base, text=line)


def _lines(stream: IO[bytes], *, prompt: str) -> Iterator[str]:
    while True:
        if prompt:
            print(prompt, end="", flush=True)
        raw = stream.readline()
        if not raw:
            return
        yield raw.decode("utf-8", errors="replace").rstrip("\r\n")


def _print_json(line: str, outcome: Outcome, milliseconds: float) -> None:
    said: dict[str, Any] = {
        "in": line,
        "out": [
            {"text": reply.text, "buttons": [choice.title for choice in reply.choices]}
            for reply in outcome.replies
        ],
        "level": outcome.level,
        "ms": round(milliseconds, 1),
    }
    print(json.dumps(said, ensure_ascii=False), flush=True)


def _print_text(outcome: Outcome) -> None:
    for reply in outcome.replies:
        print(f"\n{reply.text}")
        for number, choice in enumerate(reply.choices, 1):
            print(f"  {number}. {choice.title}")
    print(flush=True)
