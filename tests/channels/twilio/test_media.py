"""Files come from Twilio, and nobody is led anywhere else or given the credentials."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bot.conversation.fetcher import FileSource
from bot.conversation.sender import SendError, Then
from bot.settings import TwilioSettings
from channels.twilio import media
from channels.twilio.connector import TwilioConnector
from tests.bot.attachments import samples
from tests.doubles.twilio import TwilioDouble

ANI = "+6281200000001"
PUBLIC_IP = "93.184.215.14"
SID = "AC" + "0" * 31 + "1"
REAL = TwilioSettings(SID, "rahasia-token")
FILE = f"/2010-04-01/Accounts/{SID}/Messages/MM{'1' * 32}/Media/ME{'1' * 32}"


@pytest.fixture
def twilio() -> Iterator[TwilioDouble]:
    with TwilioDouble() as double:
        yield double


def _settings(twilio: TwilioDouble) -> TwilioSettings:
    return TwilioSettings(twilio.account_sid, twilio.auth_token, api_url=twilio.url)


def _fetch(settings: TwilioSettings, source: str) -> bytes:
    async def run() -> bytes:
        return b"".join([piece async for piece in media.fetch(settings, source)])

    return asyncio.run(run())


def _refusal(settings: TwilioSettings, source: str) -> SendError:
    with pytest.raises(SendError) as error:
        _fetch(settings, source)
    return error.value


def _sends(twilio: TwilioDouble, content: bytes, media_type: str) -> str:
    twilio.set_webhook("whatsapp", f"{twilio.url}/nobody")
    sent = twilio.person(ANI).sends_media(content, media_type)
    return sent.form["MediaUrl0"]


class Web:
    """All of the world, in the place of the network: answers by host and path."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[httpx.Request] = []
        self.answers: dict[str, Callable[[], httpx.Response]] = {}
        self.ips: dict[str, str] = {}
        client = httpx.AsyncClient
        transport = httpx.MockTransport(self._answer)
        monkeypatch.setattr(
            httpx, "AsyncClient", lambda **options: client(transport=transport, **options)
        )

    def redirects(self, host: str, location: str) -> None:
        self.answers[host] = lambda: httpx.Response(307, headers={"Location": location})

    def gives(self, host: str, content: bytes) -> None:
        self.answers[host] = lambda: httpx.Response(200, stream=httpx.ByteStream(content))

    def hosts(self) -> list[str]:
        return [request.headers["Host"] for request in self.asked]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answers[request.headers["Host"]]()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    made = Web(monkeypatch)

    async def resolve(_loop: Any, host: str, port: int, **_: Any) -> list[Any]:
        ip = made.ips.get(host, PUBLIC_IP)
        if ip == "none":
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ip.split()]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolve)
    return made


def test_a_file_comes_as_it_was_sent_and_the_keeper_gets_no_credentials(
    twilio: TwilioDouble,
) -> None:
    content = samples.photo_that_tells()
    source = _sends(twilio, content, "image/jpeg")
    assert _fetch(_settings(twilio), source) == content
    assert twilio.leaked_credentials == []
    assert [call.status for call in twilio.calls if "/Media/" in call.path] == [307]


def test_a_large_file_comes_whole(twilio: TwilioDouble) -> None:
    content = samples.PDF + bytes(4_000_000)
    assert _fetch(_settings(twilio), _sends(twilio, content, "application/pdf")) == content


def test_a_file_that_is_gone_is_given_up(twilio: TwilioDouble) -> None:
    source = _sends(twilio, samples.PDF, "application/pdf")
    twilio.state.media.clear()
    error = _refusal(_settings(twilio), source)
    assert (error.code, error.then) == ("404", Then.GIVE_UP)


def test_a_wrong_token_is_the_operator_s_to_mend(twilio: TwilioDouble) -> None:
    source = _sends(twilio, samples.PDF, "application/pdf")
    settings = TwilioSettings(twilio.account_sid, "salah", api_url=twilio.url)
    error = _refusal(settings, source)
    assert (error.code, error.then, error.after_seconds) == ("401", Then.RETRY, 60.0)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_at_twilio_is_worth_another_try(twilio: TwilioDouble, status: int) -> None:
    source = _sends(twilio, samples.PDF, "application/pdf")
    twilio.fail_next(status, on="")
    assert _refusal(_settings(twilio), source).then is Then.RETRY


def test_nobody_there_is_worth_another_try() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    error = _refusal(TwilioSettings(SID, "rahasia-token", api_url=url), url + FILE)
    assert error.then is Then.RETRY
    assert "127.0.0.1" not in str(error)


@pytest.mark.parametrize(
    "source",
    [
        "https://contoh.id" + FILE,
        "http://api.twilio.com" + FILE,
        "https://api.twilio.com:8443" + FILE,
        "https://api.twilio.com.contoh.id" + FILE,
        "https://api.twilio.com@contoh.id" + FILE,
        "https://x:y@api.twilio.com" + FILE,
        "https://contoh.twilio.com" + FILE,
        "https://api.twilio.com" + FILE.replace(SID, "AC" + "2" * 32),
        "https://api.twilio.com" + FILE + "?x=1",
        "https://api.twilio.com" + FILE + "/../../../Calls.json",
        "https://api.twilio.com/2010-04-01/Accounts.json",
        "file:///etc/passwd",
        "http://127.0.0.1:8080" + FILE,
        "//api.twilio.com" + FILE,
        "https://api.twilio.com\\@contoh.id" + FILE,
        "",
        "https://[",
        "http://127.0.0.1:99999/",
    ],
)
def test_credentials_go_to_a_file_of_this_account_only(web: Web, source: str) -> None:
    assert _refusal(REAL, source).then is Then.GIVE_UP
    assert web.asked == []


@pytest.mark.parametrize(
    "keeper",
    ["mms.twiliocdn.com", "media.twilio.com", "s3-external-1.amazonaws.com"],
)
def test_a_redirect_to_where_twilio_keeps_files_is_followed(web: Web, keeper: str) -> None:
    web.redirects("api.twilio.com", f"https://{keeper}/berkas?Signature=x")
    web.gives(keeper, b"isi")
    assert _fetch(REAL, "https://api.twilio.com" + FILE) == b"isi"
    first, second = web.asked
    assert "Authorization" in first.headers
    assert "Authorization" not in second.headers
    # To the address that was looked at, under the name that its certificate has to show.
    assert second.url.host == PUBLIC_IP
    assert second.extensions["sni_hostname"] == keeper
    assert second.url.query == b"Signature=x"


@pytest.mark.parametrize(
    "location",
    [
        "https://contoh.id/berkas",
        "http://mms.twiliocdn.com/berkas",
        "https://twiliocdn.com.contoh.id/berkas",
        "https://eviltwilio.com/berkas",
        "https://x:y@mms.twiliocdn.com/berkas",
        "https://mms.twiliocdn.com:22/berkas",
        "https://127.0.0.1/berkas",
        "http://127.0.0.1:8080/berkas",
        "http://localhost/berkas",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/berkas",
        "file:///etc/passwd",
        "ftp://mms.twiliocdn.com/berkas",
        "https://[",
    ],
)
def test_a_redirect_to_anywhere_else_is_not_followed(web: Web, location: str) -> None:
    web.redirects("api.twilio.com", location)
    assert _refusal(REAL, "https://api.twilio.com" + FILE).then is Then.GIVE_UP
    assert web.hosts() == ["api.twilio.com"]


@pytest.mark.parametrize(
    "ip",
    ["127.0.0.1", "10.0.0.5", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1",
     "0.0.0.0", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.5", "224.0.0.1",
     f"{PUBLIC_IP} 10.0.0.5"],
)  # fmt: skip
def test_a_name_that_leads_into_the_own_network_is_not_followed(web: Web, ip: str) -> None:
    web.redirects("api.twilio.com", "https://mms.twiliocdn.com/berkas")
    web.ips["mms.twiliocdn.com"] = ip
    error = _refusal(REAL, "https://api.twilio.com" + FILE)
    assert (error.code, error.then) == ("private address", Then.GIVE_UP)
    assert web.hosts() == ["api.twilio.com"]


def test_a_double_on_loopback_opens_no_other_private_address(web: Web) -> None:
    settings = TwilioSettings(SID, "rahasia-token", api_url="http://127.0.0.1:8080")
    web.ips["127.0.0.1"] = "127.0.0.1"
    web.redirects("127.0.0.1:8080", "http://10.0.0.5/berkas")
    assert _refusal(settings, "http://127.0.0.1:8080" + FILE).then is Then.GIVE_UP
    web.ips["mms.twiliocdn.com"] = "10.0.0.5"
    web.redirects("127.0.0.1:8080", "https://mms.twiliocdn.com/berkas")
    assert _refusal(settings, "http://127.0.0.1:8080" + FILE).code == "private address"
    assert len(web.asked) == 2


def test_redirects_have_an_end(web: Web) -> None:
    web.redirects("api.twilio.com", "https://mms.twiliocdn.com/a")
    web.redirects("mms.twiliocdn.com", "https://mms.twiliocdn.com/a")
    assert _refusal(REAL, "https://api.twilio.com" + FILE).code == "redirects"
    assert len(web.asked) == 1 + media.MAX_REDIRECTS


def test_a_name_that_is_not_found_is_worth_another_try(web: Web) -> None:
    web.ips["api.twilio.com"] = "none"
    assert _refusal(REAL, "https://api.twilio.com" + FILE).then is Then.RETRY


def test_nothing_is_unpacked_on_the_way(web: Web) -> None:
    """A small answer could become a very large one."""
    web.gives("api.twilio.com", b"x" * 10)
    _fetch(REAL, "https://api.twilio.com" + FILE)
    assert web.asked[0].headers["Accept-Encoding"] == "identity"


def test_the_connector_has_files(twilio: TwilioDouble) -> None:
    connector = TwilioConnector(
        replace(_settings(twilio), whatsapp_number="+6281100000000"), "whatsapp", None
    )
    assert isinstance(connector, FileSource)
    source = _sends(twilio, samples.PDF, "application/pdf")

    async def run() -> bytes:
        return b"".join([piece async for piece in connector.fetch(source)])

    assert asyncio.run(run()) == samples.PDF
