from __future__ import annotations

import pytest

from bot.privacy import staff
from bot.privacy.unlocked import Unlocked
from bot.storage.database import Database

PASSWORD = "lampu minyak di teras"


@pytest.fixture
def sari(database: Database, quick_hashes: None) -> Unlocked:
    staff.add(database, "Sari", "admin", PASSWORD)
    return staff.unlock(database, "Sari", PASSWORD)


@pytest.fixture
def budi(database: Database, sari: Unlocked) -> Unlocked:
    staff.add(database, "Budi", "officer", PASSWORD, by=sari)
    return staff.unlock(database, "Budi", PASSWORD)
