"""`suluh channels setup` and `suluh doctor`, as commands, against the doubles."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doubles.telegram import TelegramDouble
from tests.doubles.twilio import TwilioDouble

PUBLIC = "https://suluh.contoh.id"


@pytest.fixture
def environment(tmp_path: Path, model_dir: Path) -> dict[str, str]:
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("SULUH_")},
        "SULUH_HOME": str(tmp_path / "home"),
        "SULUH_MODEL_DIR": str(model_dir),
    }
    assert _suluh(environment, "migrate")[0] == 0
    return environment


def _suluh(environment: dict[str, str], *words: str) -> tuple[int, str]:
    finished = subprocess.run(
        [sys.executable, "-m", "suluh", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return finished.returncode, finished.stdout + finished.stderr


def _telegram(environment: dict[str, str], double: TelegramDouble) -> dict[str, str]:
    return {
        **environment,
        "SULUH_TELEGRAM_TOKEN": double.token,
        "SULUH_TELEGRAM_API_URL": double.url,
    }


def _twilio(environment: dict[str, str], double: TwilioDouble) -> dict[str, str]:
    return {
        **environment,
        "SULUH_PUBLIC_URL": PUBLIC,
        "SULUH_TWILIO_ACCOUNT_SID": double.account_sid,
        "SULUH_TWILIO_AUTH_TOKEN": double.auth_token,
        "SULUH_TWILIO_API_URL": double.url,
        "SULUH_WHATSAPP_NUMBER": double.sender("whatsapp"),
        "SULUH_SMS_NUMBER": double.sender("sms"),
    }


def test_without_a_channel_it_is_said_what_to_set(environment: dict[str, str]) -> None:
    code, said = _suluh(environment, "channels", "setup")
    assert code == 1
    assert "SULUH_TELEGRAM_TOKEN" in said
    assert "Traceback" not in said


def test_telegram_is_registered_and_then_green(environment: dict[str, str]) -> None:
    with TelegramDouble() as double:
        here = {**_telegram(environment, double), "SULUH_PUBLIC_URL": PUBLIC}
        _, before = _suluh(here, "doctor")
        assert "MEND  telegram" in before
        assert "suluh channels setup" in before
        code, said = _suluh(here, "channels", "setup")
        assert code == 0, said
        assert double.webhook_url == f"{PUBLIC}/telegram"
        assert "ok    telegram: @suluh_uji_bot answers, by webhook" in _suluh(here, "doctor")[1]


def test_a_revoked_token_is_no_green_light(environment: dict[str, str]) -> None:
    with TelegramDouble() as double:
        here = {**_telegram(environment, double), "SULUH_TELEGRAM_TOKEN": "100:DICABUT"}
        _, said = _suluh(here, "doctor")
    assert "MEND  telegram: Telegram does not know the token" in said
    assert "DICABUT" not in said


def test_a_provider_that_cannot_be_reached_is_named(environment: dict[str, str]) -> None:
    with TelegramDouble() as double:
        here = _telegram(environment, double)
    _, said = _suluh(here, "doctor")
    assert "MEND  telegram" in said
    assert "Traceback" not in said
    assert "100:TEST" not in said


def test_sms_is_registered_and_whatsapp_says_what_is_left_to_do(
    environment: dict[str, str],
) -> None:
    with TwilioDouble() as double:
        here = _twilio(environment, double)
        code, said = _suluh(here, "channels", "setup")
        assert code == 0, said
        assert f"{PUBLIC}/twilio/pesan" in said
        assert "SULUH_WHATSAPP_REOPEN_SID" in said
        found = _suluh(here, "doctor")[1]
    assert "ok    whatsapp" in found
    assert "ok    sms" in found


def test_one_channel_that_refuses_does_not_keep_the_others_from_it(
    environment: dict[str, str],
) -> None:
    with TelegramDouble() as telegram, TwilioDouble() as twilio:
        here = _telegram(_twilio(environment, twilio), telegram)
        code, said = _suluh({**here, "SULUH_TWILIO_AUTH_TOKEN": "salah" * 6}, "channels", "setup")
        assert code == 1
        assert "ok    telegram" in said
        assert "MEND  sms" in said
        assert "salah" not in said
