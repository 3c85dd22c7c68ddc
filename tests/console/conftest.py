from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.applications import Starlette

from bot.conversation.inbox import Inbox
from bot.privacy.keys import ServerKey
from bot.privacy.vault import Vault
from bot.storage.database import Database
from console.app import Desk as DeskPages
from tests.bot.conversation.takeover.desk import Desk
from tests.console.visitor import Site, Visitor
from tests.doubles.loopback import LoopbackServers


@pytest.fixture
def desk(database: Database, server_key: ServerKey, inbox: Inbox, quick_hashes: None) -> Desk:
    """Sari, an admin, and Budi, an officer; people who write."""
    return Desk(Vault.of(database, server_key), inbox)


@pytest.fixture
def site(desk: Desk) -> Iterator[Site]:
    """The desk's pages over real HTTP."""
    pages = DeskPages(desk.vault, {}, None)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        pages.live.open()
        yield
        pages.live.end_all()
        pages.live.close()

    servers = LoopbackServers(Starlette(routes=pages.routes(), lifespan=lifespan))
    servers.start()
    try:
        yield Site(servers.urls[0], desk, pages)
    finally:
        servers.stop()


@pytest.fixture
def sari(site: Site) -> Iterator[Visitor]:
    with site.signed_in(site.desk.sari) as visitor:
        yield visitor


@pytest.fixture
def budi(site: Site) -> Iterator[Visitor]:
    with site.signed_in(site.desk.budi) as visitor:
        yield visitor


@pytest.fixture
def stranger(site: Site) -> Iterator[Visitor]:
    with site.visitor() as visitor:
        yield visitor
