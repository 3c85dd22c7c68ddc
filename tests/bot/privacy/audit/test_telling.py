"""Entries and findings have words in Indonesian, all of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bot.privacy.audit import telling
from bot.privacy.audit.acts import SYSTEM, Act
from bot.privacy.audit.verifying import Finding, Kind

SARI = "A" * 22


@pytest.mark.parametrize("act", list(Act))
def test_every_act_has_its_words(act: Act) -> None:
    row = SimpleNamespace(act=act.value, about=SARI, detail="admin", count=3)
    said = telling.sentence(row, {SARI: "Sari"})
    assert said
    assert "{" not in said
    assert said != telling.sentence(SimpleNamespace(**{**vars(row), "act": "zzz"}), {})
    assert telling.titles()[act.value] != telling.title("zzz")


@pytest.mark.parametrize("kind", list(Kind))
def test_every_finding_has_its_words(kind: Kind) -> None:
    assert "{" not in telling.finding(Finding(kind, 4, 4, 9))


def test_one_that_is_missing_is_told_apart_from_several() -> None:
    assert telling.finding(Finding(Kind.MISSING, 4, 4)) == "Nomor 4 hilang."
    assert telling.finding(Finding(Kind.MISSING, 4, 9)) == "Nomor 4 sampai 9 hilang."


def test_who_is_no_member_has_a_name_too() -> None:
    assert telling.actor(SARI, {SARI: "Sari"}) == "Sari"
    assert telling.actor(SYSTEM, {}) == "Suluh sendiri"
    assert telling.actor(SARI, {}) == f"petugas {SARI}"


def test_what_somebody_else_wrote_is_shown_and_breaks_nothing() -> None:
    row = SimpleNamespace(act="{n.__class__}", about="{x}", detail="<b>", count=1)
    assert telling.sentence(row, {}) == "perbuatan yang tidak dikenal"
