"""What runs beside the turns in a worker process."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from bot import settings
from bot.attachments import reading, store
from bot.conversation.messages import Attachment, Inbound
from bot.conversation.outbox import Outbox
from suluh.wiring import House
from suluh.worker import Sending
from tests.bot.attachments import samples
from tests.bot.conversation.helpers import Echo
from tests.bot.conversation.test_fetcher import FileProvider


class FileChannel:
    """A channel of which the worker needs the name and the connector only."""

    name = "telegram"

    def __init__(self, provider: FileProvider) -> None:
        self._provider = provider

    def connector(self) -> FileProvider:
        return self._provider


def test_files_are_fetched_and_what_is_refused_is_told_beside_the_turns(tmp_path: Path) -> None:
    house = House.prepare(settings.load({"SULUH_HOME": str(tmp_path / "home")}))
    provider = FileProvider()
    provider.files = {"a": samples.photo_that_tells(), "b": samples.DOCX}
    channel: Any = FileChannel(provider)
    files = tuple(Attachment("photo", "image/jpeg", name) for name in "ab")
    conversation = house.inbox.accept(Inbound("telegram", "1001", "a1", attachments=files))
    outbox = Outbox(house.sealer)
    with Sending(house, [channel], Echo()):
        deadline = time.monotonic() + 20
        said: list[str] = []
        rows: list[Any] = []
        while not (said and rows and rows[0].state == "kept"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
            with house.database.read() as connection:
                rows = store.of_conversation(connection, conversation.conversation_id)
                sent = outbox.latest(connection, conversation.conversation_id, 5)
                said = [outbound.reply.text for outbound in sent]
    assert said == ["ucapan_berkas_jenis_lain"]
    kept = b"".join(reading.read(house.database, house.sealer, rows[0].id))
    assert kept.startswith(b"\xff\xd8\xff")
    assert [word for word in samples.PLANTED if word in kept] == []
    house.database.close()
