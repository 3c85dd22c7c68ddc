"""A process that takes half a file and then waits to be killed.

python -m tests.bot.conversation.stalled_fetcher DATABASE_URL
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncGenerator

from bot.attachments import store
from bot.conversation.fetcher import Fetcher
from bot.storage.database import Database
from tests.bot.attachments import samples
from tests.bot.conversation.helpers import Echo
from tests.bot.conversation.test_fetcher import FileProvider
from tests.keys import SEALER

CLAIM_MS = 1_000


class Stalling(FileProvider):
    async def fetch(self, source: str) -> AsyncGenerator[bytes, None]:
        yield samples.PDF + bytes(1_000_000)
        await asyncio.sleep(600)


def main(database_url: str) -> None:
    store.CLAIM_MS = CLAIM_MS
    fetcher = Fetcher(Database(database_url), SEALER, {"telegram": Stalling()}, Echo())
    asyncio.run(fetcher.run(threading.Event()))


if __name__ == "__main__":
    main(sys.argv[1])
