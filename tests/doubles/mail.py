"""A mail server on loopback: a real one (aiosmtpd), with mailboxes that are looked into.

with MailDouble(encryption="starttls", folder=tmp_path) as mail:
    ...  # SULUH_SMTP_URL=mail.url, and SSL_CERT_FILE=mail.certificate to trust it
    assert mail.taken == []
"""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"
USER, PASSWORD = "suluh", "rahasia-uji"
_SCHEMES = {"none": "smtp", "starttls": "smtp+starttls", "smtps": "smtps"}


class MailDouble:
    """The server; use it as a context manager. It takes every mail, or answers as it is told.

    Args:
        encryption: none, starttls or smtps.
        folder: Where its certificate is put; needed with an encryption.
        wants_tls: Nobody may log in without encryption.
    """

    def __init__(
        self, encryption: str = "none", folder: Path | None = None, *, wants_tls: bool = False
    ) -> None:
        self.taken: list[Message] = []
        self.recipients: list[list[str]] = []
        self.answer: str | None = None
        self.answer_to_recipient: str | None = None
        self.passwords: list[tuple[bytes, bytes]] = []
        self.greetings: list[str] = []
        self.port = free_port()
        self._encryption = encryption
        context = None
        if encryption != "none":
            assert folder is not None
            self.certificate = folder / "mail-certificate.pem"
            context = _tls(self.certificate)
        self._controller = Controller(
            self,
            hostname=HOST,
            port=self.port,
            ssl_context=context if encryption == "smtps" else None,
            tls_context=context if encryption == "starttls" else None,
            authenticator=self._authenticate,
            auth_require_tls=encryption == "starttls" or wants_tls,
        )

    def __enter__(self) -> MailDouble:
        self._controller.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """With a name and a password that it takes."""
        return self.url_with(f"{USER}:{PASSWORD}@")

    def url_with(self, login: str) -> str:
        return f"{_SCHEMES[self._encryption]}://{login}{HOST}:{self.port}"

    # What aiosmtpd asks.

    async def handle_EHLO(
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greetings.append(hostname)
        return responses

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

    def _authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        self.passwords.append((data.login, data.password))
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


def free_port() -> int:
    """A port of loopback that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _tls(path: Path) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that vouches for itself, good for a day, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "surel.contoh.id")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path.write_bytes(certificate.public_bytes(pem))
    key_path = path.with_suffix(".private")
    key_path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return context
