"""Parts that tests share: real databases, the real model, the real processes."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx._transports import default as transports
from sqlalchemy import create_engine
from sqlalchemy.engine.url import make_url

from bot import settings as settings_module
from bot.conversation.inbox import Inbox
from bot.conversation.outbox import Outbox
from bot.engine import training
from bot.engine.assistant import Assistant
from bot.engine.model import model_file
from bot.privacy import slow_hash
from bot.privacy.identity import AddressBook
from bot.privacy.keys import ServerKey
from bot.privacy.sealing import Sealer
from bot.privacy.slow_hash import Strength
from bot.storage.database import Database
from tests.databases import migrated
from tests.keys import SEALER, SERVER_KEY

BURST_WAIT = 0.3
BURST_LIMIT = 1.0


@pytest.fixture(scope="session", autouse=True)
def _certificates_are_loaded_once() -> Iterator[None]:
    """Every client loads those of the whole world, which takes longer than most tests."""
    load = transports.create_ssl_context
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transports, "create_ssl_context", functools.cache(load))
        yield


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """The trained model of this checkout; `make test` has made it, else it is made now."""
    folder = settings_module.load({}).model_dir
    training.train(folder)
    return folder


_shared: list[Assistant] = []


@pytest.fixture(scope="session")
def assistant(model_dir: Path) -> Assistant:
    """The one that most tests share: without a desk."""
    _shared.append(Assistant(model_file(model_dir)))
    return _shared[0]


@pytest.fixture(autouse=True)
def _no_desk_is_left_behind() -> Iterator[None]:
    """A conversation that was played with a desk has put it into the shared assistant."""
    yield
    for shared in _shared:
        shared.take_reports(None)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL: the one that is named, or one of our own."""
    named = os.environ.get("SULUH_TEST_DATABASE_URL")
    if named:
        yield named
        return
    import pgserver

    # A short path: PostgreSQL's socket must fit in 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="suluh-pg-", dir="/tmp"))
    folder.chmod(0o755)
    server = pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        url = server.get_uri().replace("postgresql:", "postgresql+psycopg2:")
        _wait_for_no_disk(url)
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_no_disk(url: str) -> None:
    """Nobody takes the power from this server: making and dropping databases need not wait."""
    admin = create_engine(url, future=True, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    admin.dispose()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A database of its own on the PostgreSQL server."""
    name = f"suluh_{uuid.uuid4().hex[:12]}"
    admin = create_engine(postgresql_server, future=True, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each test that asks for it runs on both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'suluh.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = migrated(database_url)
    yield database
    database.close()


@pytest.fixture
def server_key() -> ServerKey:
    return SERVER_KEY


@pytest.fixture
def sealer() -> Sealer:
    return SEALER


@pytest.fixture
def inbox(database: Database, sealer: Sealer) -> Inbox:
    return Inbox(
        database,
        sealer,
        AddressBook(bytes(range(32, 64))),
        burst_wait=BURST_WAIT,
        burst_limit=BURST_LIMIT,
    )


@pytest.fixture
def outbox(sealer: Sealer) -> Outbox:
    return Outbox(sealer)


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id as quick as it goes, for tests that hash again and again."""
    for name in ("PASSWORD", "RECEIPT", "MARK"):
        monkeypatch.setattr(slow_hash, name, Strength(1, 8192))
