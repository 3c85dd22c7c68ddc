from __future__ import annotations

import pytest

from bot.storage.database import Database
from tests.bot.figures.years import Years


@pytest.fixture
def years(database: Database) -> Years:
    """A database in which days go by."""
    return Years(database)
