from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.conversation.messages import Attachment, Inbound, Location
from bot.engine.assistant import Assistant
from channels.terminal.chat import USAGE, Session, parse_line

BASE = Inbound(channel="web", address="terminal", external_id="1")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("halo", replace(BASE, text="halo")),
        ("/menu", replace(BASE, text="/menu")),
        (
            "/photo poster.png",
            replace(BASE, attachments=(Attachment("photo", "image/png"),)),
        ),
        ("/location -3.79, 102.26", replace(BASE, location=Location(-3.79, 102.26))),
        ("/button /menu", replace(BASE, payload="/menu")),
        ("", BASE),
    ],
)
def test_a_line_stands_for_one_message(line: str, expected: Inbound) -> None:
    assert parse_line(line, BASE) == expected


@pytest.mark.parametrize("line", ["/location", "/location utara", "/button"])
def test_a_malformed_command_is_answered_with_how_to_write_it(
    line: str, assistant: Assistant, tmp_path: Path
) -> None:
    outcome = Session(assistant, tmp_path, "web").say(line)
    assert [reply.text for reply in outcome.replies] == [USAGE]
