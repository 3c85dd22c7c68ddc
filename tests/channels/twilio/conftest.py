from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.conversation.inbox import Inbox
from bot.privacy.sealing import Sealer
from bot.storage.database import Database
from tests.channels.twilio.house import House
from tests.doubles.twilio import TwilioDouble


@pytest.fixture
def twilio() -> Iterator[TwilioDouble]:
    with TwilioDouble() as double:
        yield double


@pytest.fixture
def house(
    twilio: TwilioDouble, database: Database, sealer: Sealer, inbox: Inbox
) -> Iterator[House]:
    with House(twilio, database, sealer, inbox) as house:
        yield house
