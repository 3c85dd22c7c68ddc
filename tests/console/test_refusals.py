"""Whatever cannot be done at the desk is said in a sentence; nothing ends in an error."""

from __future__ import annotations

from typing import get_args

import pytest

from bot.conversation.takeover.handoffs import Reason, TakeoverError
from console import conversation, refusals
from console.pages import words
from tests.console.visitor import Site, Visitor, words_of

# What differs between the databases is tested where it is done; here it would take time only.
each_site = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOBODYS = "x" * 22


def _forms(site: Site) -> list[str]:
    """The addresses of all that can be done with a conversation."""
    begins = conversation.PATH + "/"
    return [
        one.path.removeprefix(begins)
        for one in site.pages.entrances
        if one.method == "POST" and one.path.startswith(begins)
    ]


@each_site
def test_nothing_can_be_done_with_a_conversation_that_is_none(site: Site, sari: Visitor) -> None:
    forms = _forms(site)
    assert "tulis" in forms
    token = sari.csrf("/meja/akun")
    fields = {"csrf": token, "teks": "Halo", "nama": "Budi", "tingkat": "biasa", "balasan": "salam"}
    for form in forms:
        answer = sari.post(f"/meja/percakapan/{NOBODYS}/{form}", fields)
        if form == "tetap":
            # A script asks, and reads no page.
            assert answer.status_code == 409
            continue
        assert answer.status_code == 404, form
        assert "Tidak ditemukan" in words_of(answer)


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_to_refuse_has_a_sentence(reason: Reason) -> None:
    assert reason in words()["gagal"]
    said = refusals.in_words(TakeoverError("in English", reason))
    assert said.endswith((".", "!"))
    assert "in English" not in said


def test_a_reason_without_a_sentence_is_said_in_general() -> None:
    unheard: Reason = "unheard"  # type: ignore[assignment]  # what is to come
    assert refusals.in_words(TakeoverError("in English", unheard)) == words()["gagal"]["other"]
