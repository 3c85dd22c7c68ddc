"""Settings: `SULUH_*` variables, or the same names in `.env`."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dotenv import dotenv_values

from bot.errors import OperatorError

# A quick reply of WhatsApp holds no more.
MOST_TEMPLATE_BUTTONS = 3

# RFC 8314, 6409 and 5321.
_MAIL_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_TELEGRAM_TOKEN = re.compile(r"[^\s/:]+:[^\s/]+")

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class SettingsError(OperatorError):
    """A setting is missing or malformed; the message says which and how to mend it."""


@dataclass(frozen=True)
class TelegramSettings:
    """The bot of this installation.

    Attributes:
        token: As @BotFather gave it.
        api_url: Where the Bot API is.
        per_second: Messages a second in all; Telegram takes 30 from a bot that pays nothing.
        staff_group: The chat id of the group in which staff are called, or None.
    """

    token: str = field(repr=False)
    api_url: str = "https://api.telegram.org"
    per_second: float = 28.0
    staff_group: int | None = None


@dataclass(frozen=True)
class TwilioSettings:
    """The account of this installation at Twilio, for WhatsApp and SMS.

    Attributes:
        account_sid: AC and 32 hexadecimal digits.
        auth_token: Signs webhooks and opens the API.
        whatsapp_number: Ours on WhatsApp, "+62...", or None.
        sms_number: Ours for SMS, or None.
        reopen_template: ContentSid of the approved template that asks a person to write
            when WhatsApp's window is closed, or None.
        button_templates: ContentSids of quick-reply templates by their number of buttons.
        api_url: Another address for all of the API, for tests; None for Twilio's own.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    whatsapp_number: str | None = None
    sms_number: str | None = None
    reopen_template: str | None = None
    button_templates: Mapping[int, str] = field(default_factory=dict)
    api_url: str | None = None


@dataclass(frozen=True)
class MailSettings:
    """The mail server through which staff are called.

    Attributes:
        host, port: Of the server.
        encryption: smtps, starttls, or none: for a server on the same machine.
        sender: Whom the mail comes from, "suluh@example.org".
        user, password: What the server wants, or None.
    """

    host: str
    port: int
    encryption: str
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Settings:
    """What an operator may change.

    Attributes:
        home: Folder of all state: database, keys, model, metrics.
        database_url: SQLAlchemy address; SQLite in `home` unless set.
        public_url: Address under which the web is reached from outside, or None.
        model_dir: Folder of the trained model.
        burst_wait: Seconds that an unfinished line waits for the next one.
        burst_limit: Seconds after the first waiting line when the answer comes anyway.
        claim_seconds: A worker that is silent this long loses its conversation.
        log_json: One JSON object a line instead of readable lines.
        telegram: The bot, or None when there is none.
        twilio: The account, or None when there is none.
        mail: The mail server for calls to staff, or None when there is none.
    """

    home: Path
    database_url: str
    public_url: str | None
    model_dir: Path
    burst_wait: float = 0.35
    burst_limit: float = 2.0
    claim_seconds: float = 5.0
    log_json: bool = False
    telegram: TelegramSettings | None = None
    twilio: TwilioSettings | None = None
    mail: MailSettings | None = None

    @property
    def keys_dir(self) -> Path:
        return self.home / "keys"

    @property
    def metrics_dir(self) -> Path:
        return self.home / "metrics"

    @property
    def uses_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Reads the settings; the environment wins over `.env` in the project's folder.

    Raises:
        SettingsError: A value cannot be read.
    """
    if environ is None:
        from_file = {
            name: value
            for name, value in dotenv_values(PROJECT_ROOT / ".env").items()
            if value is not None
        }
        environ = {**from_file, **os.environ}
    # Against the project, not the folder one happens to be in: else a second, empty
    # installation would come into being elsewhere.
    home = (PROJECT_ROOT / Path(environ.get("SULUH_HOME", "var")).expanduser()).resolve()
    return Settings(
        home=home,
        database_url=environ.get("SULUH_DATABASE_URL") or f"sqlite:///{home / 'suluh.db'}",
        public_url=environ.get("SULUH_PUBLIC_URL") or None,
        model_dir=Path(environ.get("SULUH_MODEL_DIR") or home / "model").resolve(),
        burst_wait=_seconds(environ, "SULUH_BURST_WAIT", Settings.burst_wait),
        burst_limit=_seconds(environ, "SULUH_BURST_LIMIT", Settings.burst_limit),
        claim_seconds=_seconds(environ, "SULUH_CLAIM_SECONDS", Settings.claim_seconds),
        log_json=environ.get("SULUH_LOG", "text") == "json",
        telegram=_telegram(environ),
        twilio=_twilio(environ),
        mail=_mail(environ),
    )


def _telegram(environ: Mapping[str, str]) -> TelegramSettings | None:
    token = environ.get("SULUH_TELEGRAM_TOKEN")
    if not token:
        return None
    if not _TELEGRAM_TOKEN.fullmatch(token):
        # The value itself is a secret and stays out of the message.
        raise SettingsError("SULUH_TELEGRAM_TOKEN must look like 123456:ABC..., from @BotFather.")
    url = environ.get("SULUH_TELEGRAM_API_URL") or TelegramSettings.api_url
    rate = _number_in(environ, "SULUH_TELEGRAM_PER_SECOND", TelegramSettings.per_second)
    if not rate:
        raise SettingsError("SULUH_TELEGRAM_PER_SECOND must be more than 0.")
    return TelegramSettings(token, url.rstrip("/"), rate, _staff_group(environ))


def _staff_group(environ: Mapping[str, str]) -> int | None:
    raw = environ.get("SULUH_TELEGRAM_STAFF_GROUP")
    if not raw:
        return None
    # Groups have negative numbers.
    if not re.fullmatch(r"-\d{1,15}", raw.strip()):
        raise SettingsError("SULUH_TELEGRAM_STAFF_GROUP is a number such as -1000000000001.")
    return int(raw)


def _mail(environ: Mapping[str, str]) -> MailSettings | None:
    raw, sender = environ.get("SULUH_SMTP_URL"), environ.get("SULUH_MAIL_FROM")
    if not raw:
        return None
    try:
        parts = urlsplit(raw)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _MAIL_PORTS or not parts.hostname:
        # A password may stand in the value itself, which stays out of the message.
        raise SettingsError(
            "SULUH_SMTP_URL must look like smtps://user:password@mail.example.org, or begin with "
            "smtp+starttls:// or smtp://."
        )
    if not sender or not re.fullmatch(r"[^@\s]+@[^@\s]+", sender):
        raise SettingsError("SULUH_MAIL_FROM must be set with SULUH_SMTP_URL: suluh@example.org")
    if parts.scheme == "smtp" and parts.password and parts.hostname not in _LOOPBACK:
        raise SettingsError(
            "SULUH_SMTP_URL would send the password in clear: use smtps:// or smtp+starttls://."
        )
    return MailSettings(
        host=parts.hostname,
        port=port or _MAIL_PORTS[parts.scheme],
        encryption={"smtps": "smtps", "smtp+starttls": "starttls"}.get(parts.scheme, "none"),
        sender=sender,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _twilio(environ: Mapping[str, str]) -> TwilioSettings | None:
    sid, token = environ.get("SULUH_TWILIO_ACCOUNT_SID"), environ.get("SULUH_TWILIO_AUTH_TOKEN")
    if not sid and not token:
        return None
    if not sid or not token:
        raise SettingsError("SULUH_TWILIO_ACCOUNT_SID and SULUH_TWILIO_AUTH_TOKEN go together.")
    whatsapp, sms = (_number(environ, f"SULUH_{kind}_NUMBER") for kind in ("WHATSAPP", "SMS"))
    if whatsapp is None and sms is None:
        raise SettingsError("Set SULUH_WHATSAPP_NUMBER or SULUH_SMS_NUMBER, or both.")
    api_url = environ.get("SULUH_TWILIO_API_URL")
    return TwilioSettings(
        account_sid=sid,
        auth_token=token,
        whatsapp_number=whatsapp,
        sms_number=sms,
        reopen_template=environ.get("SULUH_WHATSAPP_REOPEN_SID") or None,
        button_templates={
            count: sid
            for count in range(1, MOST_TEMPLATE_BUTTONS + 1)
            if (sid := environ.get(f"SULUH_WHATSAPP_BUTTONS_{count}_SID"))
        },
        api_url=api_url.rstrip("/") if api_url else None,
    )


def _number(environ: Mapping[str, str], name: str) -> str | None:
    """One of our own numbers, as "+62..."; a messenger's prefix is taken off."""
    raw = environ.get(name)
    if not raw:
        return None
    number = re.sub(r"[\s().-]", "", raw.removeprefix("whatsapp:"))
    if not re.fullmatch(r"\+?\d{5,15}", number):
        raise SettingsError(f"{name} must be a number such as +6281200000001.")
    return number


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    return _number_in(environ, name, default, "a number of seconds")


def _number_in(
    environ: Mapping[str, str], name: str, default: float, what: str = "a number"
) -> float:
    raw = environ.get(name)
    if raw is None:
        return default
    try:
        value = float(raw)
    except ValueError:
        raise SettingsError(f"{name} must be {what}, not {raw!r}.") from None
    if not 0 <= value < math.inf:
        raise SettingsError(f"{name} must be {what}, 0 or more.")
    return value
