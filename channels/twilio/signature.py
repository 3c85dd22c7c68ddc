"""Reads the form of a call after Twilio's signature over it was checked.

The signature covers the address that Twilio called. That is the public address from the
settings; what a request says of its own address (Host, X-Forwarded-*) is never asked.
https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from twilio.request_validator import RequestValidator

from channels.contract import read_body
from channels.twilio.addresses import base

HEADER = "X-Twilio-Signature"
FORM = "application/x-www-form-urlencoded"
MAX_BODY = 64 * 1024
MAX_FIELDS = 300


class NotTaken(Exception):
    """A call that leaves no trace.

    Attributes:
        status: The HTTP status of the answer.
        reason: For the log; says nothing of what came.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Seal:
    """Knows what Twilio has signed.

    Args:
        auth_token: Of the account.
        public_url: Where Twilio reaches us; without it nothing is genuine.
    """

    def __init__(self, auth_token: str, public_url: str | None) -> None:
        self._validator = RequestValidator(auth_token)
        self._base = base(public_url) if public_url else None

    async def open(self, request: Request, path: str) -> dict[str, str]:
        """The form of a genuine call of the route `path`.

        Raises:
            NotTaken: 403 for what is not proven to be genuine, 413 for too much.
        """
        signature = request.headers.get(HEADER)
        if self._base is None:
            raise NotTaken(403, "SULUH_PUBLIC_URL is not set")
        if not signature:
            raise NotTaken(403, "no signature")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            raise NotTaken(403, "not a form")
        form = _parse(await _read(request))
        query = request.scope["query_string"].decode("latin-1")
        url = f"{self._base}{path}?{query}" if query else f"{self._base}{path}"
        if not self._is_signed(url, form, signature):
            raise NotTaken(403, "wrong signature")
        return form

    def _is_signed(self, url: str, form: dict[str, str], signature: str) -> bool:
        try:
            return bool(self._validator.validate(url, form, signature))
        except ValueError:
            # An address that cannot be taken apart.
            return False


def _parse(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise NotTaken(403, "not a form") from None
    form = dict(pairs)
    # Which of two values would count is nothing that is left to chance.
    if len(form) != len(pairs):
        raise NotTaken(403, "a field twice")
    return form


async def _read(request: Request) -> bytes:
    try:
        body = await read_body(request, MAX_BODY)
    except ClientDisconnect:
        raise NotTaken(400, "broke off") from None
    if body is None:
        raise NotTaken(413, "too large")
    return body
