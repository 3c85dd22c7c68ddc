"""An installation as it lies in a folder, a desk with one officer, and people who write to it."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from sqlalchemy import func, select

from bot import settings as settings_module
from bot.attachments import store
from bot.attachments.sealing import Sealing
from bot.clock import now_ms
from bot.conversation.keeper import Keeper
from bot.conversation.messages import Attachment, Inbound, Reply
from bot.conversation.outbox import Outbox
from bot.conversation.turn import TurnRunner
from bot.engine.assistant import Assistant
from bot.knowledge.buttons import payload
from bot.privacy import retention, staff
from bot.storage.tables import outbox
from suluh.wiring import House
from tests.journeys.thief import Thief, private_keys

OFFICER, PASSWORD = "Ani", "lampu minyak di teras"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

STORY = (
    "kemarin malam di Pekik Nyaring lima perempuan dikurung Ngadimin di gudang kopra dekat "
    "surau, mau dibawa ke Johor naik tongkang, nomor calonya 0812-0000-0002"
)
PHOTO = b"\xff\xd8\xff" + b"isi foto yang tidak boleh dibaca siapa pun" * 40
ADDRESSES = {
    "telegram": "7312456890",
    "whatsapp": "+6281234567001",
    "sms": "+6281234567001",
    "web": "QmFtYnUtS3VuaW5nLURpLURlcG1hZ2EtVHVtYnVoYW4",
}
ENVIRONMENT = "SULUH_TELEGRAM_TOKEN=1:token\nSULUH_TWILIO_AUTH_TOKEN=token-twilio-contoh\n"

_RECEIPT = re.compile(r"08\d\d-\d{4}-\d{4}-\d{4}")
_FIVE_WORDS = re.compile(r"kata(?:nya| ini)?:\s*((?:[a-z]+ ){4}[a-z]+)")


class Remembered:
    """What somebody on a channel has of a report: the receipt and its words, once it is sent."""

    def __init__(self, channel: str, address: str) -> None:
        self.channel = channel
        self.address = address
        self.receipt = ""
        self.words = ""

    def note(self, said: str) -> None:
        """Writes down the receipt, when one was said."""
        if found := _RECEIPT.search(said):
            words = _FIVE_WORDS.search(said)
            assert words is not None
            self.receipt, self.words = found[0], words[1]


class Person(Remembered):
    """Somebody who writes on one channel of a real installation."""

    def __init__(self, office: Office, channel: str, address: str | None = None) -> None:
        super().__init__(channel, address or ADDRESSES[channel])
        self._office = office
        self.conversation = ""

    def says(self, text: str = "", *, photo: str = "") -> list[Reply]:
        """A message, or the value of a button when it begins with a slash."""
        is_button = text.startswith("/")
        files = (Attachment("photo", "image/jpeg", photo, len(PHOTO)),) if photo else ()
        inbound = Inbound(
            self.channel,
            self.address,
            secrets.token_hex(8),
            text="" if is_button else text,
            payload=text if is_button else None,
            attachments=files,
        )
        replies = self._office.answers(inbound)
        self.conversation = self._office.of(self)
        for reply in replies:
            self.note(reply.text)
        return replies

    def begins(self) -> None:
        self.says("mau lapor")
        self.says(payload("lapor", soal="aman", jawab="0"))
        self.says(payload("lapor", soal="setuju", jawab="0"))

    def tells(self, story: str = STORY) -> None:
        self.begins()
        self.says(story)

    def sends(self) -> None:
        self.says(payload("lapor", langkah="kirim"))
        if not self.receipt:
            self.says(payload("lapor", langkah="kirim"))
        assert self.receipt, "the report was not sent"

    def reports(self, story: str = STORY) -> None:
        self.tells(story)
        self.sends()

    def confirms(self) -> None:
        self.says(self.receipt)


class Office:
    """An installation in a folder, with one member at the desk."""

    def __init__(self, home: Path, assistant: Assistant, database_url: str | None = None) -> None:
        self.home = home
        environment = {"SULUH_HOME": str(home), "SULUH_BURST_WAIT": "0", "SULUH_BURST_LIMIT": "0"}
        if database_url:
            environment["SULUH_DATABASE_URL"] = database_url
        self.house = House.prepare(settings_module.load(environment))
        (home / ".env").write_text(ENVIRONMENT)
        self.database = self.house.database
        staff.add(self.database, OFFICER, "admin", PASSWORD)
        assistant.take_reports(self.house.vault)
        self._runner = TurnRunner(self.database, self.house.sealer, assistant, claim_seconds=60)
        self._keeper = Keeper(self.database, self.house.sealer, assistant)
        self._copies = 0

    def answers(self, inbound: Inbound) -> list[Reply]:
        self.house.inbox.accept(inbound)
        claim = self._runner.queue.claim_next()
        assert claim is not None
        outcome = self._runner.run(claim)
        assert outcome is not None
        assert not outcome.apologised
        self._deliver(claim.conversation_id)
        return list(outcome.replies)

    def of(self, person: Person) -> str:
        found = self.house.inbox.conversation_of(person.channel, person.address)
        assert found is not None
        return found

    def officer(self) -> staff.Unlocked:
        return staff.unlock(self.database, OFFICER, PASSWORD)

    def fetches(self, plain: bytes = PHOTO) -> str:
        """The file that waits is brought in as the fetcher does it."""
        claim = store.claim_next(self.database, ["telegram"])
        assert claim is not None
        key = secrets.token_bytes(32)
        sealing = Sealing(key, claim.id)
        chunks = [*sealing.feed(plain), sealing.finish()]
        assert store.write_chunks(self.database, claim, 0, chunks)
        with self.database.write() as connection:
            assert store.is_held(connection, claim)
            store.keep(
                connection, self.house.sealer, claim, key,
                media_type="image/jpeg", size=len(plain),
            )  # fmt: skip
        return claim.id

    def keeps(self, after: int) -> None:
        """What looks after drafts comes by, so many milliseconds from now."""
        self._keeper.keep(now_ms() + after)

    def purges(self, after: int) -> None:
        retention.purge(self.database, now_ms() + after)

    def robbed(self, *, with_password: bool = False) -> Thief:
        """Everything is copied as it lies there, and looked through."""
        keys = private_keys(self.officer(), self.database) if with_password else ()
        if not self.database.is_sqlite:
            return Thief.of_server(self.database, self.house.key, keys)
        self._copies += 1
        return Thief.of_home(self.home, self.home.parent / f"loot{self._copies}", keys)

    def row(self, table: object) -> dict[str, object]:
        with self.database.read() as connection:
            found = connection.execute(select(table)).one()
        return dict(found._mapping)

    def _deliver(self, conversation: str) -> None:
        with self.database.write() as connection:
            last = connection.execute(select(func.max(outbox.c.id))).scalar()
            Outbox(self.house.sealer).mark_shown(connection, conversation, last or 0)
