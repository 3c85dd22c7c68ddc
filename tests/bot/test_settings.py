from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings
from bot.errors import OperatorError
from bot.settings import Settings, SettingsError


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without a `.env`, in an environment without `SULUH_*`."""
    monkeypatch.setattr(settings, "PROJECT_ROOT", tmp_path)
    for name in ("HOME", "DATABASE_URL", "PUBLIC_URL", "MODEL_DIR", "LOG"):
        monkeypatch.delenv(f"SULUH_{name}", raising=False)
    for name in ("BURST_WAIT", "BURST_LIMIT", "CLAIM_SECONDS"):
        monkeypatch.delenv(f"SULUH_{name}", raising=False)
    return tmp_path


def test_nothing_has_to_be_set(elsewhere: Path) -> None:
    read = settings.load()
    assert read == Settings(
        home=elsewhere / "var",
        database_url=f"sqlite:///{elsewhere / 'var' / 'suluh.db'}",
        public_url=None,
        model_dir=elsewhere / "var" / "model",
    )
    assert read.uses_sqlite


def test_all_state_is_under_the_home_folder(tmp_path: Path) -> None:
    read = settings.load({"SULUH_HOME": str(tmp_path / "rumah")})
    places = [read.keys_dir, read.metrics_dir, read.model_dir]
    assert all(place.is_relative_to(tmp_path / "rumah") for place in places)
    assert len(set(places)) == len(places)
    assert str(tmp_path / "rumah") in read.database_url


def test_a_relative_home_is_the_same_folder_wherever_the_command_is_given(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a second, empty installation would come into being."""
    (elsewhere / "desa").mkdir()
    for folder in (elsewhere, elsewhere / "desa"):
        monkeypatch.chdir(folder)
        assert settings.load({"SULUH_HOME": "data"}).home == elsewhere / "data"
        assert settings.load({}).home == elsewhere / "var"


def test_a_tilde_in_the_home_is_the_home_of_the_user(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(elsewhere / "siti"))
    assert settings.load({"SULUH_HOME": "~/suluh"}).home == elsewhere / "siti" / "suluh"


def test_the_dotenv_file_of_the_project_is_read(elsewhere: Path) -> None:
    (elsewhere / ".env").write_text(
        "SULUH_PUBLIC_URL=https://suluh.example.id\nSULUH_BURST_WAIT=0.2\n# catatan\nSULUH_LOG\n"
    )
    read = settings.load()
    assert read.public_url == "https://suluh.example.id"
    assert read.burst_wait == 0.2


def test_the_environment_wins_over_the_dotenv_file(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / ".env").write_text("SULUH_BURST_WAIT=0.2\nSULUH_LOG=json\n")
    monkeypatch.setenv("SULUH_BURST_WAIT", "0.7")
    read = settings.load()
    assert read.burst_wait == 0.7
    assert read.log_json


@pytest.mark.parametrize("name", ["SULUH_DATABASE_URL", "SULUH_PUBLIC_URL", "SULUH_MODEL_DIR"])
def test_an_empty_variable_counts_as_not_set(elsewhere: Path, name: str) -> None:
    assert settings.load({name: ""}) == settings.load({})


def test_postgresql_is_not_taken_for_sqlite() -> None:
    read = settings.load({"SULUH_DATABASE_URL": "postgresql+psycopg2://suluh@db/suluh"})
    assert read.database_url == "postgresql+psycopg2://suluh@db/suluh"
    assert not read.uses_sqlite


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("SULUH_BURST_WAIT", "burst_wait"),
        ("SULUH_BURST_LIMIT", "burst_limit"),
        ("SULUH_CLAIM_SECONDS", "claim_seconds"),
    ],
)
@pytest.mark.parametrize(("raw", "seconds"), [("0", 0.0), ("1", 1.0), ("2.5", 2.5)])
def test_seconds_are_read_as_numbers(name: str, attribute: str, raw: str, seconds: float) -> None:
    assert getattr(settings.load({name: raw}), attribute) == seconds


@pytest.mark.parametrize("name", ["SULUH_BURST_WAIT", "SULUH_BURST_LIMIT", "SULUH_CLAIM_SECONDS"])
@pytest.mark.parametrize("raw", ["sebentar", "", "0,35", "1s", "-1", "-0.01"])
def test_a_malformed_number_is_refused_by_name(name: str, raw: str) -> None:
    with pytest.raises(SettingsError, match=name):
        settings.load({name: raw})


@pytest.mark.parametrize("name", ["SULUH_BURST_WAIT", "SULUH_BURST_LIMIT", "SULUH_CLAIM_SECONDS"])
@pytest.mark.parametrize("raw", ["nan", "inf"])
def test_a_wait_that_would_never_end_is_refused(name: str, raw: str) -> None:
    with pytest.raises(SettingsError, match=name):
        settings.load({name: raw})


def test_a_settings_error_is_one_the_operator_can_mend() -> None:
    # The command line shows an OperatorError without a traceback.
    assert issubclass(SettingsError, OperatorError)


@pytest.mark.parametrize(("raw", "as_json"), [("json", True), ("text", False), ("", False)])
def test_logs_are_json_only_when_asked_for(raw: str, as_json: bool) -> None:
    assert settings.load({"SULUH_LOG": raw}).log_json is as_json


def test_settings_do_not_change_while_the_program_runs() -> None:
    read = settings.load({})
    with pytest.raises(AttributeError):
        read.burst_wait = 9.0  # type: ignore[misc]


def test_the_project_root_holds_the_configuration_of_rasa() -> None:
    assert (settings.PROJECT_ROOT / "config.yml").is_file()


TWILIO = {
    "SULUH_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "SULUH_TWILIO_AUTH_TOKEN": "rahasia",
    "SULUH_SMS_NUMBER": "+62 811-0000-0001",
}


def test_without_their_variables_there_are_no_channels() -> None:
    read = settings.load({})
    assert (read.telegram, read.twilio) == (None, None)


def test_telegram_needs_a_token_and_nothing_else() -> None:
    read = settings.load({"SULUH_TELEGRAM_TOKEN": "100:UJI"})
    assert read.telegram == settings.TelegramSettings("100:UJI", "https://api.telegram.org")


def test_the_endpoints_can_be_pointed_elsewhere() -> None:
    environ = {
        "SULUH_TELEGRAM_TOKEN": "100:UJI",
        "SULUH_TELEGRAM_API_URL": "http://127.0.0.1:1/",
        "SULUH_TWILIO_API_URL": "http://127.0.0.1:2/",
        **TWILIO,
    }
    read = settings.load(environ)
    assert read.telegram is not None
    assert read.telegram.api_url == "http://127.0.0.1:1"
    assert read.twilio is not None
    assert read.twilio.api_url == "http://127.0.0.1:2"


def test_numbers_may_be_written_as_people_write_them() -> None:
    read = settings.load({**TWILIO, "SULUH_WHATSAPP_NUMBER": "whatsapp:+62 811 0000 0002"}).twilio
    assert read is not None
    assert (read.sms_number, read.whatsapp_number) == ("+6281100000001", "+6281100000002")


def test_templates_are_known_by_their_number_of_buttons() -> None:
    read = settings.load({**TWILIO, "SULUH_WHATSAPP_BUTTONS_2_SID": "HX2"}).twilio
    assert read is not None
    assert read.button_templates == {2: "HX2"}


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"SULUH_TELEGRAM_TOKEN": "salah"}, "SULUH_TELEGRAM_TOKEN"),
        ({"SULUH_TWILIO_ACCOUNT_SID": "AC1"}, "SULUH_TWILIO_AUTH_TOKEN"),
        ({"SULUH_TWILIO_AUTH_TOKEN": "rahasia"}, "SULUH_TWILIO_ACCOUNT_SID"),
        ({**TWILIO, "SULUH_SMS_NUMBER": ""}, "SULUH_WHATSAPP_NUMBER"),
        ({**TWILIO, "SULUH_SMS_NUMBER": "nomor saya"}, "SULUH_SMS_NUMBER"),
    ],
)
def test_half_a_channel_is_refused_by_the_name_of_what_is_missing(
    environ: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError, match=named) as refused:
        settings.load(environ)
    assert "rahasia" not in str(refused.value)
    assert "salah" not in str(refused.value)


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    read = settings.load({"SULUH_TELEGRAM_TOKEN": "100:UJI", **TWILIO})
    assert "UJI" not in repr(read)
    assert "rahasia" not in repr(read)
