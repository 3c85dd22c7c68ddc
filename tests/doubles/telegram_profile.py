"""The methods of the Bot API about the bot itself: commands, names, descriptions, files."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.doubles.telegram_request import Arguments
from tests.doubles.telegram_state import Json, State, bad_request

DOWNLOAD_LIMIT = 20 * 1024 * 1024
MOST_COMMANDS = 100
NAME_LIMIT, DESCRIPTION_LIMIT, SHORT_DESCRIPTION_LIMIT = 64, 512, 120
SCOPES: dict[str, tuple[str, ...]] = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


class Profile:
    """What the bot says about itself, by language; "" stands for every other language."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.texts: dict[tuple[str, str], str] = {}

    def get_me(self, _arguments: Arguments) -> Json:
        return {
            **self._state.bot,
            "can_join_groups": True,
            "can_read_all_group_messages": True,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def set_my_commands(self, arguments: Arguments) -> bool:
        commands = arguments.object("commands")
        if not isinstance(commands, list):
            raise bad_request("can't parse commands JSON object")
        if len(commands) > MOST_COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        place = _scope(arguments), _language(arguments)
        self.commands[place] = [_command(command) for command in commands]
        return True

    def get_my_commands(self, arguments: Arguments) -> list[Json]:
        return self.commands.get((_scope(arguments), _language(arguments)), [])

    def delete_my_commands(self, arguments: Arguments) -> bool:
        self.commands.pop((_scope(arguments), _language(arguments)), None)
        return True

    def set_my_name(self, arguments: Arguments) -> bool:
        return self._set("name", arguments, NAME_LIMIT)

    def get_my_name(self, arguments: Arguments) -> Json:
        return self._get("name", arguments, self._state.bot["first_name"])

    def set_my_description(self, arguments: Arguments) -> bool:
        return self._set("description", arguments, DESCRIPTION_LIMIT)

    def get_my_description(self, arguments: Arguments) -> Json:
        return self._get("description", arguments)

    def set_my_short_description(self, arguments: Arguments) -> bool:
        return self._set("short_description", arguments, SHORT_DESCRIPTION_LIMIT)

    def get_my_short_description(self, arguments: Arguments) -> Json:
        return self._get("short_description", arguments)

    def get_file(self, arguments: Arguments) -> Json:
        """Raises ApiError 400 for files over 20 MB, which a bot cannot download."""
        if not arguments.text("file_id"):
            raise bad_request("file_id not specified")
        stored = self._state.files.get(arguments.text("file_id"))
        if stored is None:
            raise bad_request("invalid file_id")
        if stored.size > DOWNLOAD_LIMIT:
            raise bad_request("file is too big")
        return {**stored.to_json(), "file_path": stored.path}

    def _set(self, what: str, arguments: Arguments, limit: int) -> bool:
        """An empty text takes the one of this language away."""
        text = arguments.text(what)
        if len(text) > limit:
            raise bad_request(f"{what.upper()}_TOO_LONG")
        self.texts[what, _language(arguments)] = text
        return True

    def _get(self, what: str, arguments: Arguments, default: str = "") -> Json:
        own = self.texts.get((what, _language(arguments)))
        return {what: own or self.texts.get((what, "")) or default}


def _language(arguments: Arguments) -> str:
    language = arguments.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return language


def _scope(arguments: Arguments) -> str:
    """One text a scope, the same for the same scope."""
    scope = arguments.object("scope") or {"type": "default"}
    needed = SCOPES.get(scope.get("type", "")) if isinstance(scope, dict) else None
    if needed is None:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    if not set(needed) <= set(scope):
        raise bad_request("can't parse BotCommandScope: chat_id is empty")
    return json.dumps({name: str(scope[name]) for name in ("type", *needed)})


def _command(given: Any) -> Json:
    if not isinstance(given, dict):
        raise bad_request("can't parse list of bot commands: expected an Object")
    command = str(given.get("command", "")).removeprefix("/")
    description = str(given.get("description", "")).strip()
    if not _COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}
