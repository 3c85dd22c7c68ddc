"""Headers of the desk's pages: nothing from elsewhere, nothing kept by the browser."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types meja"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


# Half a year: who types the address without https is not asked for a password in the clear.
HTTPS_ALONE = {"Strict-Transport-Security": "max-age=15552000"}


class SecurityHeaders:
    """Adds the headers to every answer that does not bring its own; streams stay streams.

    Args:
        secure: The desk is reached over https.
    """

    headers = HEADERS

    def __init__(self, app: ASGIApp, *, secure: bool = False) -> None:
        self._app = app
        self._headers = {**self.headers, **(HTTPS_ALONE if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class AlwaysAsk(SecurityHeaders):
    """Lets browsers keep a file, but ask each time: page and script must be of one version."""

    headers = {"Cache-Control": "no-cache"}
