"""The methods of the Bot API about the chats of the bot."""

from __future__ import annotations

from tests.doubles.telegram_request import Arguments
from tests.doubles.telegram_state import Chat, Json, State, bad_request

PERMISSIONS = (
    "can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos "
    "can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages "
    "can_add_web_page_previews can_change_info can_invite_users can_pin_messages "
    "can_manage_topics"
).split()
GIFTS = (
    "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels".split()
)


class Chats:
    def __init__(self, state: State) -> None:
        self._state = state

    def get_chat(self, arguments: Arguments) -> Json:
        """A ChatFullInfo, for whom the bot may read.

        That is less than writing needs: of a basic group it is told after the bot was put out,
        and after the group became a supergroup; of a private supergroup it is not
        (check_chat_access in tdlib/telegram-bot-api).
        """
        if not arguments.text("chat_id"):
            raise bad_request("chat_id is empty")
        chat = self._state.chats.get(arguments.integer("chat_id"))
        if chat is None:
            raise bad_request("chat not found")
        if chat.refusal is not None and chat.type == "supergroup":
            raise chat.refusal
        return _full(chat)


def _full(chat: Chat) -> Json:
    info = {
        **chat.to_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(GIFTS, chat.type == "private"),
    }
    if chat.type == "private":
        return info
    return {**info, "permissions": dict.fromkeys(PERMISSIONS, True)}
