from __future__ import annotations

import pytest

from bot.conversation.inbox import Inbox
from bot.privacy.keys import ServerKey
from bot.privacy.vault import Vault
from bot.storage.database import Database
from tests.bot.conversation.takeover.desk import Desk


@pytest.fixture
def vault(database: Database, server_key: ServerKey) -> Vault:
    return Vault.of(database, server_key)


@pytest.fixture
def desk(vault: Vault, inbox: Inbox, quick_hashes: None) -> Desk:
    return Desk(vault, inbox)
