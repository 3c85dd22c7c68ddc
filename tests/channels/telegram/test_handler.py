"""What follows from an update, beside the message on disk: buttons, groups, blocks, typing."""

from __future__ import annotations

import copy
import logging
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.conversation.messages import Choice, Reply
from channels.telegram import handler as handler_module
from channels.telegram import profile
from tests.channels.telegram.payloads import PEOPLE, UPDATES
from tests.channels.telegram.site import Site, Tables, wait_until
from tests.doubles.telegram import Person, Received, TelegramDouble

MENU = Reply("Apa yang mau kamu tanyakan?", (Choice("Lihat menu", "/menu"),))
GROUP, SUPERGROUP = -4812345678, -1001987654321


@pytest.fixture
def ani(site: Site) -> Person:
    """Somebody who wrote before."""
    ani = site.telegram.person(PEOPLE["ani"])
    ani.says("halo")
    site.wait_for(1, ani.chat_id)
    return ani


@pytest.fixture
def quick_typing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler_module, "TYPING_AFTER", 0.05)
    monkeypatch.setattr(handler_module, "TYPING_EVERY", 0.05)


def _menu(site: Site, person: Person) -> Received:
    """A message with a button that the bot sent."""
    with site.tables.sending(site.telegram):
        site.tables.answers(person.chat_id, MENU)
        return person.wait_for(1)[-1]


# Buttons.


def test_a_press_is_answered_within_a_second_and_kept(site: Site, ani: Person) -> None:
    menu = _menu(site, ani)
    started = time.monotonic()
    ani.presses(menu, "Lihat menu")
    site.telegram.wait_until(lambda: bool(ani.callback_answers))
    assert time.monotonic() - started < 1.0
    (answer,) = ani.callback_answers
    assert (answer.data, answer.text, answer.show_alert) == ("/menu", "", False)
    assert site.wait_for(2)[-1].payload == "/menu"


def test_a_press_is_answered_while_many_wait_for_their_answers(
    site: Site, ani: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's "typing" takes the room of a button that turns."""
    monkeypatch.setattr(handler_module, "MAX_BESIDE", 20)
    monkeypatch.setattr(handler_module, "MAX_TYPING", 10)
    menu = _menu(site, ani)
    bodies = []
    for number in range(30):
        update = copy.deepcopy(UPDATES["seorang menulis"])
        update["message"]["chat"]["id"] = 6_000_000_000 + number
        bodies.append(update)
    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(site.post, bodies)) == {200}
    started = time.monotonic()
    ani.presses(menu, "Lihat menu")
    site.telegram.wait_until(lambda: bool(ani.callback_answers), seconds=3)
    assert time.monotonic() - started < 1.0


def test_a_press_that_is_too_old_to_be_answered_is_still_heard(
    site: Site, ani: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="channels")
    menu = _menu(site, ani)
    site.telegram.fail_next("answercallbackquery", status=400, times=1)
    ani.presses(menu, "Lihat menu")
    assert site.wait_for(2)[-1].payload == "/menu"
    wait_until(lambda: "a courtesy on Telegram failed: BadRequest" in caplog.text)
    assert ani.callback_answers == []


def test_a_press_that_stands_for_nothing_stops_turning_and_runs_nothing(
    site: Site, ani: Person
) -> None:
    for name in (
        "tombol permainan tidak berarti apa-apa",
        "tombol dengan isi yang tidak mungkin dari Suluh",
        "tombol dengan isi yang terlalu panjang",
    ):
        update = UPDATES[name]
        site.post(update)
        site.telegram.wait_until(
            lambda wanted=update["callback_query"]["id"]: (
                wanted  # type: ignore[misc]
                in [
                    call.parameters["callback_query_id"]
                    for call in site.telegram.calls_of("answercallbackquery")
                ]
            )
        )
    assert site.tables.texts() == ["halo"]


# Groups.


@pytest.mark.parametrize("chat_id", [GROUP, SUPERGROUP])
def test_a_group_is_left_with_one_polite_word_and_nothing_is_kept(
    site: Site, tables: Tables, chat_id: int
) -> None:
    ani, group = site.telegram.person(PEOPLE["ani"]), site.telegram.group(chat_id)
    group.adds_bot(by=ani)
    group.says(ani, "tolong saya disekap")
    site.telegram.wait_until(lambda: group.left)
    site.telegram.wait_until_delivered()
    assert [message.text for message in group.received] == [profile.leaving()]
    assert "chat pribadi" in group.received[0].text
    assert tables.is_empty()


def test_a_group_in_which_the_bot_may_not_write_is_left_all_the_same(
    site: Site, tables: Tables
) -> None:
    site.telegram.fail_next("sendmessage", status=403)
    group = site.telegram.group(GROUP)
    group.adds_bot(by=site.telegram.person(PEOPLE["ani"]))
    site.telegram.wait_until(lambda: group.left)
    assert group.received == []


def test_a_group_that_could_not_be_left_is_left_at_the_next_word(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler_module, "LEAVING_SECONDS", 0.05)
    site.telegram.fail_next("leavechat", status=502, times=1)
    ani, group = site.telegram.person(PEOPLE["ani"]), site.telegram.group(GROUP)
    group.adds_bot(by=ani)
    site.telegram.wait_until(lambda: bool(site.telegram.calls_of("leavechat")))
    for _ in range(20):
        if group.left:
            break
        group.says(ani, "masih di sini?")
        site.telegram.wait_until_delivered()
        time.sleep(0.05)
    assert group.left


def test_a_group_that_throws_the_bot_out_hears_nothing(site: Site, tables: Tables) -> None:
    ani, group = site.telegram.person(PEOPLE["ani"]), site.telegram.group(GROUP)
    group.kicks_bot(by=ani)
    site.telegram.wait_until_delivered()
    assert site.telegram.calls_of("leavechat") == []
    assert tables.is_empty()


# Blocked.


def test_whoever_blocks_the_bot_is_marked_and_what_waits_is_not_sent(
    site: Site, ani: Person
) -> None:
    site.tables.answers(ani.chat_id, "satu", "dua")
    ani.blocks()
    wait_until(lambda: site.tables.standing(ani.chat_id).unreachable_code == "403")
    assert site.tables.states(ani.chat_id) == [("failed", "403")] * 2
    with site.tables.sending(site.telegram):
        site.tables.answers(ani.chat_id, "tiga")
        wait_until(lambda: len(site.tables.states(ani.chat_id)) == 3)
        wait_until(lambda: site.tables.states(ani.chat_id)[-1] == ("failed", "403"))
    assert site.telegram.calls_of("sendmessage") == []


def test_whoever_lets_the_bot_in_again_is_reached_again(site: Site, ani: Person) -> None:
    ani.blocks()
    ani.unblocks()
    site.telegram.wait_until_delivered()
    assert site.tables.standing(ani.chat_id).unreachable_code is None
    with site.tables.sending(site.telegram):
        site.tables.answers(ani.chat_id, "selamat datang lagi")
        assert [message.text for message in ani.wait_for(1)] == ["selamat datang lagi"]


def test_whoever_writes_again_is_reached_again_even_if_nobody_told(site: Site, ani: Person) -> None:
    ani.blocks()
    site.telegram.wait_until_delivered()
    ani.chat.refusal = None
    ani.says("aku kembali")
    site.wait_for(2)
    assert site.tables.standing(ani.chat_id).unreachable_code is None


def test_a_stranger_who_blocks_the_bot_leaves_no_trace(site: Site, tables: Tables) -> None:
    stranger = site.telegram.person(1001)
    stranger.blocks()
    stranger.unblocks()
    site.telegram.wait_until_delivered()
    assert tables.is_empty()


# Typing.


@pytest.mark.usefixtures("quick_typing")
def test_typing_is_shown_for_as_long_as_an_answer_takes_but_not_for_ever(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    ani = site.telegram.person(PEOPLE["ani"])
    ani.says("halo")
    ani.says("ada orang?")
    site.telegram.wait_until(lambda: len(ani.actions) == handler_module.TYPING_TIMES)
    assert set(ani.actions) == {"typing"}
    assert len(ani.actions) == handler_module.TYPING_TIMES


@pytest.mark.usefixtures("quick_typing")
def test_typing_is_shown_after_a_press_too(site: Site, ani: Person) -> None:
    menu = _menu(site, ani)
    site.telegram.wait_until(lambda: len(ani.actions) == handler_module.TYPING_TIMES)
    # What showed it for the line before has ended.
    wait_until(lambda: not site.channel._handler._typing)  # type: ignore[union-attr]
    ani.presses(menu, "Lihat menu")
    site.telegram.wait_until(lambda: len(ani.actions) > handler_module.TYPING_TIMES)


def test_no_typing_is_shown_for_an_answer_that_comes_soon(
    site: Site, ani: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import update

    from bot.storage.tables import inbox

    monkeypatch.setattr(handler_module, "TYPING_AFTER", 0.1)
    with site.tables.database.write() as connection:
        connection.execute(update(inbox).values(turn_id="x"))
    ani.says("halo lagi")
    site.wait_for(2)
    with site.tables.database.write() as connection:
        connection.execute(update(inbox).values(turn_id="x"))
    wait_until(lambda: not site.channel._handler._beside)  # type: ignore[union-attr]
    assert ani.actions == []


@pytest.mark.usefixtures("quick_typing")
def test_typing_that_fails_keeps_nothing_from_going_on(site: Site) -> None:
    site.telegram.fail_next("sendchataction", status=502, times=2)
    site.telegram.fail_next("sendchataction", status=403, times=1)
    ani = site.telegram.person(PEOPLE["ani"])
    ani.says("halo")
    site.telegram.wait_until(lambda: len(ani.actions) == handler_module.TYPING_TIMES - 3)


# The end.


def test_what_is_still_done_beside_ends_with_the_site(
    telegram: TelegramDouble, tables: Tables
) -> None:
    telegram.slow("leavechat", 30)
    with Site(telegram, tables) as site:
        group = telegram.group(GROUP)
        group.adds_bot(by=telegram.person(1001))
        telegram.wait_until(lambda: bool(telegram.calls_of("leavechat")))
        started = time.monotonic()
        site.stop()
    assert time.monotonic() - started < 5
