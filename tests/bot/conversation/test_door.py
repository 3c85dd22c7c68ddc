from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from bot.conversation.door import Door
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Inbound
from bot.storage.database import Database
from bot.storage.tables import inbox as inbox_table


def _inbound(number: int, external_id: str | None = None) -> Inbound:
    return Inbound("sms", f"0812-0000-{number % 7:04}", external_id or f"id-{number}", text="apa?")


def _count(database: Database) -> int:
    with database.read() as connection:
        count: int = connection.execute(select(func.count()).select_from(inbox_table)).scalar_one()
    return count


def test_what_the_door_confirmed_is_on_disk(inbox: Inbox, database: Database) -> None:
    async def scenario() -> None:
        door = Door(inbox)
        door.open()
        receipts = await asyncio.gather(*(door.accept(_inbound(n)) for n in range(60)))
        assert all(receipt.is_new for receipt in receipts)
        assert _count(database) == 60
        await door.close()

    asyncio.run(scenario())


def test_messages_at_once_share_commits(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    accept_all = inbox.accept_all

    def counting(batch):  # type: ignore[no-untyped-def]
        sizes.append(len(batch))
        return accept_all(batch)

    monkeypatch.setattr(inbox, "accept_all", counting)

    async def scenario() -> None:
        door = Door(inbox)
        door.open()
        await asyncio.gather(*(door.accept(_inbound(n)) for n in range(60)))
        await door.close()

    asyncio.run(scenario())
    assert sum(sizes) == 60
    assert len(sizes) < 20


def test_one_impossible_message_takes_no_other_with_it(inbox: Inbox, database: Database) -> None:
    async def scenario() -> list[object]:
        door = Door(inbox)
        door.open()
        results = await asyncio.gather(
            door.accept(_inbound(1)),
            door.accept(_inbound(2, external_id="x" * 500)),
            door.accept(_inbound(3)),
            return_exceptions=True,
        )
        await door.close()
        return list(results)

    results = asyncio.run(scenario())
    assert isinstance(results[1], ValueError)
    assert _count(database) == 2


def test_a_caller_that_hangs_up_does_not_lose_its_message(inbox: Inbox, database: Database) -> None:
    async def scenario() -> None:
        door = Door(inbox)
        door.open()
        task = asyncio.create_task(door.accept(_inbound(1)))
        await asyncio.sleep(0)
        task.cancel()
        await door.close()

    asyncio.run(scenario())
    assert _count(database) == 1


def test_closing_commits_what_still_waits(inbox: Inbox, database: Database) -> None:
    async def scenario() -> None:
        door = Door(inbox)
        door.open()
        tasks = [asyncio.create_task(door.accept(_inbound(n))) for n in range(10)]
        await asyncio.sleep(0)
        await door.close()
        await asyncio.gather(*tasks)

    asyncio.run(scenario())
    assert _count(database) == 10
