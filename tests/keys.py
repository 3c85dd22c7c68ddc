"""The server key of all tests, also of processes that a test starts beside itself."""

from __future__ import annotations

from bot.privacy.keys import SEALING_SUBKEY, ServerKey
from bot.privacy.sealing import Sealer

SERVER_KEY = ServerKey(bytes(range(100, 132)))
SEALER = Sealer(SERVER_KEY.subkey(SEALING_SUBKEY))
