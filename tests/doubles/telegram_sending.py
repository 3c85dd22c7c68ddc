"""The methods of the Bot API with which a bot writes to a chat."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlsplit

from tests.doubles.telegram_limits import Limits
from tests.doubles.telegram_media import Media, picture_size
from tests.doubles.telegram_people import found_entities
from tests.doubles.telegram_request import Arguments, Upload
from tests.doubles.telegram_state import (
    ApiError,
    Button,
    CallbackAnswer,
    Chat,
    Json,
    Received,
    State,
    bad_request,
)
from tests.doubles.telegram_text import CAPTION_LIMIT, formatted

PHOTO_LIMIT = 10 * 1024 * 1024
DOCUMENT_LIMIT = 50 * 1024 * 1024
MOST_BUTTONS = 100
ACTIONS = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note".split()
)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
OTHER_MARKUP = ("keyboard", "remove_keyboard", "force_reply")


def reply_markup(arguments: Arguments) -> Json | None:
    """The markup as given; raises ApiError 400 when it is not allowed."""
    markup = arguments.object("reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = markup["inline_keyboard"]
        if sum(len(row) for row in rows) > MOST_BUTTONS:
            raise bad_request("reply markup is too long")
        for row in rows:
            for button in row:
                _check_button(button)
    elif not any(kind in markup for kind in OTHER_MARKUP):
        raise bad_request("can't parse reply keyboard markup JSON object")
    return markup


def _check_button(button: Any) -> None:
    why = "can't parse inline keyboard button: "
    if not isinstance(button, dict) or not button.get("text"):
        raise bad_request(f'{why}Can\'t find field "text"')
    if "callback_data" in button:
        if not 1 <= len(str(button["callback_data"]).encode()) <= 64:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        if not urlsplit(button["url"]).hostname and not button["url"].startswith("tg:"):
            raise bad_request("BUTTON_URL_INVALID")
    elif len(button) == 1:
        raise bad_request(f"{why}Text buttons are unallowed in the inline keyboard")


def buttons(markup: Json | None) -> list[Button]:
    rows = (markup or {}).get("inline_keyboard", [])
    return [Button(b["text"], b.get("callback_data"), b.get("url")) for row in rows for b in row]


def _keyboard(markup: Json | None) -> list[str]:
    rows = (markup or {}).get("keyboard", [])
    return [key if isinstance(key, str) else key["text"] for row in rows for key in row]


class Sending:
    """sendMessage and its relatives; every method raises ApiError where Telegram refuses."""

    def __init__(self, state: State, limits: Limits) -> None:
        self._state = state
        self._limits = limits
        self.callback_window = 60.0

    def send_message(self, arguments: Arguments) -> Json:
        text, entities = formatted(
            arguments.text("text"), arguments.text("parse_mode"), arguments.object("entities")
        )
        content = _text_content("text", text, entities)
        return self._send(arguments, "text", content)

    def send_photo(self, arguments: Arguments) -> Json:
        upload = self._file(arguments, "photo")
        size = len(upload.data)
        if size > PHOTO_LIMIT:
            raise bad_request(
                f"file of size {size} bytes is too big for a photo; "
                f"the maximum size is {PHOTO_LIMIT} bytes"
            )
        if picture_size(upload.data) is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        return self._send_file(arguments, "photo", upload)

    def send_document(self, arguments: Arguments) -> Json:
        upload = self._file(arguments, "document")
        if len(upload.data) > DOCUMENT_LIMIT:
            raise ApiError(413, "Request Entity Too Large")
        return self._send_file(arguments, "document", upload)

    def send_chat_action(self, arguments: Arguments) -> bool:
        chat = self._chat(arguments)
        action = arguments.text("action")
        if action not in ACTIONS:
            raise bad_request("wrong parameter action in request")
        self._state.actions[chat.id].append(action)
        return True

    def edit_message_text(self, arguments: Arguments) -> Json:
        text, entities = formatted(
            arguments.text("text"), arguments.text("parse_mode"), arguments.object("entities")
        )
        message, shown = self._own_message(arguments)
        if "text" not in message:
            raise bad_request("there is no text in the message to edit")
        content = _text_content("text", text, entities)
        new = _with_markup({**_without(message, "text", "entities"), **content}, arguments)
        self._replace(message, new)
        shown.earlier.append(shown.text)
        shown.text, shown.entities = text, content.get("entities", [])
        shown.parse_mode = arguments.text("parse_mode") or None
        shown.buttons = buttons(new.get("reply_markup"))
        return new

    def edit_message_reply_markup(self, arguments: Arguments) -> Json:
        message, shown = self._own_message(arguments)
        new = _with_markup(message, arguments)
        self._replace(message, new)
        shown.buttons = buttons(new.get("reply_markup"))
        return new

    def answer_callback_query(self, arguments: Arguments) -> bool:
        press = self._state.presses.get(arguments.text("callback_query_id"))
        if press is None or time.monotonic() - press.at > self.callback_window:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        text = arguments.text("text")
        if len(text) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        answer = CallbackAnswer(
            arguments.text("callback_query_id"), press.data, text, arguments.flag("show_alert")
        )
        self._state.answers[press.chat_id].append(answer)
        return True

    def leave_chat(self, arguments: Arguments) -> bool:
        chat = self._chat(arguments)
        if chat.type == "private":
            raise bad_request("chat member status can't be changed in private chats")
        chat.refusal = ApiError(403, f"Forbidden: bot is not a member of the {chat.type} chat")
        self._state.departures.add(chat.id)
        me = self._state.bot
        change = {
            "chat": chat.to_json(),
            "from": me,
            "date": int(time.time()),
            "old_chat_member": {"user": me, "status": "member"},
            "new_chat_member": {"user": me, "status": "left"},
        }
        self._state.add_update("my_chat_member", change, str(chat.id))
        farewell = self._state.add_message(chat, me, left_chat_member=me)
        self._state.add_update("message", farewell, str(chat.id))
        return True

    def _chat(self, arguments: Arguments) -> Chat:
        if not arguments.text("chat_id"):
            raise bad_request("chat_id is empty")
        return self._state.chat(arguments.integer("chat_id"))

    def _file(self, arguments: Arguments, kind: str) -> Upload:
        """The uploaded file, or the stored one that is named by its file_id."""
        upload = arguments.file(kind)
        if upload is not None:
            return upload
        stored = self._state.files.get(arguments.text(kind))
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return Upload(stored.path.rpartition("/")[2], "application/octet-stream", stored.data)

    def _send_file(self, arguments: Arguments, kind: str, upload: Upload) -> Json:
        caption, entities = formatted(
            arguments.text("caption"),
            arguments.text("parse_mode"),
            arguments.object("caption_entities"),
            CAPTION_LIMIT,
        )
        reply_markup(arguments)
        self._chat(arguments)
        media = Media(self._state)
        if kind == "photo":
            content = media.photo(upload.data)
        else:
            content = media.document(upload.data, upload.name, upload.mime)
        content.update(_text_content("caption", caption, entities) if caption else {})
        return self._send(arguments, kind, content, upload)

    def _send(
        self, arguments: Arguments, kind: str, content: Json, upload: Upload | None = None
    ) -> Json:
        markup = reply_markup(arguments)
        chat = self._chat(arguments)
        replied = self._replied(arguments, chat)
        self._limits.admit(chat.id, chat.type != "private")
        message = self._state.add_message(chat, self._state.bot, **content, **replied)
        if buttons(markup):
            message["reply_markup"] = markup
        if arguments.flag("protect_content"):
            message["has_protected_content"] = True
        shown = _shown(arguments, kind, message, upload)
        shown.buttons, shown.keyboard = buttons(markup), _keyboard(markup)
        self._state.received[chat.id].append(shown)
        return message

    def _replied(self, arguments: Arguments, chat: Chat) -> Json:
        parameters = arguments.object("reply_parameters") or {}
        message_id = parameters.get("message_id") or arguments.integer("reply_to_message_id")
        if not message_id:
            return {}
        message = self._state.messages.get((chat.id, int(message_id)))
        if message is not None:
            return {"reply_to_message": _without(message, "reply_to_message")}
        if parameters.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")

    def _own_message(self, arguments: Arguments) -> tuple[Json, Received]:
        chat = self._chat(arguments)
        message_id = arguments.integer("message_id")
        message = self._state.messages.get((chat.id, message_id))
        if message is None:
            raise bad_request("message to edit not found")
        for shown in self._state.received[chat.id]:
            if shown.message_id == message_id:
                return message, shown
        raise bad_request("message can't be edited")

    def _replace(self, old: Json, new: Json) -> None:
        if old == new:
            raise bad_request(NOT_MODIFIED)
        new["edit_date"] = int(time.time())
        self._state.messages[new["chat"]["id"], new["message_id"]] = new


def _text_content(name: str, text: str, entities: list[Json]) -> Json:
    prefix = "caption_" if name == "caption" else ""
    found = [f for f in found_entities(text) if not any(_overlap(f, e) for e in entities)]
    marked = sorted([*entities, *found], key=lambda entity: entity["offset"])
    return {name: text, **({f"{prefix}entities": marked} if marked else {})}


def _overlap(one: Json, other: Json) -> bool:
    starts: int = max(one["offset"], other["offset"])
    ends: int = min(entity["offset"] + entity["length"] for entity in (one, other))
    return starts < ends


def _with_markup(message: Json, arguments: Arguments) -> Json:
    """An edit without a markup takes the buttons away."""
    markup = reply_markup(arguments)
    bare = _without(message, "reply_markup")
    return {**bare, "reply_markup": markup} if buttons(markup) else bare


def _without(message: Json, *names: str) -> Json:
    return {name: value for name, value in message.items() if name not in names}


def _shown(arguments: Arguments, kind: str, message: Json, upload: Upload | None) -> Received:
    entities = message.get("entities", message.get("caption_entities", []))
    replied = message.get("reply_to_message")
    return Received(
        chat_id=message["chat"]["id"],
        message_id=message["message_id"],
        kind=kind,
        text=message.get("text") or message.get("caption", ""),
        parse_mode=arguments.text("parse_mode") or None,
        entities=json.loads(json.dumps(entities)),
        file=upload.data if upload else None,
        file_name=upload.name if upload else None,
        silent=arguments.flag("disable_notification"),
        protected=arguments.flag("protect_content"),
        reply_to=replied["message_id"] if replied else None,
    )
