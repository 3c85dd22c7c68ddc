"""What is counted in a turn: a topic that was answered, and how far came what was reported."""

from __future__ import annotations

from bot.clock import this_month
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Content
from bot.engine.assistant import Assistant
from bot.figures import tally
from bot.knowledge.buttons import payload
from bot.privacy.keys import ServerKey
from bot.privacy.vault import Vault
from bot.storage.database import Database
from tests.bot.figures.years import Years
from tests.bot.tips.house import STORY, House


def _says(assistant: Assistant, years: Years, content: Content) -> None:
    answer = assistant.answer("percakapan", "web", None, [content])
    with years.database.write() as connection:
        for effect in answer.effects:
            effect(connection)


def test_a_topic_counts_once_for_each_answer(assistant: Assistant, years: Years) -> None:
    asked = Content(payload=payload("faq", topik="uang_muka"))
    for _ in range(2):
        _says(assistant, years, asked)
    _says(assistant, years, Content(text="halo"))
    assert years.months(tally.TOPIC) == {(this_month(), "uang_muka", ""): 2}


def test_a_report_counts_by_how_far_it_had_come(
    database: Database, server_key: ServerKey, inbox: Inbox, years: Years, quick_hashes: None
) -> None:
    house = House.of(Vault.of(database, server_key), inbox)
    house.sent(STORY.with_facts({"tahap": "mau_berangkat"}))
    house.sent(STORY, whose=house.conversation("0812-0000-0002"))
    assert years.months(tally.STAGE) == {
        (this_month(), "mau_berangkat", ""): 1,
        (this_month(), tally.NOT_SAID, ""): 1,
    }
