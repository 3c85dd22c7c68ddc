"""`suluh desk` helps an officer to find the words."""

from __future__ import annotations

import json
from pathlib import Path

from bot.conversation.takeover.replies import reply
from tests.bot.conversation.takeover.desk import PASSWORD
from tests.suluh.test_desk_commands import NOT_HELD, Terminal, only_sqlite, terminal

__all__ = ["terminal"]


@only_sqlite
def test_all_replies_are_listed_and_one_is_shown_whole(terminal: Terminal) -> None:
    lines = terminal.gets("replies").splitlines()
    assert len(lines) >= 16
    assert any(line.startswith("tutup ") and "[jam]" in line for line in lines)
    shown = terminal.gets("replies", "tutup")
    assert shown.startswith(reply("tutup").text)
    assert "SMS: " in shown
    assert "no such reply" in terminal.is_refused("replies", "nirgends")


@only_sqlite
def test_a_reply_is_sent_with_its_fields(terminal: Terminal) -> None:
    handoff = terminal.held()
    say = ("say", handoff.id, "--by", "Sari", "--reply", "tutup", "--field", "jam=14:00")
    code, out, err = terminal.types(*say, lines=(PASSWORD,))
    assert (code, out) == (0, "")
    said = reply("tutup").filled("telegram", {"jam": "14:00"}, by="Sari")
    # The officer sees what went out.
    assert err.rstrip("\n") == said
    assert terminal.desk.said(handoff)[-1] == f"Petugas: {said}"


@only_sqlite
def test_what_cannot_be_filled_in_is_told_and_nothing_is_sent(terminal: Terminal) -> None:
    handoff = terminal.held()
    before = terminal.desk.said(handoff)
    say = ("say", handoff.id)
    for typed, why in (
        (("--reply", "tutup"), "needs jam"),
        (("--reply", "tutup", "--field", "jam=nanti"), "jam is a time"),
        (("--reply", "tutup", "--field", "jam"), "written jam=14:00"),
        (("--reply", "rujuk", "--field", "nomor=warung"), "verified number"),
        (("--reply", "nirgends"), "no such reply"),
        (("--field", "jam=14:00"), "add --reply"),
        (("--reply", "tutup", "--topic", "lpsk"), "not both"),
    ):
        assert why in terminal.may_not("Sari", *say, *typed)
    assert terminal.may_not("Budi", *say, "--reply", "aman") == NOT_HELD
    assert terminal.desk.said(handoff) == before


@only_sqlite
def test_the_catalogue_suggests_and_what_it_says_is_sent_as_the_officers_words(
    terminal: Terminal, model_dir: Path
) -> None:
    terminal.environment["SULUH_MODEL_DIR"] = str(model_dir)
    handoff = terminal.held()
    terminal.desk.hears("paspor saya ditahan majikan")
    first, *rest = map(json.loads, terminal.does(
        "Sari", "suggest", handoff.id, "--json").splitlines())  # fmt: skip
    assert first["topic"] == "paspor_ditahan"
    assert len(rest) == 2
    assert first["text"] not in terminal.desk.said(handoff)
    terminal.does("Sari", "say", handoff.id, "--topic", "paspor_ditahan")
    assert terminal.desk.said(handoff)[-1] == f"Petugas: {first['text']}"
    assert "no such topic" in terminal.may_not("Sari", "say", handoff.id, "--topic", "x")
    lines = terminal.does("Sari", "read", handoff.id, "--why", "--json").splitlines()
    asked = next(entry for entry in map(json.loads, lines) if entry["text"].startswith("paspor"))
    assert asked["level"] == "tinggi"
    assert asked["why"] == ["paspor saya ditahan"]
