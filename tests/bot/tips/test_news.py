"""Staff wrote to a reporter: the conversation hears that there is something, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import delete

from bot.conversation import standing
from bot.conversation.messages import Reply
from bot.conversation.news import NEWS, News
from bot.conversation.outbox import Outbox
from bot.storage.tables import conversations, tips
from bot.tips import casework, follow_up
from bot.tips.filing import Filed
from tests.bot.tips.house import STORY, House

MESSAGE = "Apakah mereka masih di gudang itu?"


class Speaker:
    """Says the name of what it is to say."""

    def say(self, response: str, channel: str, **values: str) -> Sequence[Reply]:
        return [Reply(f"{response} {channel}")]

    def with_said(self, state: bytes, said: Sequence[Reply]) -> bytes:
        return state

    def slot_of(self, state: bytes, name: str) -> Any:
        return None


@pytest.fixture
def news(house: House) -> News:
    return News(house.database, house.vault.sealer, Speaker())


@pytest.fixture
def filed(house: House) -> Filed:
    return house.sent()


def _heard(house: House) -> list[str]:
    whose = house.conversation()
    with house.database.read() as connection:
        found = Outbox(house.vault.sealer).latest(connection, whose, 10)
    return [said.reply.text for said in found]


def _asks(house: House, filed: Filed) -> None:
    casework.say(house.database, house.member, filed.tip_id, MESSAGE)


def test_nobody_is_told_before_staff_wrote(house: House, filed: Filed, news: News) -> None:
    assert news.tell() == 0
    assert _heard(house) == []


def test_the_conversation_is_told_once_and_nothing_of_the_message(
    house: House, filed: Filed, news: News
) -> None:
    _asks(house, filed)
    assert (news.tell(), news.tell()) == (1, 0)
    assert _heard(house) == [f"{NEWS} sms"]


def test_two_messages_before_it_is_told_are_one_news_and_a_later_one_another(
    house: House, filed: Filed, news: News
) -> None:
    _asks(house, filed)
    _asks(house, filed)
    assert news.tell() == 1
    _asks(house, filed)
    assert news.tell() == 1
    assert len(_heard(house)) == 2


def test_who_wants_no_messages_is_told_nothing(house: House, filed: Filed, news: News) -> None:
    whose = house.conversation()
    with house.database.write() as connection:
        standing.stop(connection, whose)
    _asks(house, filed)
    assert news.tell() == 0


def test_the_report_of_a_child_leads_to_nobody(house: House, news: News) -> None:
    _asks(house, house.sent(STORY.with_facts({"pelapor_anak": True})))
    assert news.tell() == 0


def test_where_the_conversation_is_gone_nobody_is_told(
    house: House, filed: Filed, news: News
) -> None:
    _asks(house, filed)
    with house.database.write() as connection:
        connection.execute(tips.update().values(conversation_id=None))
        connection.execute(delete(conversations))
    assert news.tell() == 0


def test_a_question_of_staff_keeps_the_report_as_long_as_anything_new(
    house: House, filed: Filed
) -> None:
    with house.database.write() as connection:
        connection.execute(tips.update().values(retain_until=1))
    _asks(house, filed)
    assert house.row(filed.tip_id).retain_until > 1


def test_nobody_writes_to_a_reporter_who_wanted_no_receipt(house: House, filed: Filed) -> None:
    house.do(follow_up.waive(filed.tip_id))
    with pytest.raises(casework.TipError, match="no receipt"):
        _asks(house, filed)
    assert follow_up.open_tip(house.vault, filed.receipt, house.conversation()) is None


def test_what_was_told_is_read_all_the_same_without_a_receipt(house: House, filed: Filed) -> None:
    house.do(follow_up.waive(filed.tip_id))
    case = casework.open_case(house.database, house.member, filed.tip_id)
    assert list(case.words) == list(STORY.words)
