"""Sends on Telegram: plain text, so that nothing a person wrote is taken for markup."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import TelegramError

from bot.conversation.capabilities import Capabilities, utf16_units
from bot.conversation.limits import Rate
from bot.conversation.messages import Choice, Reply
from bot.conversation.sender import SendError, Then
from bot.settings import TelegramSettings
from channels.telegram.client import Client, send_error
from channels.telegram.files import Files

# https://core.telegram.org/bots/api#sendmessage
CAPABILITIES = Capabilities(
    buttons=100, button_title=64, button_value=64, length=4096, measure=utf16_units
)
# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
PER_CHAT, BURST = 1.0, 4

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramConnector:
    """See `bot.conversation.sender.Connector`."""

    capabilities = CAPABILITIES

    def __init__(self, settings: TelegramSettings) -> None:
        self.rate = Rate(settings.per_second, PER_CHAT, BURST)
        self._client = Client(settings)
        self._files = Files(settings, self._client.bot)

    async def send(self, address: str, reply: Reply, outbound_id: int) -> str | None:
        try:
            message = await self._client.bot.send_message(
                int(address),
                reply.text,
                reply_markup=keyboard(reply.choices),
                link_preview_options=NO_PREVIEW,
            )
        except TelegramError as error:
            raise send_error(error) from None
        return str(message.message_id)

    async def reopen(self, address: str) -> None:
        raise SendError("no-window", Then.GIVE_UP)

    def fetch(self, source: str) -> AsyncGenerator[bytes, None]:
        """See `bot.conversation.fetcher.FileSource`."""
        return self._files.fetch(source)

    async def close(self) -> None:
        await self._files.close()
        await self._client.close()


def keyboard(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    """One button a line: titles are whole phrases, and thumbs are big."""
    if not choices:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(choice.title, callback_data=choice.payload)] for choice in choices]
    )
