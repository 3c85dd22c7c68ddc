"""The Telegram group of staff: a text and one button. The group never sees a person."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ChatAction, ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.conversation.sender import Then
from bot.conversation.takeover import call_texts
from bot.conversation.takeover.calls import Alert
from bot.conversation.takeover.dispatcher import CallFailed
from bot.conversation.takeover.ladder import GROUP
from bot.errors import OperatorError
from bot.settings import TelegramSettings
from channels.telegram.client import Client, mendable, send_error
from channels.telegram.connector import NO_PREVIEW
from channels.telegram.updates import ACKNOWLEDGE

# In Telegram's words, of an edit that would change nothing.
NOT_MODIFIED = "message is not modified"

NOT_SET = "There is no group of staff. Set SULUH_TELEGRAM_STAFF_GROUP."
UNKNOWN = (
    "The bot knows no group of this number. Put the bot into the group and check "
    "SULUH_TELEGRAM_STAFF_GROUP."
)
NOT_IN_IT = "The bot is not in the group. Put it into the group again."
NO_GROUP = "SULUH_TELEGRAM_STAFF_GROUP is the number of a channel. Make a group."
MOVED = "The group has another number now. Set SULUH_TELEGRAM_STAFF_GROUP={number}"


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

    async def take_back(self, alert: Alert) -> None:
        """The message says that somebody sees to it, and its button goes."""
        if self._group is None or alert.provider_id is None:
            raise CallFailed("not set up", final=True)
        done = call_texts.text(GROUP, "done", alert.level)
        try:
            await self._client.bot.edit_message_text(
                done, chat_id=self._group, message_id=int(alert.provider_id)
            )
        except TelegramError as error:
            if NOT_MODIFIED in str(error).lower():
                # "Saya urus" was pressed before.
                return
            failed = send_error(error)
            raise CallFailed(failed.code, final=failed.then is not Then.RETRY) from None

    async def check(self) -> str:
        with mendable():
            try:
                title = await self._title()
            except ChatMigrated as error:
                raise OperatorError(MOVED.format(number=error.new_chat_id)) from None
            except Forbidden:
                raise OperatorError(NOT_IN_IT) from None
            except BadRequest as error:
                if "chat not found" in error.message.lower():
                    raise OperatorError(UNKNOWN) from None
                raise
        return f'the bot may write in "{title}"'

    async def _title(self) -> str:
        if self._group is None:
            raise OperatorError(NOT_SET)
        chat = await self._client.bot.get_chat(self._group)
        if chat.type not in (ChatType.GROUP, ChatType.SUPERGROUP):
            raise OperatorError(NO_GROUP)
        # Of a small group getChat also tells a bot that was put out of it, or whose group got
        # another number (check_chat_access in tdlib/telegram-bot-api); this needs to be let in.
        await self._client.bot.send_chat_action(self._group, ChatAction.TYPING)
        return str(chat.title)

    async def close(self) -> None:
        await self._client.close()
