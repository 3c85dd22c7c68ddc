"""`suluh doctor` says whether staff can be called, as a command, against the doubles."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot import settings as settings_module
from bot.conversation.takeover import calls, schedule
from bot.conversation.takeover.ladder import DUTY, MAIL
from bot.privacy import staff
from suluh.wiring import House
from tests.doubles.mail import USER, MailDouble
from tests.doubles.telegram import TelegramDouble
from tests.doubles.twilio import TwilioDouble

ROOT = Path(__file__).resolve().parents[2]
GROUP, OFFICER = -1000000000001, 7001
PASSWORD = "lampu minyak di teras"
PHONE, MAILBOX = "+6281200000001", "petugas@example.org"

Environment = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    outside = {name: value for name, value in os.environ.items() if name[:6] != "SULUH_"}
    return {
        **outside,
        "SULUH_HOME": str(tmp_path / "home"),
        "SULUH_MODEL_DIR": str(tmp_path / "model"),
    }


@pytest.fixture
def house(environment: Environment) -> Iterator[House]:
    house = House.prepare(settings_module.load(environment))
    yield house
    house.database.close()


@pytest.fixture
def desk(house: House, quick_hashes: None) -> House:
    """The same, with somebody at the desk."""
    staff.add(house.database, "Sari", "admin", PASSWORD)
    return house


def _listed(house: House, way: str, *addresses: str) -> None:
    with house.database.write() as connection:
        for address in addresses:
            calls.add_target(connection, house.sealer, way, "piket", address)


def _findings(environment: Environment, **settings: str) -> dict[str, str]:
    """What the doctor says, by what it looked at: "ok ..." or "MEND ..."."""
    finished = subprocess.run(
        [sys.executable, "-m", "suluh", "doctor"],
        env={**environment, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
    )
    assert "Traceback" not in finished.stderr
    assert not any(secret in finished.stdout for secret in (PHONE, MAILBOX, "rahasia", ":TEST"))
    found = {}
    for line in finished.stdout.splitlines():
        sign, what, detail = line[:4].strip(), *line[6:].split(": ", 1)
        assert what not in found
        found[what] = f"{sign} {detail}"
    return found


def _telegram(double: TelegramDouble) -> dict[str, str]:
    return {
        "SULUH_TELEGRAM_TOKEN": double.token,
        "SULUH_TELEGRAM_API_URL": double.url,
        "SULUH_TELEGRAM_STAFF_GROUP": str(GROUP),
    }


def _twilio(double: TwilioDouble) -> dict[str, str]:
    return {
        "SULUH_TWILIO_ACCOUNT_SID": double.account_sid,
        "SULUH_TWILIO_AUTH_TOKEN": double.auth_token,
        "SULUH_TWILIO_API_URL": double.url,
        "SULUH_SMS_NUMBER": double.sender("sms"),
    }


def _mail(double: MailDouble, url: str | None = None) -> dict[str, str]:
    return {"SULUH_SMTP_URL": url or double.url, "SULUH_MAIL_FROM": "suluh@example.org"}


def test_before_there_is_a_desk_nothing_of_it_is_to_be_mended(
    environment: Environment, house: House
) -> None:
    found = _findings(environment)
    assert found["staff group"].startswith("ok not set")
    assert found["duty telephones"] == "ok nobody is called before there is a desk"
    assert found["staff mail"].startswith("ok not set")
    assert found["office hours"].startswith("ok not set")
    assert "suluh desk hours" in found["office hours"]


def test_a_desk_that_nobody_can_be_called_to_at_night_is_to_be_mended(
    environment: Environment, desk: House
) -> None:
    found = _findings(environment)["duty telephones"]
    assert found == "MEND nobody can be called at night. Run: suluh desk call duty NAME"


def test_a_list_without_the_means_to_call_it_calls_nobody(
    environment: Environment, desk: House
) -> None:
    _listed(desk, DUTY, PHONE)
    _listed(desk, MAIL, MAILBOX)
    found = _findings(environment)
    assert found["duty telephones"].startswith("MEND 1 on the list")
    assert "SULUH_SMS_NUMBER" in found["duty telephones"]
    assert found["staff mail"].startswith("MEND mailboxes on the list: 1")
    assert "SULUH_SMTP_URL" in found["staff mail"]


def test_all_is_well_where_everybody_can_be_called(environment: Environment, desk: House) -> None:
    _listed(desk, DUTY, PHONE, "+6281200000002")
    _listed(desk, MAIL, MAILBOX)
    with desk.database.write() as connection:
        for day in range(5):
            schedule.set_hours(connection, day, "08:00", "16:00")
        schedule.add_holiday(connection, date(2026, 12, 25), "Natal")
    with TelegramDouble() as telegram, TwilioDouble() as twilio, MailDouble() as mail:
        group = telegram.group(GROUP, "Petugas Contoh")
        group.adds_bot(telegram.person(OFFICER))
        found = _findings(environment, **_telegram(telegram), **_twilio(twilio), **_mail(mail))
        number = twilio.sender("sms")
        assert found["staff group"] == 'ok the bot may write in "Petugas Contoh"'
        assert found["duty telephones"] == f"ok 2 on the list; SMS leave from {number}"
        assert found["staff mail"].startswith("ok mailboxes on the list: 1; ")
        assert found["staff mail"].endswith("answers and lets us in")
        assert found["office hours"] == "ok open on 5 days of the week; holidays: 1"
        # Nobody heard of it.
        assert (group.received, mail.taken) == ([], [])
        assert [call for call in twilio.calls if call.method != "GET"] == []


def test_what_refuses_is_named_one_line_each(environment: Environment, desk: House) -> None:
    _listed(desk, DUTY, PHONE)
    with TelegramDouble() as telegram, TwilioDouble() as twilio, MailDouble() as mail:
        twilio.suspends()
        wrong = mail.url_with(f"{USER}:rahasia-salah@")
        found = _findings(
            environment, **_telegram(telegram), **_twilio(twilio), **_mail(mail, wrong)
        )
    assert found["staff group"].startswith("MEND The bot knows no group of this number")
    assert found["duty telephones"].startswith("MEND The account at Twilio is suspended")
    assert "refuses the name or the password" in found["staff mail"]


def test_a_mail_server_without_a_mailbox_calls_nobody(
    environment: Environment, desk: House
) -> None:
    with MailDouble() as mail:
        found = _findings(environment, **_mail(mail))
    assert found["staff mail"].startswith("MEND the server is well, but no mailbox")
