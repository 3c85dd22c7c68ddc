"""The Telegram group of staff: a text and one button. The group never sees a person."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.conversation.sender import Then
from bot.conversation.takeover import call_texts
from bot.conversation.takeover.calls import Alert
from bot.conversation.takeover.dispatcher import CallFailed
from bot.conversation.takeover.ladder import GROUP
from bot.settings import TelegramSettings
from channels.telegram.client import Client, send_error
from channels.telegram.connector import NO_PREVIEW
from channels.telegram.updates import ACKNOWLEDGE


class GroupWay:
    """Writes to the group that the settings name.

    Args:
        settings: The bot and the number of the group.
        public_url: Where the desk is, or None.
    """

    def __init__(self, settings: TelegramSettings, public_url: str | None) -> None:
        self._client = Client(settings)
        self._group = settings.staff_group
        self._public_url = public_url

    async def call(self, alert: Alert) -> str | None:
        if self._group is None:
            raise CallFailed("not set up", final=True)
        where = call_texts.link(self._public_url, alert.handoff_id)
        button = InlineKeyboardButton(
            call_texts.text(GROUP, "button", alert.level),
            callback_data=f"{ACKNOWLEDGE}{alert.handoff_id}",
        )
        try:
            message = await self._client.bot.send_message(
                self._group,
                call_texts.text(GROUP, "text", alert.level, where),
                reply_markup=InlineKeyboardMarkup([[button]]),
                link_preview_options=NO_PREVIEW,
            )
        except TelegramError as error:
            failed = send_error(error)
            raise CallFailed(failed.code, final=failed.then is not Then.RETRY) from None
        return str(message.message_id)

    async def close(self) -> None:
        await self._client.close()
