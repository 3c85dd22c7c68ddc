"""Fetches files that people sent from Twilio.

An address comes with a message and leads to others: none of them is trusted. Credentials go to
the provider's own host only, and only for a file of this account. Redirects are followed by
hand to the hosts that Twilio keeps files on, at addresses that were resolved and looked at
before, so that nobody is led into the network that this machine stands in.
https://www.twilio.com/docs/messaging/api/media-resource
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx

from bot.conversation.sender import SendError, Then
from bot.settings import TwilioSettings

PROVIDER = "https://api.twilio.com"
# twiliocdn.com is where an address leads that is protected by credentials.
# https://help.twilio.com/articles/223183748
KEEPERS = ("twilio.com", "twiliocdn.com", "amazonaws.com")
MAX_REDIRECTS = 3
SECONDS = 10.0
WRONG_TOKEN_SECONDS = 60.0
PIECE_BYTES = 64 * 1024

_MEDIA = re.compile(r"/2010-04-01/Accounts/(AC\w{1,64})/Messages/\w{1,64}/Media/\w{1,64}", re.ASCII)
_WAIT = (408, 425, 429)


async def fetch(settings: TwilioSettings, source: str) -> AsyncGenerator[bytes, None]:
    """The bytes of a file as they come.

    Args:
        settings: The account.
        source: The address that came with the message.

    Raises:
        SendError: It is not where Twilio keeps files, or cannot be had, now or ever.
    """
    url = _own_file(settings, source)
    # No proxy, no credentials of the environment: where this goes is decided here alone.
    async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
        auth: httpx.BasicAuth | None = httpx.BasicAuth(settings.account_sid, settings.auth_token)
        for _ in range(MAX_REDIRECTS + 1):
            request = await _request(settings, client, url)
            try:
                answer = await client.send(request, auth=auth, stream=True)
                async with aclosing(answer):
                    if not answer.has_redirect_location:
                        _require_file(answer.status_code)
                        async for piece in answer.aiter_raw(PIECE_BYTES):
                            yield piece
                        return
                    url, auth = _next(settings, url, answer.headers["Location"]), None
            except httpx.HTTPError as error:
                raise SendError(type(error).__name__[:32], Then.RETRY) from None
    raise SendError("redirects", Then.GIVE_UP)


def _own_file(settings: TwilioSettings, source: str) -> httpx.URL:
    """The address of a file of this account with the provider itself."""
    url = _parsed(source)
    home = httpx.URL(settings.api_url or PROVIDER)
    is_home = (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port)
    path = _MEDIA.fullmatch(url.path)
    is_ours = path is not None and path.group(1) == settings.account_sid
    if not is_home or not is_ours or url.userinfo or url.query:
        raise SendError("foreign address", Then.GIVE_UP)
    return url


def _next(settings: TwilioSettings, before: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads, if files are kept there."""
    url = before.join(_parsed(location))
    if url.userinfo:
        raise SendError("redirect", Then.GIVE_UP)
    if settings.api_url is not None and url.scheme in ("http", "https") and _is_loopback(url.host):
        return url
    is_keeper = any(url.host == host or url.host.endswith(f".{host}") for host in KEEPERS)
    if url.scheme != "https" or not is_keeper or url.port is not None:
        raise SendError("redirect", Then.GIVE_UP)
    return url


def _parsed(address: str) -> httpx.URL:
    try:
        return httpx.URL(address)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise SendError("no address", Then.GIVE_UP) from None


async def _request(
    settings: TwilioSettings, client: httpx.AsyncClient, url: httpx.URL
) -> httpx.Request:
    """A request to the very address that was looked at, whatever the name means a moment later."""
    ip = await _resolve(url, may_be_loopback=settings.api_url is not None)
    return client.build_request(
        "GET",
        url.copy_with(host=ip),
        headers={"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity"},
        extensions={"sni_hostname": url.host},
    )


async def _resolve(url: httpx.URL, *, may_be_loopback: bool) -> str:
    port = url.port or (443 if url.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SendError("resolving", Then.RETRY) from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(_may_go_to(ip, may_be_loopback) for ip in addresses):
        raise SendError("private address", Then.GIVE_UP)
    return addresses[0]


def _may_go_to(address: str, may_be_loopback: bool) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if ip.is_loopback:
        return may_be_loopback
    return ip.is_global and not ip.is_multicast


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _require_file(status: int) -> None:
    if status == 200:
        return
    if status == 401:
        # A wrong token is the operator's to mend.
        raise SendError("401", Then.RETRY, after_seconds=WRONG_TOKEN_SECONDS)
    again = status >= 500 or status in _WAIT
    raise SendError(str(status), Then.RETRY if again else Then.GIVE_UP)
