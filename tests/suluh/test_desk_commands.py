"""`suluh desk` as a member of staff types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import settings as settings_module
from bot.conversation import standing
from bot.conversation.messages import Attachment, Location
from bot.conversation.takeover import calls
from bot.conversation.takeover.handoffs import Handoff
from bot.storage.tables import alert_targets
from suluh.desk_commands import NOBODY
from suluh.wiring import House
from tests.bot.conversation.takeover.desk import ANI, CRY, PASSWORD, Desk

ROOT = Path(__file__).resolve().parents[2]
OTHER = "perahu kayu di muara"
PHONE, MAILBOX = "+6281200000011", "kantor@example.org"
STORY = "saya di ruko cat hijau"
WRONG = "Error: The name or the password is wrong.\n"
UNKNOWN = "Error: There is no such conversation in the queue; see: suluh desk list\n"
NOT_HELD = "Error: You do not hold this conversation any more; take it again first.\n"
# What needs a member, with the lines that are typed after the password.
BY_SOMEBODY = (
    (("take", "{id}"), ()),
    (("read", "{id}"), ()),
    (("say", "{id}"), ("halo",)),
    (("note", "{id}"), ("catatan",)),
    (("transfer", "{id}", "Budi"), ()),
    (("level", "{id}", "biasa"), ()),
    (("stay", "{id}"), ()),
    (("again", "{id}"), ()),
    (("suggest", "{id}"), ()),
    (("back", "{id}"), ("selesai",)),
)


@dataclass
class Terminal:
    """An installation with Sari and Budi at its desk, and what is typed there."""

    environment: dict[str, str]
    house: House
    desk: Desk

    @classmethod
    def of(cls, environment: dict[str, str]) -> Terminal:
        house = House.prepare(settings_module.load(environment))
        return cls(environment, house, Desk(house.vault, house.inbox))

    def types(self, *arguments: str, lines: tuple[str, ...] = ()) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of `suluh desk ...`."""
        finished = subprocess.run(
            [sys.executable, "-m", "suluh", "desk", *arguments],
            input="".join(f"{line}\n" for line in lines).encode(),
            env=self.environment,
            capture_output=True,
            timeout=120,
            check=False,
            cwd=ROOT,
        )
        out, err = finished.stdout.decode(), finished.stderr.decode()
        assert not any(secret in out + err for secret in (PASSWORD, OTHER, PHONE, MAILBOX, ANI))
        assert "Traceback" not in err
        return finished.returncode, out, err

    def gets(self, *arguments: str, lines: tuple[str, ...] = ()) -> str:
        """What a command that succeeds prints on standard output."""
        code, out, err = self.types(*arguments, lines=lines)
        assert code == 0, err
        return out

    def is_refused(self, *arguments: str, lines: tuple[str, ...] = ()) -> str:
        """What a command that fails says, and it shows nothing else."""
        code, out, err = self.types(*arguments, lines=lines)
        assert (code, out) == (1, "")
        assert STORY not in err
        return err

    def does(self, name: str, *arguments: str, lines: tuple[str, ...] = ()) -> str:
        """What a command of a member prints."""
        return self.gets(*arguments, "--by", name, lines=(PASSWORD, *lines))

    def may_not(self, name: str, *arguments: str, lines: tuple[str, ...] = ()) -> str:
        """What a command of a member says that fails."""
        return self.is_refused(*arguments, "--by", name, lines=(PASSWORD, *lines))

    def held(self) -> Handoff:
        """A conversation that Sari took over in the terminal."""
        handoff = self.desk.called()
        self.does("Sari", "take", handoff.id)
        return handoff

    def targets(self) -> list[tuple[str, int, str]]:
        with self.house.database.read() as connection:
            found = calls.targets(connection)
        return [(target.way, target.position, target.label) for target in found]


@pytest.fixture
def terminal(tmp_path: Path, database_url: str, quick_hashes: None) -> Iterator[Terminal]:
    outside = {name: value for name, value in os.environ.items() if name[:6] != "SULUH_"}
    terminal = Terminal.of(
        {
            **outside,
            "SULUH_HOME": str(tmp_path / "home"),
            "SULUH_DATABASE_URL": database_url,
            "SULUH_BURST_WAIT": "0",
        }
    )
    yield terminal
    terminal.house.database.close()


only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


# Working on a conversation


def test_a_conversation_is_taken_answered_and_handed_back(terminal: Terminal) -> None:
    terminal.desk.hears(STORY)
    handoff = terminal.desk.called()
    line = terminal.gets("list")
    assert line.split() == [handoff.id, "darurat", "level", "telegram", "waits", "0", "min"]
    shown = terminal.does("Sari", "take", handoff.id)
    assert [line.partition(",")[0] for line in shown.splitlines()] == [
        "[person", "[bot", "[person", "[bot",
    ]  # fmt: skip
    assert STORY in shown
    assert "held by Sari until" in terminal.gets("list")
    assert terminal.does("Sari", "say", handoff.id, lines=("Kamu di mana?",)) == ""
    assert terminal.desk.said(handoff)[-1] == "Petugas: Kamu di mana?"
    terminal.desk.hears("di Pekik Nyaring")
    assert terminal.does("Sari", "note", handoff.id, lines=("polsek ditelepon",)) == ""
    *_, asked, answered, noted = terminal.does("Sari", "read", handoff.id).splitlines()
    assert asked.startswith("[staff, ")
    assert asked.endswith("] Kamu di mana?  (due)")
    assert answered.endswith("] di Pekik Nyaring")
    assert noted.startswith("[note, ")
    back = ("back", handoff.id, "--by", "Sari")
    code, out, err = terminal.types(*back, lines=(PASSWORD, "besok ke polsek"))
    assert (code, out, err) == (0, "", "The assistant answers again.\n")
    assert terminal.types("list") == (0, "", f"{NOBODY}\n")
    terminal.desk.hears("terima kasih")
    assert terminal.desk.said(handoff)[-1] == "bot: terima kasih"
    # What was agreed is there for whoever looks next, and the person did not read it.
    assert "besok ke polsek" in terminal.does("Budi", "read", handoff.id)
    assert not [text for text in terminal.desk.said(handoff) if "polsek" in text]


@only_sqlite
def test_who_waits_stands_before_who_is_answered_and_no_word_is_shown(terminal: Terminal) -> None:
    wish = terminal.desk.called("petugas", "0812-0000-0002")
    held = terminal.held()
    assert [line.split()[0] for line in terminal.gets("list").splitlines()] == [wish.id, held.id]
    first, second = map(json.loads, terminal.gets("list", "--json").splitlines())
    assert first.pop("opened")[:3] == "202"
    assert first == {
        "id": wish.id, "level": "biasa", "reason": "wish", "channel": "telegram",
        "state": "waiting", "held_by": None, "held_until": None, "offered_to": None,
        "cries": False, "erases": False,
    }  # fmt: skip
    assert (second["id"], second["state"], second["held_by"]) == (held.id, "held", "Sari")
    assert second["held_until"] > second["opened"]
    assert terminal.gets("list", "--json").count(CRY) == 0


@only_sqlite
def test_an_empty_queue_is_no_line_of_json(terminal: Terminal) -> None:
    assert terminal.types("list", "--json") == (0, "", "")


@only_sqlite
def test_files_and_places_are_told_in_a_line_and_as_json(terminal: Terminal) -> None:
    handoff = terminal.held()
    photo = Attachment("photo", "image/jpeg", "f1")
    terminal.desk.hears("ini rumahnya", attachments=(photo,))
    terminal.desk.hears("", location=Location(-3.7, 102.3))
    *_, told, place = terminal.does("Sari", "read", handoff.id).splitlines()
    assert told.endswith("] ini rumahnya [photo]")
    assert place.endswith("] [-3.7, 102.3]")
    *_, told, place = terminal.does("Sari", "read", handoff.id, "--json").splitlines()
    entry = json.loads(told)
    assert (entry["author"], entry["text"], entry["files"]) == ("person", "ini rumahnya", ["photo"])
    assert json.loads(place)["location"] == [-3.7, 102.3]


@only_sqlite
def test_a_colleague_takes_what_was_offered(terminal: Terminal) -> None:
    handoff = terminal.held()
    said = terminal.may_not("Budi", "take", handoff.id)
    assert said == "Error: Sari is answering already.\n"
    offer = ("transfer", handoff.id, "Budi", "--by", "Sari")
    code, out, err = terminal.types(*offer, lines=(PASSWORD,))
    assert (code, out, err) == (0, "", "Offered to Budi; you hold it until it is taken.\n")
    terminal.does("Sari", "say", handoff.id, lines=("rekan saya masuk",))
    terminal.does("Budi", "take", handoff.id)
    assert terminal.may_not("Sari", "say", handoff.id, lines=("masih saya",)) == NOT_HELD


@only_sqlite
def test_the_list_tells_who_has_it_to_whom_it_is_offered_and_what_waits(
    terminal: Terminal,
) -> None:
    handoff = terminal.held()
    terminal.does("Sari", "transfer", handoff.id, "Budi")
    assert terminal.gets("list").rstrip().endswith(", offered to Budi")
    terminal.desk.hears(CRY)
    assert "cries for help, not answered" in terminal.gets("list")
    terminal.does("Sari", "say", handoff.id, lines=("saya di sini",))
    assert "cries" not in terminal.gets("list")
    terminal.desk.hears("hapus data")
    assert "wants all deleted" in terminal.gets("list")
    back = ("back", handoff.id, "--by", "Sari")
    code, _, err = terminal.types(*back, lines=(PASSWORD, "besok ke polsek"))
    assert (code, "is deleted, as the person wanted" in err) == (0, True)
    assert terminal.does("Sari", "read", handoff.id) == ""


@only_sqlite
def test_who_stays_keeps_it_without_writing(terminal: Terminal) -> None:
    handoff = terminal.held()
    before = terminal.desk.said(handoff)
    terminal.desk.later(handoff, 200)
    was = terminal.desk.now(handoff).held_until
    terminal.does("Sari", "stay", handoff.id)
    now = terminal.desk.now(handoff).held_until
    assert was is not None
    assert now is not None
    assert now > was + 100_000
    assert terminal.desk.said(handoff) == before
    assert terminal.may_not("Budi", "stay", handoff.id) == NOT_HELD


@only_sqlite
def test_staff_call_somebody_again_who_was_handed_back(terminal: Terminal) -> None:
    handoff = terminal.held()
    terminal.does("Sari", "back", handoff.id, lines=("besok lagi",))
    again = terminal.does("Budi", "again", handoff.id, "--level", "tinggi").strip()
    assert again != handoff.id
    assert terminal.gets("list").split()[:3] == [again, "tinggi", "staff"]
    terminal.does("Budi", "take", again)
    # Somebody has it already: it is that one.
    assert terminal.does("Sari", "again", handoff.id).strip() == again


@only_sqlite
def test_it_is_offered_only_to_who_may_answer(terminal: Terminal) -> None:
    terminal.desk.member("Wati", "viewer")
    handoff = terminal.held()
    for name in ("Wati", "Tono"):
        assert "may answer" in terminal.may_not("Sari", "transfer", handoff.id, name)


@only_sqlite
def test_a_level_is_said_by_who_holds_it(terminal: Terminal) -> None:
    handoff = terminal.held()
    assert terminal.does("Sari", "level", handoff.id, "biasa") == ""
    assert terminal.gets("list").split()[1] == "biasa"
    assert terminal.may_not("Budi", "level", handoff.id, "tinggi") == NOT_HELD
    code, _, said = terminal.types("level", handoff.id, "gawat", "--by", "Sari")
    assert code == 2
    assert "darurat" in said


@only_sqlite
def test_nothing_is_done_with_what_is_not_in_the_queue(terminal: Terminal) -> None:
    for command, lines in BY_SOMEBODY:
        typed = [word.format(id="tidak-ada") for word in command]
        assert terminal.may_not("Sari", *typed, lines=lines) == UNKNOWN


@only_sqlite
def test_a_wrong_password_and_an_unknown_name_do_nothing(terminal: Terminal) -> None:
    handoff = terminal.desk.called()
    for command, lines in BY_SOMEBODY:
        typed = [word.format(id=handoff.id) for word in command]
        assert terminal.is_refused(*typed, "--by", "Sari", lines=(OTHER, *lines)) == WRONG
    take = ("take", handoff.id)
    assert terminal.is_refused(*take, "--by", "Tono", lines=(PASSWORD,)) == WRONG
    code, _, said = terminal.types(*take)
    assert code == 2
    assert "--by" in said
    assert terminal.desk.now(handoff) == handoff
    assert len(terminal.desk.queue()) == 1


@only_sqlite
def test_a_viewer_takes_and_reads_nothing(terminal: Terminal) -> None:
    terminal.desk.member("Wati", "viewer")
    handoff = terminal.desk.called()
    assert terminal.may_not("Wati", "take", handoff.id)
    terminal.does("Sari", "take", handoff.id)
    assert terminal.may_not("Wati", "read", handoff.id)


@only_sqlite
def test_what_was_handed_back_cannot_be_taken_again(terminal: Terminal) -> None:
    handoff = terminal.held()
    assert "Write something" in terminal.may_not("Sari", "back", handoff.id, lines=("",))
    terminal.does("Sari", "back", handoff.id, lines=("selesai",))
    assert "handed back already" in terminal.may_not("Sari", "take", handoff.id)
    assert "handed back already" in terminal.may_not("Sari", "say", handoff.id, lines=("halo",))


@only_sqlite
def test_input_that_ends_before_the_message_sends_nothing(terminal: Terminal) -> None:
    handoff = terminal.held()
    before = terminal.desk.said(handoff)
    said = terminal.may_not("Sari", "say", handoff.id)
    assert "ended where this was expected: Message to the person" in said
    assert terminal.desk.said(handoff) == before


@only_sqlite
@pytest.mark.parametrize(("text", "why"), [("", "Write something"), ("a" * 2_001, "at most")])
def test_an_empty_message_and_one_too_long_are_refused(
    terminal: Terminal, text: str, why: str
) -> None:
    handoff = terminal.held()
    for command in ("say", "note"):
        assert why in terminal.may_not("Sari", command, handoff.id, lines=(text,))


@only_sqlite
def test_who_said_stop_is_not_written_to(terminal: Terminal) -> None:
    handoff = terminal.held()
    terminal.desk.hears("STOP")
    for anyway in ((), ("--anyway",)):
        said = terminal.may_not("Sari", "say", handoff.id, *anyway, lines=("halo",))
        assert "asked for no more messages" in said


@only_sqlite
def test_who_may_be_watched_is_written_to_only_on_purpose(terminal: Terminal) -> None:
    handoff = terminal.held()
    with terminal.house.database.write() as connection:
        standing.keep_quiet(connection, handoff.conversation_id)
    said = terminal.may_not("Sari", "say", handoff.id, lines=("halo",))
    assert "somebody may be reading" in said
    terminal.does("Sari", "say", handoff.id, "--anyway", lines=("halo",))
    assert terminal.desk.said(handoff)[-1] == "Petugas: halo"


@only_sqlite
def test_whom_nothing_reaches_is_told_with_the_code(terminal: Terminal) -> None:
    handoff = terminal.held()
    with terminal.house.database.write() as connection:
        standing.set_unreachable(connection, handoff.conversation_id, "403")
    assert "code 403" in terminal.may_not("Sari", "say", handoff.id, lines=("halo",))


@only_sqlite
def test_no_secret_is_an_argument_and_what_is_typed_is_in_the_help(terminal: Terminal) -> None:
    assert "Standard input of what needs --by" in terminal.gets("--help")
    assert "standard input: its number" in terminal.gets("call", "--help")
    for (command, *_), _ in BY_SOMEBODY:
        assert "--password" not in terminal.gets(command, "--help")


# The office, and whom calls go to


@only_sqlite
def test_hours_and_holidays_are_set_and_taken_away(terminal: Terminal) -> None:
    days = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
    assert [line.split() for line in terminal.gets("office").splitlines()] == [
        [day, "closed"] for day in days
    ]
    terminal.gets("hours", "senin", "08:00", "16:00")
    terminal.gets("hours", "jumat", "8.30", "11.00")
    terminal.gets("holiday", "2026-12-25", "Natal")
    shown = terminal.gets("office").splitlines()
    assert shown[0] == "senin   08:00 to 16:00"
    assert shown[4] == "jumat   08:30 to 11:00"
    assert shown[-1] == "2026-12-25 closed"
    terminal.gets("hours", "senin", "09:00", "15:00")
    terminal.gets("hours", "jumat")
    terminal.gets("holiday", "2026-12-25")
    shown = terminal.gets("office").splitlines()
    assert shown[0] == "senin   09:00 to 15:00"
    assert [line.split()[1] for line in shown[1:]] == ["closed"] * 6


@only_sqlite
def test_hours_that_are_none_change_nothing(terminal: Terminal) -> None:
    terminal.gets("hours", "senin", "08:00", "16:00")
    for hours in (
        ("16:00", "08:00"), ("08:00", "08:00"), ("8", "16"), ("pagi", "sore"), ("08:00", "24:01"),
        ("08:60", "16:00"), ("08:00",),
    ):  # fmt: skip
        assert "two times such as 08:00 16:00" in terminal.is_refused("hours", "senin", *hours)
    assert terminal.gets("office").splitlines()[0] == "senin   08:00 to 16:00"


@only_sqlite
def test_days_that_are_none_are_told(terminal: Terminal) -> None:
    code, _, said = terminal.types("hours", "monday", "08:00", "16:00")
    assert code == 2
    assert "senin" in said
    for day in ("25-12-2026", "2026-02-30", "natal"):
        said = terminal.is_refused("holiday", day, "Natal")
        assert said == "Error: A day is written 2026-12-25.\n"


def test_telephones_and_mailboxes_are_listed_without_their_address(terminal: Terminal) -> None:
    terminal.gets("call", "duty", "Sari", lines=(PHONE,))
    terminal.gets("call", "duty", "Budi", lines=(" +6281200000002 ",))
    terminal.gets("call", "mail", "kantor", lines=(MAILBOX,))
    assert terminal.targets() == [("duty", 1, "Sari"), ("duty", 2, "Budi"), ("mail", 1, "kantor")]
    first, second, third = [line.split() for line in terminal.gets("office").splitlines()[7:]]
    assert (first[:3], second[:3], third[:3]) == (
        ["duty", "1", "Sari"], ["duty", "2", "Budi"], ["mail", "1", "kantor"],
    )  # fmt: skip
    assert terminal.gets("forget", first[3]) == ""
    terminal.gets("call", "duty", "Tono", lines=("+6281200000003",))
    assert terminal.targets() == [("duty", 2, "Budi"), ("duty", 3, "Tono"), ("mail", 1, "kantor")]
    with terminal.house.database.read() as connection:
        sealed = connection.execute(alert_targets.select()).all()
    assert not [row for row in sealed if b"628120000" in bytes(row.address_sealed)]


@only_sqlite
def test_a_telephone_is_written_with_its_country(terminal: Terminal) -> None:
    for number in ("0812-0000-0001", "081200000001", "+62 812", "+62x", "", "+1"):
        said = terminal.is_refused("call", "duty", "Sari", lines=(number,))
        assert said == "Error: A telephone is written +6281200000001.\n"
    assert terminal.targets() == []


@only_sqlite
def test_a_mailbox_has_one_at_sign_and_no_blank(terminal: Terminal) -> None:
    for mailbox in ("petugas", "a@b@example.org", "dua kata@example.org", "@", ""):
        assert "A mailbox is written" in terminal.is_refused("call", "mail", "x", lines=(mailbox,))
    assert terminal.targets() == []


@only_sqlite
def test_what_is_not_on_the_list_cannot_be_forgotten(terminal: Terminal) -> None:
    said = terminal.is_refused("forget", "tidak-ada")
    assert said == "Error: There is no such telephone or mailbox; see: suluh desk office\n"


@only_sqlite
def test_other_ways_are_not_on_a_list(terminal: Terminal) -> None:
    code, _, said = terminal.types("call", "group", "Sari")
    assert code == 2
    assert "duty" in said
