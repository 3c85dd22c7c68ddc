"""Counts what is over before it is deleted: see docs/figures.md."""

from __future__ import annotations

import logging

from bot.clock import now_ms
from bot.conversation.takeover.ladder import targets
from bot.conversation.turn import describe
from bot.figures import counting
from bot.storage.database import Database

logger = logging.getLogger(__name__)


def count_days(database: Database) -> None:
    """Counts the days that are over. Whatever goes wrong, what is to be deleted does not wait."""
    try:
        counting.count(database, now_ms(), targets())
    except Exception as error:
        # Type and place only: the message of an exception may quote a person.
        logger.error("days are counted again later: %s", describe(error))
