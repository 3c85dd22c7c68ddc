"""`suluh tip` as a member of staff types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot import settings as settings_module
from bot.attachments import file_keys, store
from bot.attachments.intake import Intake
from bot.conversation.messages import Attachment, Inbound
from bot.privacy import staff
from bot.storage.tables import tips
from bot.tips import filing, follow_up
from bot.tips.filing import Filed
from bot.triage import levels
from suluh.tip_commands import NOTHING
from suluh.wiring import House
from tests.bot.attachments import samples
from tests.bot.tips.house import STORY
from tests.bot.tips.house import House as Desk

ROOT = Path(__file__).resolve().parents[2]
PASSWORD, OTHER = "lampu minyak di teras", "perahu kayu di muara"
QUESTION = "Apakah mereka masih di sana?"
UNKNOWN = "Error: There is no such report; see: suluh tip list\n"
WRONG = "Error: The name or the password is wrong.\n"


@dataclass
class Office:
    """An installation with Sari, an admin, and Tono, a viewer, and one report."""

    environment: dict[str, str]
    house: House
    desk: Desk
    filed: Filed = field(repr=False)

    @classmethod
    def of(cls, environment: dict[str, str]) -> Office:
        house = House.prepare(settings_module.load(environment))
        desk = Desk.of(house.vault, house.inbox)
        staff.add(house.database, "Tono", "viewer", OTHER, by=desk.member)
        return cls(environment, house, desk, desk.sent())

    @property
    def tip(self) -> str:
        return self.filed.tip_id

    def types(self, *arguments: str, lines: tuple[str, ...] = ()) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of `suluh tip ...`."""
        finished = subprocess.run(
            [sys.executable, "-m", "suluh", "tip", *arguments],
            input="".join(f"{line}\n" for line in lines).encode(),
            env=self.environment,
            capture_output=True,
            timeout=120,
            check=False,
            cwd=ROOT,
        )
        out, err = finished.stdout.decode(errors="replace"), finished.stderr.decode()
        assert PASSWORD not in out + err
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
        assert all(word not in err for word in ("gudang", "Contoh", "81200000001"))
        return err

    def state(self) -> str:
        return str(self.desk.row(self.tip).state)

    def messages(self) -> list[str]:
        """What the reporter reads with the receipt."""
        key = self.desk.private_key(self.filed)
        return [text for _, text in follow_up.messages(self.house.vault, self.tip, key)]


@pytest.fixture
def office(tmp_path: Path, database_url: str, quick_hashes: None) -> Iterator[Office]:
    outside = {name: value for name, value in os.environ.items() if name[:6] != "SULUH_"}
    office = Office.of(
        {**outside, "SULUH_HOME": str(tmp_path / "home"), "SULUH_DATABASE_URL": database_url}
    )
    yield office
    office.house.database.close()


only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_report_is_worked_on_from_the_command_line(office: Office) -> None:
    line = office.gets("list").strip()
    assert line.split()[:3] == [office.tip, "tinggi", "new"]
    assert "gudang" not in line
    shown = office.gets("show", office.tip, "--by", "Sari", lines=(PASSWORD,))
    assert "> ada lima perempuan di gudang kopra" in shown.splitlines()
    assert "jumlah: 5" in shown.splitlines()
    assert office.state() == filing.READ
    assert office.gets("state", office.tip, "working") == ""
    assert office.state() == filing.WORKING
    assert office.gets("say", office.tip, "--by", "Sari", lines=(PASSWORD, QUESTION)) == ""
    assert office.messages() == [QUESTION]
    office.desk.adds(office.filed, "masih di sana")
    shown = office.gets("show", office.tip, "--by", "Sari", lines=(PASSWORD,))
    assert f"] {QUESTION}" in shown
    assert "] masih di sana" in shown
    assert shown.index(QUESTION) < shown.index("masih di sana")


def test_a_wrong_password_and_an_unknown_name_open_nothing(office: Office) -> None:
    for command in (("show", office.tip), ("say", office.tip), ("file", office.tip, "1", "-")):
        assert office.is_refused(*command, "--by", "Sari", lines=(OTHER, QUESTION)) == WRONG
    by_nobody = ("show", office.tip, "--by", "Budi")
    assert office.is_refused(*by_nobody, lines=(PASSWORD,)) == WRONG
    assert office.state() == filing.NEW
    assert office.messages() == []


def test_a_viewer_sees_the_list_and_opens_nothing(office: Office) -> None:
    for command in (("show", office.tip), ("file", office.tip, "1", "-")):
        said = office.is_refused(*command, "--by", "Tono", lines=(OTHER,))
        assert said.startswith("Error: ")
        assert said.count("\n") == 1
    assert office.state() == filing.NEW


@only_sqlite
def test_a_report_that_does_not_exist_is_told_in_one_sentence(office: Office) -> None:
    by = ("--by", "Sari")
    assert office.is_refused("show", "tidak-ada", *by, lines=(PASSWORD,)) == UNKNOWN
    assert office.is_refused("say", "tidak-ada", *by, lines=(PASSWORD, QUESTION)) == UNKNOWN
    assert office.is_refused("file", "tidak-ada", "1", "-", *by, lines=(PASSWORD,)) == UNKNOWN
    assert office.is_refused("state", "tidak-ada", "read") == UNKNOWN
    assert office.is_refused("hold", "tidak-ada") == UNKNOWN


@only_sqlite
def test_the_list_for_machines_says_the_same(office: Office) -> None:
    with office.house.database.write() as connection:
        connection.execute(update(tips).values(filed_at=1_795_240_800_000))
    (line,) = office.gets("list", "--json").splitlines()
    listed = json.loads(line)
    kept_until = listed.pop("kept_until")
    assert listed == {
        "id": office.tip,
        "state": "new",
        "level": "tinggi",
        # Of Bengkulu.
        "filed": "2026-11-21 13:00",
        "held": False,
        "matches": 0,
    }
    assert kept_until > listed["filed"]


@only_sqlite
def test_the_gravest_stands_first_with_what_is_like_it(office: Office) -> None:
    draft = STORY.with_facts({"jumlah": 9})
    urgent = office.desk.sent(
        type(draft)(**{**vars(draft), "level": levels.URGENT}),
        office.desk.conversation("0812-0000-0002"),
    )
    lines = office.gets("list").splitlines()
    assert [line.split()[0] for line in lines] == [urgent.tip_id, office.tip]
    assert all("1 like it" in line for line in lines)


@only_sqlite
def test_an_opened_report_for_machines(office: Office) -> None:
    office.gets("say", office.tip, "--by", "Sari", lines=(PASSWORD, QUESTION))
    shown: dict[str, Any] = json.loads(
        office.gets("show", office.tip, "--by", "Sari", "--json", lines=(PASSWORD,))
    )
    assert shown["words"] == list(STORY.words)
    assert shown["fields"]["pelaku"] == STORY.fields["pelaku"]
    assert (shown["channel"], shown["files"]) == ("sms", [])
    (entry,) = shown["entries"]
    assert (entry["author"], entry["text"], entry["read"]) == ("staff", QUESTION, False)


@only_sqlite
def test_without_reports_the_list_says_so_and_stays_empty_for_machines(office: Office) -> None:
    with office.house.database.write() as connection:
        connection.execute(tips.delete())
    assert office.types("list") == (0, "", f"{NOTHING}\n")
    assert office.types("list", "--json") == (0, "", "")


@only_sqlite
def test_a_report_is_held_and_released(office: Office) -> None:
    assert office.gets("hold", office.tip) == ""
    assert office.gets("list").strip().endswith("held")
    assert office.gets("hold", office.tip, "--release") == ""
    assert "held" not in office.gets("list")


@only_sqlite
def test_what_the_reporter_withdrew_is_not_shown_even_while_it_is_held(office: Office) -> None:
    office.gets("hold", office.tip)
    office.desk.do(follow_up.withdraw(office.tip))
    for command, lines in (
        (("show", office.tip, "--by", "Sari"), (PASSWORD,)),
        (("file", office.tip, "1", "-", "--by", "Sari"), (PASSWORD,)),
        (("say", office.tip, "--by", "Sari"), (PASSWORD, QUESTION)),
        (("state", office.tip, "closed"), ()),
    ):
        assert "withdrawn" in office.is_refused(*command, lines=lines)


@only_sqlite
@pytest.mark.parametrize("state", ["new", "unfinished", "withdrawn", "lain"])
def test_only_four_states_can_be_given(office: Office, state: str) -> None:
    code, _, said = office.types("state", office.tip, state)
    assert code == 2
    assert "working" in said
    assert office.state() == filing.NEW


@only_sqlite
@pytest.mark.parametrize("text", ["", "a" * 2_001])
def test_an_empty_message_and_one_too_long_are_refused(office: Office, text: str) -> None:
    by = ("say", office.tip, "--by", "Sari")
    assert office.is_refused(*by, lines=(PASSWORD, text)).startswith("Error: ")
    assert office.messages() == []


@only_sqlite
def test_no_secret_is_an_argument_and_what_is_typed_is_in_the_help(office: Office) -> None:
    for command in ("list", "show", "file", "say", "state", "hold"):
        shown = office.gets(command, "--help")
        assert "--password" not in shown
        assert ("Standard input:" in shown) is (command in ("show", "file", "say"))


@only_sqlite
def test_who_reads_must_be_named(office: Office) -> None:
    for command in (("show", office.tip), ("say", office.tip), ("file", office.tip, "1", "-")):
        code, _, said = office.types(*command)
        assert code == 2
        assert "--by" in said


def _with_files(office: Office, *plain: bytes) -> Filed:
    """A report with files that were fetched."""
    files = tuple(
        Attachment("document", "application/pdf", f"berkas-{number}", 9)
        for number in range(len(plain))
    )
    inbound = Inbound("telegram", "1001", "b1", attachments=files)
    whose = office.house.inbox.accept(inbound).conversation_id
    for one in plain:
        _fetched(office, one)
    return office.desk.sent(whose=whose)


def _fetched(office: Office, plain: bytes) -> None:
    claim = store.claim_next(office.house.database, ["telegram"])
    assert claim is not None
    key = file_keys.new()
    intake = Intake(key, claim.id)
    chunks = [*intake.feed(plain), *intake.finish()]
    assert store.write_chunks(office.house.database, claim, 0, chunks)
    with office.house.database.write() as connection:
        assert store.lock_conversation(connection, claim)
        assert store.is_held(connection, claim)
        store.keep(
            connection, office.house.sealer, claim, key,
            media_type="application/pdf", size=len(plain),
        )  # fmt: skip


def test_a_file_is_written_as_it_was_sent(office: Office, tmp_path: Path) -> None:
    plain = (samples.PDF + bytes(300_000), samples.PDF + b"dua", samples.PDF + b"tiga!")
    filed = _with_files(office, *plain)
    shown = office.gets("show", filed.tip_id, "--by", "Sari", lines=(PASSWORD,)).splitlines()
    for number, one in enumerate(plain, 1):
        assert f"file {number}: document, application/pdf, {len(one)} bytes" in shown
    target = tmp_path / "berkas.pdf"
    by = ("--by", "Sari")
    for number, one in enumerate(plain[:2], 1):
        command = ("file", filed.tip_id, str(number), str(target), *by)
        assert office.gets(*command, lines=(PASSWORD,)) == ""
        assert target.read_bytes() == one
    for wrong in ("0", "4"):
        said = office.is_refused("file", filed.tip_id, wrong, "-", *by, lines=(PASSWORD,))
        assert said == "Error: This report has 3 files.\n"


@only_sqlite
def test_a_refusal_leaves_the_file_on_the_disk_as_it_was(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "berkas.pdf"
    target.write_bytes(b"dari kemarin")
    command = ("file", office.tip, "1", str(target), "--by", "Sari")
    office.is_refused(*command, lines=(OTHER,))
    office.is_refused(*command, lines=(PASSWORD,))
    assert target.read_bytes() == b"dari kemarin"
