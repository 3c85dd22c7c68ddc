"""What the tests of this channel share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.telegram.site import Site, Tables
from tests.doubles.telegram import TelegramDouble


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
