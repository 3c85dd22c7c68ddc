"""What people see of the bot before they write, from `nlu_data/lookup/saluran.yml`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from telegram import Bot, BotCommand

from bot import lexicon
from bot.knowledge import facts

LANGUAGE = "id"


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    return lexicon.channel_texts("telegram")


def commands() -> list[BotCommand]:
    return [BotCommand(name, meaning) for name, meaning in _texts()["perintah"].items()]


def description() -> str:
    text: str = _texts()["perkenalan"]
    return text.format(**facts.placeholders())


def short_description() -> str:
    return str(_texts()["perkenalan_singkat"])


def leaving() -> str:
    """A polite word to a group."""
    return str(_texts()["pamit_dari_grup"])


async def introduce(bot: Bot) -> None:
    """Sets all of it, for everybody and for those whose telephone is in Indonesian."""
    for language in (None, LANGUAGE):
        await bot.set_my_commands(commands(), language_code=language)
        await bot.set_my_description(description(), language_code=language)
        await bot.set_my_short_description(short_description(), language_code=language)
