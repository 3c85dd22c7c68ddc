"""What `suluh doctor` and `suluh channels setup` ask of the account."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from bot.errors import OperatorError
from bot.settings import TwilioSettings
from channels.twilio.client import TROUBLE, Client, Refused, open_client

NOT_ACTIVE = 20005
NO_PUBLIC_URL = (
    "Twilio cannot reach this installation. Set SULUH_PUBLIC_URL to its https:// address."
)
NOT_LET_IN = "Twilio refuses the token. Check SULUH_TWILIO_ACCOUNT_SID and SULUH_TWILIO_AUTH_TOKEN."
UNREACHABLE = "Twilio does not answer. Check the way to the internet, then try again."
NO_SMS_NUMBER = (
    "The number in SULUH_SMS_NUMBER is not in the account. Buy it in Twilio's console or mend it."
)


@contextlib.asynccontextmanager
async def opened(settings: TwilioSettings) -> AsyncIterator[Client]:
    """A client whose errors say what to do.

    Raises:
        OperatorError: Twilio did not do something.
    """
    try:
        async with open_client(settings) as client:
            yield client
    except TROUBLE as error:
        raise OperatorError(_advice(error)) from None


@contextlib.asynccontextmanager
async def calls(settings: TwilioSettings, public_url: str | None) -> AsyncIterator[Client]:
    """The same, for what is of use only where Twilio reaches this installation.

    Raises:
        OperatorError: No public address, or Twilio did not do something.
    """
    if public_url is None:
        raise OperatorError(NO_PUBLIC_URL)
    async with opened(settings) as client:
        yield client


async def require_active(client: Client) -> None:
    """Raises OperatorError for an account that is suspended or closed."""
    account = await client.api.v2010.accounts(client.username).fetch_async()
    if account.status != "active":
        raise OperatorError(
            f"The account at Twilio is {account.status}. Look for the reason in its console."
        )


async def sms_number(client: Client, number: str) -> Any:
    """Our SMS number as the account has it. Raises OperatorError if it has not."""
    for found in await client.incoming_phone_numbers.list_async(phone_number=number):
        if found.phone_number == number:
            return found
    raise OperatorError(NO_SMS_NUMBER)


def _advice(error: Exception) -> str:
    if not isinstance(error, Refused) or error.status >= 500:
        return UNREACHABLE
    if error.code == NOT_ACTIVE:
        return "The account at Twilio is not active. Look for the reason in its console."
    if error.status == 401:
        return NOT_LET_IN
    return f"Twilio refused with code {error.code}: https://www.twilio.com/docs/errors/{error.code}"
