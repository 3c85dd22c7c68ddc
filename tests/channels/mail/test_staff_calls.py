"""Mail to staff, through a real SMTP server on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from bot.conversation.takeover.calls import Alert
from bot.conversation.takeover.dispatcher import CallFailed
from bot.conversation.takeover.ladder import MAIL
from bot.settings import MailSettings
from channels.mail.staff_calls import MailWay

PUBLIC = "https://suluh.contoh.id"
MAILBOX = "petugas@example.org"


class Mailboxes:
    """Takes every mail, or answers as it is told."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.recipients: list[list[str]] = []
        self.answer: str | None = None
        self.answer_to_recipient: str | None = None
        self.passwords: list[tuple[bytes, bytes]] = []

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.answer_to_recipient:
            return self.answer_to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.answer:
            return self.answer
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        self.recipients.append(envelope.rcpt_tos)
        return "250 OK"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        self.passwords.append((data.login, data.password))
        return AuthResult(success=data.password == b"rahasia-uji", handled=False)


@pytest.fixture
def mailboxes() -> Mailboxes:
    return Mailboxes()


@pytest.fixture
def server(mailboxes: Mailboxes) -> Iterator[Controller]:
    controller = Controller(
        mailboxes,
        hostname="127.0.0.1",
        port=_free_port(),
        authenticator=mailboxes.authenticate,
        auth_require_tls=False,
    )
    controller.start()
    yield controller
    controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _settings(server: Controller, **more: str) -> MailSettings:
    port = server.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    return MailSettings("127.0.0.1", port, "none", "suluh@example.org", **more)


def _call(settings: MailSettings, address: str | None = MAILBOX) -> str | None:
    way = MailWay(settings, PUBLIC)
    return asyncio.run(way.call(Alert(1, "h1", "tinggi", MAIL, 0, address)))


def test_a_mail_holds_a_level_and_a_link(server: Controller, mailboxes: Mailboxes) -> None:
    message_id = _call(_settings(server))
    (mail,) = mailboxes.taken
    assert isinstance(mail, EmailMessage)
    assert mail["Subject"] == "Suluh PENTING: satu percakapan menunggu petugas"
    assert (mail["From"], mail["To"]) == ("suluh@example.org", MAILBOX)
    assert mail["Message-ID"] == message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert f"{PUBLIC}/meja/percakapan/h1" in mail.get_content()
    assert mailboxes.recipients == [[MAILBOX]]


def test_it_logs_in_where_it_has_to(server: Controller, mailboxes: Mailboxes) -> None:
    _call(_settings(server, user="suluh", password="rahasia-uji"))
    assert mailboxes.passwords == [(b"suluh", b"rahasia-uji")]
    assert len(mailboxes.taken) == 1


def test_a_wrong_password_is_final_and_not_told(server: Controller) -> None:
    with pytest.raises(CallFailed) as caught:
        _call(_settings(server, user="suluh", password="salah-sekali"))
    assert (caught.value.code, caught.value.final) == ("535", True)
    assert "salah" not in repr(caught.value)


@pytest.mark.parametrize(
    ("answer", "final"), [("451 try again later", False), ("554 no, never", True)]
)
def test_the_server_says_whether_to_try_again(
    server: Controller, mailboxes: Mailboxes, answer: str, final: bool
) -> None:
    mailboxes.answer = answer
    with pytest.raises(CallFailed) as caught:
        _call(_settings(server))
    assert (caught.value.code, caught.value.final) == (answer[:3], final)


def test_a_mailbox_that_is_unknown_is_final(server: Controller, mailboxes: Mailboxes) -> None:
    mailboxes.answer_to_recipient = "550 no such mailbox"
    with pytest.raises(CallFailed) as caught:
        _call(_settings(server))
    assert caught.value.final


def test_a_server_that_is_down_may_come_back() -> None:
    with pytest.raises(CallFailed) as caught:
        _call(MailSettings("127.0.0.1", _free_port(), "none", "suluh@example.org"))
    assert not caught.value.final


def test_a_password_is_never_shown() -> None:
    settings = MailSettings("127.0.0.1", 25, "none", "suluh@example.org", "suluh", "rahasia-uji")
    assert "rahasia" not in repr(settings)
