from __future__ import annotations

import pytest

from bot.conversation.inbox import Inbox
from bot.privacy.keys import ServerKey
from bot.privacy.vault import Vault
from bot.storage.database import Database
from tests.bot.tips.house import House


@pytest.fixture
def house(database: Database, server_key: ServerKey, inbox: Inbox, quick_hashes: None) -> House:
    return House.of(Vault.of(database, server_key), inbox)
