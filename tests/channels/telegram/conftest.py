"""What the tests of this channel share."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx._transports import default as transports

from tests.channels.telegram.site import Site, Tables
from tests.doubles.telegram import TelegramDouble


@pytest.fixture(scope="session", autouse=True)
def _certificates_are_loaded_once() -> Iterator[None]:
    """Every client loads those of the whole world, which takes longer than most tests."""
    load = transports.create_ssl_context
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transports, "create_ssl_context", functools.cache(load))
        yield


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with TelegramDouble() as telegram:
        yield telegram


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    with Tables(tmp_path) as tables:
        yield tables


@pytest.fixture
def site(telegram: TelegramDouble, tables: Tables) -> Iterator[Site]:
    """Reached by webhook."""
    with Site(telegram, tables) as site:
        yield site
