"""What leaves for the provider."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.routing import Route

from bot import lexicon
from bot.conversation.capabilities import Capabilities
from bot.conversation.messages import Choice, Reply
from bot.conversation.rendering import render
from bot.conversation.sender import SendError, Then
from channels import twilio as twilio_channels
from channels.twilio import capabilities, templates
from channels.twilio.connector import TwilioConnector
from tests.channels.twilio.house import ANI, PUBLIC, SETTINGS, Desk, choices, settings_for
from tests.doubles.twilio import TwilioDouble
from tests.doubles.twilio_state import Message

GONE = "HX" + "9" * 32

Work = Callable[[TwilioConnector], Coroutine[Any, Any, Any]]


@pytest.fixture
def buttons(twilio: TwilioDouble) -> dict[int, str]:
    return {count: _template(twilio, count) for count in (1, 2, 3)}


def _template(twilio: TwilioDouble, count: int) -> str:
    made = templates.buttons_template(count)
    content = made["types"]["twilio/quick-reply"]
    pairs = [(action["title"], action["id"]) for action in content["actions"]]
    return twilio.template(made["friendly_name"], content["body"], pairs, approved=False)


def _run(twilio: TwilioDouble, work: Work, *, channel: str = "whatsapp", **changes: Any) -> Any:
    async def run() -> Any:
        public_url = changes.pop("public_url", PUBLIC)
        connector = TwilioConnector(settings_for(twilio, **changes), channel, public_url)
        try:
            return await work(connector)
        finally:
            await connector.close()

    return asyncio.run(run())


def _sent(twilio: TwilioDouble, reply: Reply, **options: Any) -> Message:
    """The message that came of a reply."""
    for channel in ("whatsapp", "sms"):
        twilio.person(ANI, channel).window_opens()
    sid = _run(twilio, lambda connector: connector.send(ANI, reply, 7), **options)
    message = twilio.messages[-1]
    assert sid == message.sid
    return message


@pytest.mark.parametrize("channel", ["whatsapp", "sms"])
def test_a_text_goes_out_as_it_is(twilio: TwilioDouble, channel: str) -> None:
    message = _sent(twilio, Reply("Paspor milikmu.\n\nSimpan sendiri 🙏"), channel=channel)
    assert message.body == "Paspor milikmu.\n\nSimpan sendiri 🙏"
    assert message.from_ == twilio.sender(channel)
    assert message.to == ("whatsapp:" if channel == "whatsapp" else "") + ANI


def test_reports_come_to_the_public_address_with_our_own_id(twilio: TwilioDouble) -> None:
    asked = _sent(twilio, Reply("halo")).status_callback
    assert asked == f"{PUBLIC}/twilio/status?pesan=7#rc=3&rp=5xx,ct,rt"
    assert _sent(twilio, Reply("halo"), public_url=None).status_callback is None


@pytest.mark.parametrize("count", [1, 2, 3])
def test_choices_are_buttons_of_the_template_for_their_number(
    twilio: TwilioDouble, buttons: dict[int, str], count: int
) -> None:
    given = choices("Ya", "Tidak", "Tanya lagi")[:count]
    message = _sent(twilio, Reply("Mau lanjut?", given), button_templates=buttons)
    assert message.content_sid == buttons[count]
    titles, values = [c.title for c in given], [c.payload for c in given]
    in_order = ["Mau lanjut?", *titles, *values]
    assert list(message.content_variables.values()) == in_order
    assert list(message.content_variables) == [str(n) for n in range(1, 2 * count + 2)]
    assert message.body == "Mau lanjut?"
    shown = twilio.person(ANI).received[-1].buttons
    assert [value for _, value in shown] == values


@pytest.mark.parametrize(
    "text",
    ["Satu.\n\nDua.", "a\tb", "a     b", "x" * 1025],
    ids=["paragraphs", "tab", "spaces", "long"],
)
def test_what_a_template_cannot_hold_goes_out_with_a_list(
    twilio: TwilioDouble, buttons: dict[int, str], text: str
) -> None:
    reply = Reply(text, choices("Ya", "Tidak"))
    message = _sent(twilio, reply, button_templates=buttons)
    assert message.content_sid is None
    listed = f"1. Ya\n2. Tidak\n{lexicon.line('balas_nomor')}"
    assert message.body == f"{text}\n\n{listed}"
    # Known without asking.
    assert len(twilio.calls) == 1


@pytest.mark.parametrize(
    "choice", [Choice("x" * 21, "/a"), Choice("a\nb", "/a"), Choice("a", "/" * 201)]
)
def test_what_a_button_cannot_hold_goes_out_with_a_list(
    twilio: TwilioDouble, buttons: dict[int, str], choice: Choice
) -> None:
    message = _sent(twilio, Reply("Mau?", (choice,)), button_templates=buttons)
    assert message.content_sid is None
    assert message.body.startswith(f"Mau?\n\n1. {choice.title}\n")


def test_a_template_that_is_gone_is_told(twilio: TwilioDouble) -> None:
    with pytest.raises(SendError) as caught:
        _sent(twilio, Reply("Kamu aman?", choices("Ya")), button_templates={1: GONE})
    assert (caught.value.code, caught.value.then) == ("21655", Then.AS_TEXT)


def test_a_person_who_stopped_is_not_written_to_in_another_form(
    twilio: TwilioDouble, buttons: dict[int, str]
) -> None:
    twilio.person(ANI).fails_with(21610)
    with pytest.raises(SendError) as caught:
        _sent(twilio, Reply("Kamu aman?", choices("Ya")), button_templates=buttons)
    assert caught.value.then is Then.STOPPED
    assert len([call for call in twilio.calls if call.method == "POST"]) == 1


def test_the_longest_message_with_all_its_choices_fits(twilio: TwilioDouble) -> None:
    settings = settings_for(twilio, button_templates={1: "HX1", 2: "HX2", 3: "HX3"})
    whatsapp = capabilities.whatsapp(settings)
    titles = ("Ya, aman kok sekarang", "Tidak, belum aman ya", "Mau tanya yang lain ")
    given = choices(*(title[:20] for title in titles))
    *_, last = render([Reply("kata " * 1_000 + "\n\nakhir", given)], whatsapp)
    longest = Reply("a" * (whatsapp.length or 0), given)
    assert last.reply.choices == given
    assert len(_sent(twilio, longest).body) <= capabilities.MAX_BODY


def _channels(**changes: Any) -> Iterator[tuple[str, Capabilities]]:
    for channel in twilio_channels.channels(replace(SETTINGS, **changes), PUBLIC):
        yield channel.name, channel.capabilities


@pytest.mark.parametrize(
    ("configured", "shown"),
    [([], 0), ([1], 1), ([1, 2], 2), ([1, 2, 3], 3), ([2, 3], 0), ([1, 3], 1)],
)
def test_as_many_buttons_as_templates_without_a_gap(configured: list[int], shown: int) -> None:
    known = dict(_channels(button_templates={count: f"HX{count}" for count in configured}))
    assert known["whatsapp"].buttons == shown
    assert known["sms"].buttons == 0


def test_what_the_channels_can_show() -> None:
    known = dict(_channels())
    whatsapp, sms = known["whatsapp"], known["sms"]
    assert (whatsapp.length, whatsapp.button_title, whatsapp.window_seconds) == (1600, 20, 86_400)
    assert (sms.length, sms.waits_for_more, sms.window_seconds) == (3, True, None)
    assert sms.measure(sms.clean("“" * 160)) == 1
    assert not whatsapp.waits_for_more


def test_only_numbers_that_are_set_have_a_channel_and_routes_come_once() -> None:
    assert [name for name, _ in _channels(sms_number=None)] == ["whatsapp"]
    assert [name for name, _ in _channels(whatsapp_number=None)] == ["sms"]
    every: list[dict[str, Any]] = [{}, {"sms_number": None}, {"whatsapp_number": None}]
    for changes in every:
        desk = Desk(replace(SETTINGS, **changes))
        paths = [route.path for route in desk.routes if isinstance(route, Route)]
        assert sorted(paths) == ["/twilio/pesan", "/twilio/status"]


def test_asking_a_person_to_write_uses_the_template(twilio: TwilioDouble) -> None:
    sid = twilio.template("suluh_buka_lagi", "Halo, ada balasan.")
    _run(twilio, lambda connector: connector.reopen(ANI), reopen_template=sid)
    assert [message.content_sid for message in twilio.messages] == [sid]
    assert twilio.person(ANI).wait_for(1)[0].body == "Halo, ada balasan."


def test_asking_without_a_template_or_with_a_missing_one(twilio: TwilioDouble) -> None:
    for sid, code in ((None, "no-template"), (GONE, "21655")):
        with pytest.raises(SendError) as caught:
            _run(twilio, lambda connector: connector.reopen(ANI), reopen_template=sid)
        assert caught.value.code == code
    assert twilio.messages == []


def test_a_connector_goes_on_in_another_event_loop(twilio: TwilioDouble) -> None:
    connector = TwilioConnector(settings_for(twilio), "sms", PUBLIC)

    async def send() -> None:
        await connector.send(ANI, Reply("halo"), 1)
        await connector.close()

    asyncio.run(send())
    asyncio.run(send())
    asyncio.run(connector.close())
    assert len(twilio.messages) == 2


def test_the_values_of_a_template_are_text(twilio: TwilioDouble, buttons: dict[int, str]) -> None:
    reply = Reply('Dia bilang "jangan" {{2}}', choices("Ya"))
    _sent(twilio, reply, button_templates=buttons)
    (form,) = [call.form for call in twilio.calls if call.method == "POST"]
    assert json.loads(form["ContentVariables"][0])["1"] == 'Dia bilang "jangan" {{2}}'
    assert "Body" not in form
