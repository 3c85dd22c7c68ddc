"""Mail to staff, through a real SMTP server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.conversation.takeover.calls import Alert
from bot.conversation.takeover.dispatcher import CallFailed
from bot.conversation.takeover.ladder import MAIL
from bot.errors import OperatorError
from bot.settings import MailSettings
from channels.mail.staff_calls import MailWay
from tests.doubles.mail import HOST, PASSWORD, USER, MailDouble, free_port

PUBLIC = "https://suluh.contoh.id"
MAILBOX, SENDER = "petugas@example.org", "suluh@example.org"
LOGIN = {"user": USER, "password": PASSWORD}


@pytest.fixture
def server() -> Iterator[MailDouble]:
    with MailDouble() as server:
        yield server


def _settings(server: MailDouble, encryption: str = "none", **more: str) -> MailSettings:
    return MailSettings(HOST, server.port, encryption, SENDER, **more)


def _call(settings: MailSettings, address: str | None = MAILBOX) -> str | None:
    way = MailWay(settings, PUBLIC)
    return asyncio.run(way.call(Alert(1, "h1", "tinggi", MAIL, 0, address)))


def test_a_mail_holds_a_level_and_a_link(server: MailDouble) -> None:
    message_id = _call(_settings(server))
    (mail,) = server.taken
    assert isinstance(mail, EmailMessage)
    assert mail["Subject"] == "Suluh PENTING: satu percakapan menunggu petugas"
    assert (mail["From"], mail["To"]) == (SENDER, MAILBOX)
    assert mail["Message-ID"] == message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert f"{PUBLIC}/meja/percakapan/h1" in mail.get_content()
    assert server.recipients == [[MAILBOX]]


def test_it_logs_in_where_it_has_to(server: MailDouble) -> None:
    _call(_settings(server, **LOGIN))
    assert server.passwords == [(USER.encode(), PASSWORD.encode())]
    assert len(server.taken) == 1


def test_a_wrong_password_is_final_and_not_told(server: MailDouble) -> None:
    with pytest.raises(CallFailed) as caught:
        _call(_settings(server, user=USER, password="salah-sekali"))
    assert (caught.value.code, caught.value.final) == ("535", True)
    assert "salah" not in repr(caught.value)


@pytest.mark.parametrize(
    ("answer", "final"), [("451 try again later", False), ("554 no, never", True)]
)
def test_the_server_says_whether_to_try_again(server: MailDouble, answer: str, final: bool) -> None:
    server.answer = answer
    with pytest.raises(CallFailed) as caught:
        _call(_settings(server))
    assert (caught.value.code, caught.value.final) == (answer[:3], final)


def test_a_mailbox_that_is_unknown_is_final(server: MailDouble) -> None:
    server.answer_to_recipient = "550 no such mailbox"
    with pytest.raises(CallFailed) as caught:
        _call(_settings(server))
    assert caught.value.final


def test_a_server_that_is_down_may_come_back() -> None:
    with pytest.raises(CallFailed) as caught:
        _call(MailSettings(HOST, free_port(), "none", SENDER))
    assert not caught.value.final


def test_a_password_is_never_shown() -> None:
    settings = MailSettings(HOST, 25, "none", SENDER, USER, PASSWORD)
    assert "rahasia" not in repr(settings)


# What `suluh doctor` asks


def _check(settings: MailSettings) -> str:
    return asyncio.run(MailWay(settings, None).check())


def test_a_server_is_greeted_and_gets_no_mail(server: MailDouble) -> None:
    assert _check(_settings(server)) == f"{HOST}:{server.port} answers"
    assert len(server.greetings) == 1
    said = _check(_settings(server, **LOGIN))
    assert said == f"{HOST}:{server.port} answers and lets us in"
    assert len(server.passwords) == 1
    assert server.taken == []


@pytest.mark.parametrize("encryption", ["starttls", "smtps"])
def test_it_is_asked_over_tls_as_mail_would_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encryption: str
) -> None:
    with MailDouble(encryption, tmp_path) as server:
        settings = _settings(server, encryption, **LOGIN)
        with pytest.raises(OperatorError, match="is not valid"):
            _check(settings)
        assert server.passwords == []
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        assert "lets us in" in _check(settings)
        assert _call(settings) is not None
        assert len(server.taken) == 1


def test_a_wrong_password_is_named_and_not_told(server: MailDouble) -> None:
    with pytest.raises(OperatorError, match="refuses the name or the password") as caught:
        _check(_settings(server, user=USER, password="salah-sekali"))
    assert "salah" not in str(caught.value)


def test_what_a_server_does_not_offer_is_told(server: MailDouble) -> None:
    with pytest.raises(OperatorError, match="offers no STARTTLS"):
        _check(_settings(server, "starttls", **LOGIN))
    with pytest.raises(OperatorError, match="does not speak TLS"):
        _check(_settings(server, "smtps", **LOGIN))
    with MailDouble(wants_tls=True) as other, pytest.raises(OperatorError, match="no login"):
        _check(_settings(other, **LOGIN))


def test_a_server_that_is_down_is_named() -> None:
    port = free_port()
    with pytest.raises(OperatorError, match=f"{HOST}:{port} does not answer"):
        _check(MailSettings(HOST, port, "none", SENDER))
