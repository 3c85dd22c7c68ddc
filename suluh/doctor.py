"""What is missing on this installation, one finding a line."""

from __future__ import annotations

import asyncio
from functools import partial

from bot.engine import model
from bot.errors import OperatorError
from bot.privacy import desk
from bot.privacy.keys import ServerKey
from bot.settings import Settings
from channels.contract import Channel
from suluh import call_checks
from suluh.findings import Finding, Mend, check
from suluh.wiring import House


def examine(settings: Settings) -> list[Finding]:
    """Looks at everything; a check that breaks is itself a finding."""
    return [
        check("settings", lambda: f"home is {settings.home}"),
        check("key", lambda: _key(settings)),
        check("database", lambda: _database(settings)),
        check("model", lambda: _model(settings)),
        check("worker", lambda: _worker(settings)),
        check("desk", lambda: _desk(settings)),
        check("public address", lambda: _public_url(settings)),
        *_outside(settings),
    ]


def _key(settings: Settings) -> str:
    ServerKey.load(settings.keys_dir)
    return f"in {settings.keys_dir}, readable by this user only; it belongs in the backup"


def _database(settings: Settings) -> str:
    House.open(settings).database.close()
    return "SQLite in the home folder" if settings.uses_sqlite else "PostgreSQL"


def _model(settings: Settings) -> str:
    model.model_file(settings.model_dir)
    if not model.is_current(settings.model_dir):
        raise Mend("trained on older data. Run: suluh train")
    return "trained on the data as it is now"


def _worker(settings: Settings) -> str:
    from suluh.heartbeat import alive

    house = House.open(settings)
    try:
        count = alive(house.database, "worker")
    finally:
        house.database.close()
    if not count:
        raise Mend("none is running. Run: suluh run")
    return f"{count} running"


def _desk(settings: Settings) -> str:
    house = House.open(settings)
    try:
        with house.database.read() as connection:
            has_key = desk.current(connection) is not None
    finally:
        house.database.close()
    if not has_key:
        raise Mend(
            "nobody could read a report, so none is taken. "
            "Run: suluh staff add NAME --role admin (docs/desk.md)"
        )
    return "reports are taken, and sealed for the members of staff"


def _outside(settings: Settings) -> list[Finding]:
    """A real call to each provider: a green light with a revoked token helps nobody."""
    try:
        house = House.open(settings)
    except OperatorError:
        # Said under "database" or "key" already.
        return []
    try:
        channels = [check(channel.name, partial(_ask, channel)) for channel in house.channels()]
        return [*channels, *call_checks.look(settings, house)]
    finally:
        house.database.close()


def _ask(channel: Channel) -> str:
    return asyncio.run(channel.check())


def _public_url(settings: Settings) -> str:
    if settings.public_url is None:
        return "not set; needed once people reach Suluh from outside (SULUH_PUBLIC_URL)"
    if not settings.public_url.startswith("https://"):
        raise Mend("SULUH_PUBLIC_URL must begin with https://")
    return settings.public_url
