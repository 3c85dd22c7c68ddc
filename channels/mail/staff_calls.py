"""E-mail over SMTP."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from bot.conversation.takeover import call_texts
from bot.conversation.takeover.calls import Alert
from bot.conversation.takeover.dispatcher import CallFailed
from bot.conversation.takeover.ladder import MAIL
from bot.errors import OperatorError
from bot.settings import MailSettings

SECONDS = 6.0
# Of the answers of a mail server the temporary ones begin here and end at 499 (RFC 5321, 4.2.1).
FIRST_TEMPORARY, FIRST_PERMANENT = 400, 500
ENCRYPTED = "smtps"

NOT_LET_IN = "{where} refuses the name or the password. Check SULUH_SMTP_URL."
NOT_OFFERED = (
    "{where} offers no STARTTLS, or no login, as SULUH_SMTP_URL wants it. Try smtps://, or ask "
    "whoever runs the server."
)
NOT_TRUSTED = (
    "The certificate of {where} is not valid. Check the name of the server in SULUH_SMTP_URL."
)
NOT_ENCRYPTED = "{where} does not speak TLS there. Check the port in SULUH_SMTP_URL."
REFUSED = "{where} refuses to talk to us. Ask whoever runs the server."
UNREACHABLE = "{where} does not answer. Check SULUH_SMTP_URL and the way to the server."


class MailWay:
    """Sends one message a mailbox, so that no mailbox sees another.

    Args:
        settings: The mail server and whom the mail comes from.
        public_url: Where the desk is, or None.
    """

    def __init__(self, settings: MailSettings, public_url: str | None) -> None:
        self._settings = settings
        self._public_url = public_url

    async def call(self, alert: Alert) -> str | None:
        if alert.address is None:
            raise CallFailed("no mailbox", final=True)
        message = self._message(alert, alert.address)
        await asyncio.to_thread(self._send, message)
        return str(message["Message-ID"])

    async def check(self) -> str:
        return await asyncio.to_thread(self._check)

    async def close(self) -> None: ...

    def _check(self) -> str:
        where = f"{self._settings.host}:{self._settings.port}"
        try:
            with self._connected() as server:
                server.ehlo_or_helo_if_needed()
        except OSError as error:
            # Of smtplib, ssl and socket alike.
            raise OperatorError(_advice(error, where)) from None
        how = "" if self._settings.user is None else " and lets us in"
        return f"{where} answers{how}"

    def _message(self, alert: Alert, address: str) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = call_texts.text(MAIL, "subject", alert.level)
        message["From"], message["To"] = self._settings.sender, address
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = make_msgid(domain=self._settings.sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        where = call_texts.link(self._public_url, alert.handoff_id)
        message.set_content(call_texts.text(MAIL, "text", alert.level, where))
        return message

    def _send(self, message: EmailMessage) -> None:
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPResponseException as error:
            is_passing = FIRST_TEMPORARY <= error.smtp_code < FIRST_PERMANENT
            raise CallFailed(str(error.smtp_code), final=not is_passing) from None
        except smtplib.SMTPRecipientsRefused:
            raise CallFailed("refused", final=True) from None
        except (OSError, smtplib.SMTPException) as error:
            raise CallFailed(type(error).__name__, final=False) from None

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.encryption == ENCRYPTED:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=SECONDS)
        try:
            if settings.encryption == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.user is not None:
                server.login(settings.user, settings.password or "")
        except BaseException:
            server.close()
            raise
        return server


def _advice(error: OSError, where: str) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        said = NOT_LET_IN
    elif isinstance(error, smtplib.SMTPResponseException):
        said = REFUSED
    elif isinstance(error, ssl.SSLCertVerificationError):
        said = NOT_TRUSTED
    elif isinstance(error, ssl.SSLError):
        said = NOT_ENCRYPTED
    elif isinstance(error, smtplib.SMTPServerDisconnected):
        said = UNREACHABLE
    elif isinstance(error, smtplib.SMTPException):
        said = NOT_OFFERED
    else:
        said = UNREACHABLE
    return said.format(where=where)
