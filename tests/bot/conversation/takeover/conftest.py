from __future__ import annotations

import pytest

from bot.conversation.inbox import Inbox
from bot.privacy.keys import SEALING_SUBKEY, ServerKey
from bot.privacy.sealing import Sealer
from bot.privacy.vault import Vault
from bot.storage.database import Database
from tests.bot.conversation.takeover.desk import Desk


@pytest.fixture
def server_key() -> ServerKey:
    return ServerKey(bytes(range(100, 132)))


@pytest.fixture
def sealer(server_key: ServerKey) -> Sealer:
    return Sealer(server_key.subkey(SEALING_SUBKEY))


@pytest.fixture
def vault(database: Database, server_key: ServerKey) -> Vault:
    return Vault.of(database, server_key)


@pytest.fixture
def desk(vault: Vault, inbox: Inbox, quick_hashes: None) -> Desk:
    return Desk(vault, inbox)
