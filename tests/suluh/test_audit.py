"""`suluh audit` as an operator types it, and the trail that the terminal leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import settings as settings_module
from bot.privacy.audit import telling
from suluh.wiring import House
from tests.bot.tips.house import House as Desk

ROOT = Path(__file__).resolve().parents[2]
PASSWORD, OTHER = "lampu minyak di teras", "perahu kayu di muara"


class Office:
    """An installation with one admin."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        assert self.types("migrate")[0] == 0
        self.gets("staff", "add", "Sari", "--role", "admin", lines=[PASSWORD])
        settings = settings_module.load(environment)
        self.house = House.open(settings)

    def types(self, *arguments: str, lines: Sequence[str] = ()) -> tuple[int, str, str]:
        """Exit code, standard output and error."""
        finished = subprocess.run(
            [sys.executable, "-m", "suluh", *arguments],
            input="".join(f"{line}\n" for line in lines),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=ROOT,
        )
        assert "Traceback" not in finished.stderr
        return finished.returncode, finished.stdout, finished.stderr

    def gets(self, *arguments: str, lines: Sequence[str] = ()) -> str:
        code, out, error = self.types(*arguments, lines=lines)
        assert code == 0, error
        return out

    def does(self, statement: str) -> None:
        """As somebody with a shell of the database does it."""
        with self.house.database.claim() as connection:
            connection.execute(text(statement))

    def acts(self, *options: str) -> list[str]:
        """What was done, without number and time; in order."""
        lines = self.gets("audit", "list", *options).splitlines()
        return [" ".join(line.split("  ")[-2:]) for line in lines]


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Office:
    outside = {name: value for name, value in os.environ.items() if name[:6] != "SULUH_"}
    return Office({**outside, "SULUH_HOME": str(tmp_path), "SULUH_DATABASE_URL": database_url})


def test_what_is_done_in_the_terminal_is_listed_with_who_did_it(office: Office) -> None:
    office.gets(
        "staff", "add", "Budi", "--role", "officer", "--by", "Sari", lines=[PASSWORD, OTHER]
    )
    tip = Desk(office.house.vault, office.house.inbox, None).sent().tip_id  # type: ignore[arg-type]
    office.gets("tip", "show", tip, "--by", "Budi", lines=[OTHER])
    office.gets("tip", "state", tip, "working")
    office.gets("tip", "hold", tip)
    office.types("tip", "show", tip, "--by", "Budi", lines=["salah semua ini"])
    assert office.acts()[:4] == [
        "terminal server menambah Sari sebagai admin",
        "terminal server membuat kunci pemulihan baru",
        "terminal server mengganti kunci meja",
        "Sari memberi kata sandi yang benar",
    ]
    assert office.acts("--staff", "budi") == [
        "Budi memberi kata sandi yang benar",
        f"Budi membuka laporan {tip}",
        f"Budi mengubah laporan {tip} menjadi: sudah dibaca",
    ]
    assert office.acts()[-3:] == [
        f"terminal server mengubah laporan {tip} menjadi: sedang dikerjakan",
        f"terminal server menahan laporan {tip} supaya tidak dihapus",
        "tidak dikenal gagal masuk, 1 kali",
    ]
    assert office.acts("--since", "2020-01-01") == office.acts()
    assert office.acts("--since", "2999-01-01") == []


def test_a_chain_that_holds_is_told_with_exit_code_0(office: Office) -> None:
    assert office.gets("audit", "verify") == "Utuh: 3 catatan, sampai nomor 3.\n"
    head = office.gets("audit", "head").strip()
    assert head.startswith("3-")
    office.gets("staff", "rotate")
    assert office.gets("audit", "verify", "--head", head) == "Utuh: 4 catatan, sampai nomor 4.\n"


def test_a_broken_one_is_told_with_exit_code_1_and_what_to_do(office: Office) -> None:
    for _ in range(4):
        office.gets("staff", "rotate")
    office.does("UPDATE audit SET actor = 'system' WHERE seq = 2")
    office.does("DELETE FROM audit WHERE seq = 5")
    code, out, error = office.types("audit", "verify")
    assert code == 1
    assert out.splitlines() == ["Nomor 2: isinya diubah sesudah ditulis.", "Nomor 5 hilang."]
    assert "2 hal tidak cocok" in error
    assert "Jangan hapus apa pun" in error


def test_an_end_that_was_cut_off_is_told_with_what_was_kept(office: Office) -> None:
    head = office.gets("audit", "head").strip()
    office.does("DELETE FROM audit WHERE seq > 1")
    assert office.types("audit", "verify")[0] == 0
    code, out, _ = office.types("audit", "verify", "--head", head)
    assert code == 1
    assert "Ujung jejak dipotong" in out


def test_an_empty_trail_says_so(office: Office) -> None:
    office.does("DELETE FROM audit")
    assert "belum ada catatan" in office.gets("audit", "verify")
    assert office.acts() == []


def test_what_was_mistyped_is_told_in_words(office: Office) -> None:
    for arguments, said in (
        (("verify", "--head", "abc"), "suluh audit head"),
        (("list", "--since", "kemarin"), telling.result("hari")),
        (("list", "--staff", "Tidak Ada"), "suluh staff list"),
    ):
        code, _, error = office.types("audit", *arguments)
        assert code == 1
        assert said in error
