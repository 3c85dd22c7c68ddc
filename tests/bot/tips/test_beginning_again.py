"""Who is told how to begin again is told a word that begins again on that channel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.knowledge.buttons import own_texts
from bot.lexicon import is_keyword

# After STOP by SMS the carrier lets through nothing but this word (Twilio, opt-out keywords).
ONLY_BY_SMS, ANYWHERE = "START", "MULAI"
# The same keywords end all SMS, whatever we meant by them.
ENDS_ALL = ("CANCEL", "END", "QUIT", "STOPALL", "UNSUBSCRIBE", "OPTOUT", "REVOKE")


def _texts() -> Iterator[tuple[str, str, str]]:
    """Name, channel and text of each response; the channel is empty for all others."""
    for name, variants in own_texts()["ucapan"].items():
        for variant in variants:
            yield name, variant.get("channel", ""), variant["text"]


@pytest.mark.parametrize("word", [ONLY_BY_SMS, ANYWHERE])
def test_the_word_begins_again(word: str) -> None:
    assert is_keyword("mulai", word)


def test_by_sms_the_word_is_start_and_elsewhere_mulai() -> None:
    told = {(name, channel) for name, channel, text in _texts() if ANYWHERE in text.split()}
    told |= {(name, channel) for name, channel, text in _texts() if f"{ANYWHERE}." in text}
    by_sms = {(name, channel) for name, channel, text in _texts() if ONLY_BY_SMS in text}
    assert told
    assert by_sms == {(name, "sms") for name, _ in told}
    assert "sms" not in {channel for _, channel in told}


def test_nobody_is_asked_for_a_word_that_ends_all_sms() -> None:
    for name, _, text in _texts():
        words = {word.strip('.,:;!?"') for word in text.split()}
        assert words.isdisjoint(ENDS_ALL), name
