"""The double of Twilio, checked with the official client and the official validator."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.doubles.loopback import LoopbackServers
from tests.doubles.twilio import Person, TwilioDouble
from tests.doubles.twilio_delivery import Transport
from tests.doubles.twilio_wire import count_segments, is_gsm

ANI = "+6281200000001"
BUDI = "+6281200000002"
PROVIDER_HOSTS = ("https://api.twilio.com", "https://content.twilio.com")
PUBLIC = "https://suluh.contoh.id/pesan"


def rewritten(url: str, target: str) -> str:
    """The URL on the double in place of one of the provider's hosts."""
    for host in PROVIDER_HOSTS:
        if url.startswith(host):
            return target + url[len(host) :]
    assert url.startswith(target), f"{url} leaves loopback"
    return url


class LoopbackClient(TwilioHttpClient):
    def __init__(self, target: str) -> None:
        super().__init__(timeout=5)
        self.target = target

    def request(self, method: str, url: str, **options: Any) -> Any:
        return super().request(method, rewritten(url, self.target), **options)


class AsyncLoopbackClient(AsyncTwilioHttpClient):
    def __init__(self, target: str) -> None:
        super().__init__(timeout=5)
        self.target = target

    async def request(self, method: str, url: str, **options: Any) -> Any:
        return await super().request(method, rewritten(url, self.target), **options)


class Product:
    """A web application that keeps what it is sent and answers as a test orders."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.answers: list[Response] = []
        self.seconds: list[float] = []
        self.held: set[str] = set()
        self.busy = 0
        self.most_at_once = 0
        routes = [Route("/{path:path}", self._take, methods=["GET", "POST"])]
        self._servers = LoopbackServers(Starlette(routes=routes))
        self.url = self._servers.urls[0]

    def __enter__(self) -> Product:
        self._servers.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._servers.stop()

    async def _take(self, request: Request) -> Response:
        body = (await request.body()).decode()
        form = dict(httpx.QueryParams(body))
        self.requests.append((request.url.path, dict(request.headers), form))
        self.busy += 1
        self.most_at_once = max(self.most_at_once, self.busy)
        if self.seconds:
            await asyncio.sleep(self.seconds.pop(0))
        while form.get("Body") in self.held:
            await asyncio.sleep(0.005)
        self.busy -= 1
        return self.answers.pop(0) if self.answers else Response(status_code=204)

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 5
        while len(self.requests) < count:
            assert time.monotonic() < deadline, f"{len(self.requests)} of {count} requests came"
            time.sleep(0.005)

    def forms(self, path: str) -> list[dict[str, str]]:
        return [form for got, _, form in self.requests if got == path]

    def statuses(self) -> list[str]:
        return [form["MessageStatus"] for form in self.forms("/status")]

    def check_signatures(self, token: str, base: str) -> None:
        """Every request carries a signature over its URL under `base`."""
        assert self.requests
        for path, headers, form in self.requests:
            signature = headers["x-twilio-signature"]
            assert RequestValidator(token).validate(base + path, form, signature), path


@pytest.fixture
def twilio() -> Iterator[TwilioDouble]:
    with TwilioDouble() as double:
        yield double


@pytest.fixture
def product() -> Iterator[Product]:
    with Product() as server:
        yield server


def client_of(twilio: TwilioDouble, *credentials: str) -> Any:
    given = credentials or (twilio.account_sid, twilio.auth_token)
    return Client(*given, http_client=LoopbackClient(twilio.url))


def talking(twilio: TwilioDouble, product: Product, channel: str = "whatsapp") -> Person:
    """A person who wrote just now, with the webhook of the channel at /masuk."""
    twilio.set_webhook(channel, f"{product.url}/masuk")
    person = twilio.person(ANI, channel)
    person.says("halo")
    twilio.wait_until_delivered()
    return person


def send(twilio: TwilioDouble, channel: str = "sms", **options: Any) -> Any:
    to = f"whatsapp:{ANI}" if channel == "whatsapp" else ANI
    form = {"to": to, "from_": twilio.sender(channel), "body": "Selamat pagi", **options}
    return client_of(twilio).messages.create(**form)


def refusal(twilio: TwilioDouble, **options: Any) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as caught:
        send(twilio, **options)
    return caught.value


class TestMessages:
    def test_a_sent_message_is_a_whole_resource_to_the_official_client(
        self, twilio: TwilioDouble
    ) -> None:
        message = send(twilio, validity_period=3600)
        assert message.sid.startswith("SM")
        assert len(message.sid) == 34
        assert (message.to, message.from_) == (ANI, "+6281100000001")
        assert (message.body, message.status) == ("Selamat pagi", "queued")
        assert (message.num_segments, message.num_media) == ("1", "0")
        assert message.direction == "outbound-api"
        assert isinstance(message.date_created, datetime)
        assert message.date_sent is None
        assert message.account_sid == twilio.account_sid
        assert message.subresource_uris["media"].endswith("/Media.json")
        assert twilio.messages[0].validity_period == 3600

    def test_async_client_sends_too(self, twilio: TwilioDouble) -> None:
        async def sending() -> Any:
            async with AsyncLoopbackClient(twilio.url) as http:
                client = Client(twilio.account_sid, twilio.auth_token, http_client=http)
                sent = await client.messages.create_async(
                    to=ANI, from_=twilio.sender("sms"), body="malam"
                )
                again = await client.messages(sent.sid).fetch_async()
                account = await client.api.v2010.accounts(twilio.account_sid).fetch_async()
                return sent, again, account

        sent, again, account = asyncio.run(sending())
        assert (again.sid, again.body) == (sent.sid, "malam")
        assert account.status == "active"
        assert twilio.person(ANI, "sms").wait_for(1)[0].body == "malam"

    def test_a_message_can_be_fetched_and_goes_forward(self, twilio: TwilioDouble) -> None:
        sid = send(twilio).sid
        twilio.wait_until_delivered()
        message = client_of(twilio).messages(sid).fetch()
        assert message.status == "delivered"
        assert isinstance(message.date_sent, datetime)

    def test_messages_are_listed_newest_first_page_by_page(self, twilio: TwilioDouble) -> None:
        for text in ("satu", "dua", "tiga"):
            send(twilio, body=text)
        send(twilio, "whatsapp")
        listed = client_of(twilio).messages.list(to=ANI, page_size=2)
        assert [message.body for message in listed] == ["tiga", "dua", "satu"]

    def test_messaging_service_accepts_first_and_counts_no_segments(
        self, twilio: TwilioDouble
    ) -> None:
        message = client_of(twilio).messages.create(
            to=ANI, messaging_service_sid=twilio.messaging_service_sid, body="x"
        )
        assert (message.status, message.num_segments, message.from_) == ("accepted", "0", None)
        twilio.wait_until_delivered()
        assert client_of(twilio).messages(message.sid).fetch().from_ == twilio.sender("sms")

    def test_sends_reach_the_person_in_order(self, twilio: TwilioDouble) -> None:
        for number in range(5):
            send(twilio, body=f"baris {number}")
        got = twilio.person(ANI, "sms").wait_for(5)
        assert [item.body for item in got] == [f"baris {number}" for number in range(5)]

    def test_media_of_a_send_is_kept(self, twilio: TwilioDouble) -> None:
        url = "https://suluh.contoh.id/poster.png"
        message = send(twilio, "whatsapp", media_url=[url], body="")
        assert message.num_media == "1"
        assert twilio.messages[0].media_urls == (url,)


class TestRefusals:
    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"to": ""}, 21604),
            ({"to": "081200000001"}, 21211),
            ({"to": "whatsapp:6281200000001"}, 21211),
            ({"from_": ""}, 21603),
            ({"from_": "suluh"}, 21212),
            ({"from_": "+6281199999999"}, 21606),
            ({"from_": "whatsapp:+6281100000000"}, 21910),
            ({"to": f"whatsapp:{ANI}", "from_": "whatsapp:+6281199999999"}, 63007),
            ({"from_": "", "messaging_service_sid": "MG" + "9" * 32}, 21701),
            ({"body": ""}, 21602),
            ({"body": "a" * 1601}, 21617),
            ({"body": "", "content_sid": "HX" + "9" * 32}, 21655),
            ({"body": "", "content_sid": "bukan"}, 21655),
            ({"media_url": ["ftp://contoh.id/a.png"]}, 21620),
            ({"status_callback": "bukan url"}, 21609),
            ({"status_callback": "https://nama_host.contoh.id/"}, 21609),
        ],
    )
    def test_invalid_requests_get_the_code_and_send_nothing(
        self, twilio: TwilioDouble, options: dict[str, Any], code: int
    ) -> None:
        error = refusal(twilio, **options)
        assert (error.status, error.code) == (400, code)
        assert twilio.messages == []

    def test_a_body_of_1600_is_accepted(self, twilio: TwilioDouble) -> None:
        assert send(twilio, body="a" * 1600).num_segments == "11"

    def test_the_error_body_has_its_four_fields(self, twilio: TwilioDouble) -> None:
        path = f"/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
        auth = (twilio.account_sid, twilio.auth_token)
        answer = httpx.post(twilio.url + path, json={"To": ANI}, auth=auth)
        assert answer.status_code == 400
        assert answer.json() == {
            "code": 21604,
            "message": "A 'To' phone number is required.",
            "more_info": "https://www.twilio.com/docs/errors/21604",
            "status": 400,
        }

    def test_wrong_credentials_are_refused_on_every_path(self, twilio: TwilioDouble) -> None:
        client = client_of(twilio, twilio.account_sid, "salah")
        for call in (
            lambda: client.messages.create(to=ANI, from_=twilio.sender("sms"), body="x"),
            lambda: client.api.v2010.accounts(twilio.account_sid).fetch(),
            lambda: client.content.v1.contents("HX" + "9" * 32).fetch(),
        ):
            with pytest.raises(TwilioRestException) as caught:
                call()
            assert (caught.value.status, caught.value.code) == (401, 20003)
        assert httpx.get(f"{twilio.url}/v1/Content").status_code == 401
        assert [call.status for call in twilio.calls] == [401] * 4

    def test_a_rotated_token_refuses_the_old_one(self, twilio: TwilioDouble) -> None:
        client = client_of(twilio)
        twilio.auth_token = "baru" * 8
        with pytest.raises(TwilioRestException, match="Authenticate"):
            client.api.v2010.accounts(twilio.account_sid).fetch()
        assert send(twilio).sid

    def test_an_api_key_is_as_good_as_the_token(self) -> None:
        key, secret = "SK" + "1" * 32, "kunci uji"
        with TwilioDouble(api_key=(key, secret)) as twilio:
            http = LoopbackClient(twilio.url)
            client = Client(key, secret, twilio.account_sid, http_client=http)
            assert client.api.v2010.accounts(twilio.account_sid).fetch().status == "active"

    def test_limits_give_429_for_this_number_only(self, twilio: TwilioDouble) -> None:
        twilio.limit(ANI, times=1)
        twilio.limit(f"whatsapp:{ANI}", times=1, code=20429)
        errors = [refusal(twilio), refusal(twilio)]
        assert [(error.status, error.code) for error in errors] == [(429, 63018), (429, 20429)]
        assert send(twilio).sid
        twilio.limit(ANI)
        assert send(twilio, to=BUDI).sid

    def test_a_forbidden_region_and_a_refused_number(self, twilio: TwilioDouble) -> None:
        twilio.forbids_region("+855")
        assert refusal(twilio, to="+85510000001").code == 21408
        twilio.person(BUDI, "sms").fails_with(21614)
        assert refusal(twilio, to=BUDI).code == 21614

    def test_server_trouble_does_not_act(self, twilio: TwilioDouble) -> None:
        twilio.fail_next(503, times=2)
        twilio.fail_next(502, body="<html>Bad Gateway</html>")
        assert [refusal(twilio).status for _ in range(3)] == [503, 503, 502]
        assert twilio.messages == []
        assert send(twilio).sid

    def test_a_dropped_answer_means_that_the_message_went_out(self, twilio: TwilioDouble) -> None:
        twilio.drop_next()
        with pytest.raises(requests.exceptions.ConnectionError):
            send(twilio, body="hilang")
        assert twilio.person(ANI, "sms").wait_for(1)[0].body == "hilang"
        assert twilio.calls[-1].status == 0
        assert send(twilio).sid

    def test_a_slow_answer_comes_after_the_message(self, twilio: TwilioDouble) -> None:
        twilio.slow(0.2)
        sending = threading.Thread(target=send, args=(twilio,))
        sending.start()
        twilio.person(ANI, "sms").wait_for(1)
        assert sending.is_alive()
        assert twilio.calls == []
        sending.join()


class TestAccount:
    def test_account_is_read_and_suspended(self, twilio: TwilioDouble) -> None:
        account = client_of(twilio).api.v2010.accounts(twilio.account_sid)
        assert (account.fetch().status, account.fetch().type) == ("active", "Full")
        assert account.fetch().friendly_name == "Akun Uji Suluh"
        twilio.suspends()
        assert account.fetch().status == "suspended"
        assert refusal(twilio).code == 20003

    def test_unknown_paths_are_not_found(self, twilio: TwilioDouble) -> None:
        with pytest.raises(TwilioRestException) as caught:
            client_of(twilio).messages("SM" + "9" * 32).fetch()
        assert (caught.value.status, caught.value.code) == (404, 20404)
        with pytest.raises(TwilioRestException) as caught:
            client_of(twilio).calls("CA" + "9" * 32).fetch()
        assert caught.value.code == 20404

    def test_setting_the_webhook_of_the_number(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        twilio.route(PUBLIC, product.url)
        numbers = client_of(twilio).incoming_phone_numbers
        assert numbers.list(phone_number="+6281199999999") == []
        number = numbers.list(phone_number=twilio.sender("sms"))[0]
        assert number.capabilities["sms"]
        changed = number.update(
            sms_url=f"{PUBLIC}/sms", sms_method="POST", status_callback=f"{PUBLIC}/status"
        )
        assert (changed.sms_url, changed.sms_method) == (f"{PUBLIC}/sms", "POST")
        assert changed.status_callback == f"{PUBLIC}/status"
        twilio.person(ANI, "sms").says("halo")
        twilio.wait_until_delivered()
        assert product.forms("/sms")[0]["Body"] == "halo"
        product.check_signatures(twilio.auth_token, PUBLIC)
        number.update(sms_url="")
        twilio.person(ANI, "sms").says("masih ada?")
        twilio.wait_until_delivered()
        assert (len(product.requests), twilio.errors) == (1, [])


QUICK_REPLY = {
    "friendly_name": "suluh_buka_lagi",
    "language": "id",
    "variables": {"1": "Ibu/Bapak"},
    "types": {
        "twilio/quick-reply": {
            "body": "Halo {{1}}, ada jawaban petugas. Mau dibaca?",
            "actions": [
                {"title": "Ya", "id": "buka:{{1}}"},
                {"title": "Nanti", "id": "nanti"},
            ],
        }
    },
}


def make_content(client: Any, payload: dict[str, Any]) -> Any:
    headers = {"Content-Type": "application/json"}
    url = "https://content.twilio.com/v1/Content"
    return client.request("POST", url, data=json.dumps(payload), headers=headers)


class TestContent:
    def test_content_is_made_fetched_listed_and_deleted(self, twilio: TwilioDouble) -> None:
        client = client_of(twilio)
        made = make_content(client, QUICK_REPLY)
        assert made.status_code == 201
        sid = json.loads(made.text)["sid"]
        content = client.content.v1.contents(sid).fetch()
        assert (content.friendly_name, content.language) == ("suluh_buka_lagi", "id")
        assert content.types == QUICK_REPLY["types"]
        assert content.variables == {"1": "Ibu/Bapak"}
        assert isinstance(content.date_created, datetime)
        for _ in range(2):
            make_content(client, QUICK_REPLY)
        assert len(client.content.v1.contents.list(page_size=2)) == 3
        assert client.content.v1.contents(sid).delete()
        assert refusal(twilio, content_sid=sid, body="").code == 21655

    @pytest.mark.parametrize(
        "change",
        [
            {"types": {}},
            {"language": ""},
            {"types": {"twilio/quick-reply": {"body": "x", "actions": []}}},
            {"types": {"twilio/quick-reply": {"body": "", "actions": [{"title": "a"}]}}},
            {"types": {"twilio/quick-reply": {"body": "x", "actions": [{"title": "a" * 21}]}}},
            {
                "types": {
                    "twilio/quick-reply": {
                        "body": "x",
                        "actions": [{"title": "a", "id": "b" * 201}],
                    }
                }
            },
        ],
    )
    def test_invalid_content_is_refused(self, twilio: TwilioDouble, change: dict[str, Any]) -> None:
        answer = make_content(client_of(twilio), {**QUICK_REPLY, **change})
        assert answer.status_code == 400

    def test_approval_is_asked_for_and_given(self, twilio: TwilioDouble) -> None:
        client = client_of(twilio)
        sid = json.loads(make_content(client, QUICK_REPLY).text)["sid"]
        approval = client.content.v1.contents(sid).approval_fetch()
        assert approval.fetch().whatsapp["status"] == "unsubmitted"
        asked = client.request(
            "POST",
            f"https://content.twilio.com/v1/Content/{sid}/ApprovalRequests/whatsapp",
            data=json.dumps({"name": "suluh_buka_lagi", "category": "UTILITY"}),
            headers={"Content-Type": "application/json"},
        )
        assert asked.status_code == 201
        assert json.loads(asked.text)["status"] == "received"
        twilio.rejects(sid, "terlalu umum")
        assert approval.fetch().whatsapp["rejection_reason"] == "terlalu umum"
        twilio.approves(sid)
        fetched = approval.fetch()
        assert (fetched.sid, fetched.whatsapp["status"]) == (sid, "approved")
        assert fetched.whatsapp["category"] == "UTILITY"

    def test_a_template_is_read_with_its_values_and_pressed(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        twilio.set_webhook("whatsapp", f"{product.url}/masuk")
        sid = json.loads(make_content(client_of(twilio), QUICK_REPLY).text)["sid"]
        message = send(
            twilio, "whatsapp", body="", content_sid=sid, content_variables='{"1": "Ani"}'
        )
        ani = twilio.person(ANI)
        got = ani.wait_for(1)[0]
        assert got.body == "Halo Ani, ada jawaban petugas. Mau dibaca?"
        assert (got.content_sid, got.content_variables) == (sid, {"1": "Ani"})
        assert got.buttons == (("Ya", "buka:Ani"), ("Nanti", "nanti"))
        ani.presses("Ya")
        twilio.wait_until_delivered()
        form = product.forms("/masuk")[0]
        assert (form["ButtonText"], form["ButtonPayload"]) == ("Ya", "buka:Ani")
        assert (form["Body"], form["MessageType"]) == ("Ya", "button")
        assert form["OriginalRepliedMessageSid"] == message.sid

    @pytest.mark.parametrize(
        "values", ["bukan", "[]", '{"1": null}', '{"1": ""}', '{"1": "a\\nb"}', '{"1": 5}']
    )
    def test_values_that_cannot_be_used_are_refused(
        self, twilio: TwilioDouble, values: str
    ) -> None:
        sid = twilio.template("uji", "Halo {{1}}")
        error = refusal(twilio, channel="whatsapp", content_sid=sid, content_variables=values)
        assert error.code == 21656


class TestSegments:
    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("", 1),
            ("a" * 160, 1),
            ("a" * 161, 2),
            ("a" * 306, 2),
            ("a" * 307, 3),
            ("€" * 80, 1),
            ("€" * 81, 2),
            ("a" * 152 + "€" * 80, 3),
            ("é" * 160, 1),
            ("—" * 70, 1),
            ("—" * 71, 2),
            ("—" * 134, 2),
            ("—" * 135, 3),
            ("🙏" * 35, 1),
            ("🙏" * 67, 3),
        ],
    )
    def test_segments_are_counted_as_carriers_do(self, text: str, count: int) -> None:
        assert count_segments(text) == count

    @given(st.text(max_size=400))
    def test_segments_hold_the_text_and_no_more_than_needed(self, text: str) -> None:
        gsm = is_gsm(text)
        units = sum(
            (2 if letter in "^{}\\[~]|€\f" else 1) if gsm else len(letter.encode("utf-16-be")) // 2
            for letter in text
        )
        alone, part = (160, 153) if gsm else (70, 67)
        segments = count_segments(text)
        if units <= alone:
            assert segments == 1
        else:
            assert -(-units // part) <= segments <= -(-units // (part - 1))

    def test_the_resource_and_the_person_have_the_count(self, twilio: TwilioDouble) -> None:
        assert send(twilio, body="—" * 71).num_segments == "2"
        assert twilio.person(ANI, "sms").wait_for(1)[0].num_segments == 2
        assert send(twilio, "whatsapp", body="—" * 71).num_segments == "1"


class TestCallbacks:
    def test_whatsapp_goes_from_queued_to_read(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        talking(twilio, product)
        message = send(twilio, "whatsapp", status_callback=f"{product.url}/status")
        twilio.wait_until_delivered()
        assert product.statuses() == ["queued", "sent", "delivered", "read"]
        last = product.forms("/status")[-1]
        assert (last["MessageSid"], last["SmsSid"]) == (message.sid, message.sid)
        assert (last["SmsStatus"], last["EventType"]) == ("read", "READ")
        assert (last["To"], last["From"]) == (f"whatsapp:{ANI}", twilio.sender("whatsapp"))
        assert last["ChannelPrefix"] == "whatsapp"
        assert last["ChannelToAddress"] == "+628120000XXXX"
        assert (last["AccountSid"], last["ApiVersion"]) == (twilio.account_sid, "2010-04-01")
        assert "ErrorCode" not in last
        product.check_signatures(twilio.auth_token, product.url)

    def test_sms_ends_with_delivered(self, twilio: TwilioDouble, product: Product) -> None:
        send(twilio, status_callback=f"{product.url}/status")
        twilio.wait_until_delivered()
        assert product.statuses() == ["queued", "sent", "delivered"]
        assert "ChannelPrefix" not in product.forms("/status")[-1]
        assert "RawDlrDoneDate" in product.forms("/status")[-1]

    @pytest.mark.parametrize(
        ("order", "statuses"),
        [
            ("reversed", ["delivered", "sent", "queued"]),
            ("none", []),
            ("early", ["queued", "sent", "delivered"]),
        ],
    )
    def test_orders(self, product: Product, order: str, statuses: list[str]) -> None:
        with TwilioDouble(callbacks=order) as twilio:
            sid = send(twilio, status_callback=f"{product.url}/status").sid
            if order == "early":
                assert product.statuses() == statuses
            twilio.wait_until_delivered()
            assert client_of(twilio).messages(sid).fetch().status == "delivered"
        assert product.statuses() == statuses

    def test_shuffled_is_neither_order_and_the_same_for_a_seed(self, product: Product) -> None:
        for _ in range(2):
            with TwilioDouble(callbacks="shuffled", seed=7) as twilio:
                send(twilio, status_callback=f"{product.url}/status")
                twilio.wait_until_delivered()
        first, second = product.statuses()[:3], product.statuses()[3:]
        assert first == second
        assert sorted(first) == ["delivered", "queued", "sent"]
        assert first not in (["queued", "sent", "delivered"], ["delivered", "sent", "queued"])

    def test_an_unknown_order_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="callbacks"):
            TwilioDouble(callbacks="sometimes")

    def test_a_public_callback_url_is_signed_and_taken_to_loopback(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        twilio.set_webhook("sms", f"{product.url}/sms", signed_as=f"{PUBLIC}/sms")
        send(twilio, status_callback=f"{PUBLIC}/status")
        twilio.wait_until_delivered()
        assert product.statuses() == ["queued", "sent", "delivered"]
        product.check_signatures(twilio.auth_token, PUBLIC)

    def test_nothing_leaves_loopback(self, twilio: TwilioDouble) -> None:
        send(twilio, status_callback="https://suluh.contoh.id/status")
        twilio.wait_until_delivered()
        assert [item.http_statuses for item in twilio.callbacks] == [[0]] * 3
        twilio.set_webhook("sms", "https://suluh.contoh.id/sms")
        twilio.person(ANI, "sms").says("halo")
        twilio.wait_until_delivered()
        assert twilio.webhook_statuses == [0]

    def test_a_callback_is_tried_again_after_a_5xx(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        product.answers = [Response(status_code=500)]
        send(twilio, status_callback=f"{product.url}/status")
        twilio.wait_until_delivered()
        assert product.statuses() == ["queued", "queued", "sent", "delivered"]
        assert twilio.callbacks[0].http_statuses == [500, 204]


class TestDeliveryFailures:
    def outcome(
        self, twilio: TwilioDouble, product: Product, channel: str = "whatsapp", **options: Any
    ) -> list[tuple[str, str | None]]:
        sent = send(twilio, channel, status_callback=f"{product.url}/status", **options)
        twilio.wait_until_delivered()
        forms = [form for form in product.forms("/status") if form["MessageSid"] == sent.sid]
        return [(form["MessageStatus"], form.get("ErrorCode")) for form in forms]

    def test_free_text_outside_the_window_fails_in_the_callback(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        ani = talking(twilio, product)
        assert self.outcome(twilio, product)[-1] == ("read", None)
        ani.window_closes()
        closed = self.outcome(twilio, product)
        assert closed == [("queued", None), ("undelivered", "63016")]
        assert len(ani.received) == 1
        assert client_of(twilio).messages.list(limit=1)[0].error_code == 63016
        ani.says("saya di sini")
        assert self.outcome(twilio, product)[-1] == ("read", None)

    def test_a_template_goes_out_at_any_time(self, twilio: TwilioDouble, product: Product) -> None:
        sid = twilio.template("buka_lagi", "Halo {{1}}", [("Ya", "ya")], variables={"1": "Ibu"})
        got = self.outcome(twilio, product, body="", content_sid=sid)
        assert got[-1] == ("read", None)
        assert twilio.person(ANI).received[0].body == "Halo Ibu"

    def test_an_unapproved_template_may_be_made_to_fail(self, product: Product) -> None:
        with TwilioDouble(require_approval=True, closed_window_status="failed") as twilio:
            for approved, last in ((False, ("failed", "63016")), (True, ("read", None))):
                sid = twilio.template("uji", "Halo", approved=approved)
                assert self.outcome(twilio, product, content_sid=sid, body="")[-1] == last

    def test_a_person_without_whatsapp(self, twilio: TwilioDouble, product: Product) -> None:
        twilio.person(ANI).leaves_whatsapp()
        assert self.outcome(twilio, product) == [("queued", None), ("failed", "63024")]

    @pytest.mark.parametrize(
        ("code", "statuses"),
        [
            (30003, [("queued", None), ("sent", None), ("undelivered", "30003")]),
            (30001, [("queued", None), ("failed", "30001")]),
            (63049, [("queued", None), ("failed", "63049")]),
        ],
    )
    def test_carriers_fail(
        self,
        twilio: TwilioDouble,
        product: Product,
        code: int,
        statuses: list[tuple[str, str | None]],
    ) -> None:
        ani = twilio.person(ANI, "sms")
        ani.fails_with(code)
        assert self.outcome(twilio, product, "sms") == statuses
        assert ani.received == []
        ani.fails_with(None)
        assert self.outcome(twilio, product, "sms")[-1] == ("delivered", None)


class TestWebhooks:
    def test_whatsapp_text_has_the_parameters_and_a_signature(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        talking(twilio, product)
        form = product.forms("/masuk")[0]
        assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"]
        assert form == {
            "MessageSid": form["MessageSid"],
            "SmsMessageSid": form["MessageSid"],
            "SmsSid": form["MessageSid"],
            "SmsStatus": "received",
            "AccountSid": twilio.account_sid,
            "From": f"whatsapp:{ANI}",
            "To": twilio.sender("whatsapp"),
            "Body": "halo",
            "NumMedia": "0",
            "NumSegments": "1",
            "ApiVersion": "2010-04-01",
            "ProfileName": "Ani Contoh",
            "WaId": "6281200000001",
            "MessageType": "text",
            "ReferralNumMedia": "0",
            "ChannelMetadata": form["ChannelMetadata"],
        }
        assert json.loads(form["ChannelMetadata"])["type"] == "whatsapp"
        product.check_signatures(twilio.auth_token, product.url)
        assert client_of(twilio).messages(form["MessageSid"]).fetch().direction == "inbound"

    def test_sms_has_countries_and_empty_places_under_the_signature(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        twilio.set_webhook("sms", f"{product.url}/masuk", signed_as=f"{PUBLIC}/masuk?kunci=1")
        twilio.person(ANI, "sms").says("apakah ini asli? " * 10)
        twilio.wait_until_delivered()
        _path, headers, form = product.requests[0]
        assert (form["From"], form["To"]) == (ANI, twilio.sender("sms"))
        assert (form["FromCountry"], form["ToCountry"], form["FromCity"]) == ("ID", "ID", "")
        assert form["NumSegments"] == "2"
        assert not {"WaId", "ProfileName", "MessageType", "OptOutType"} & set(form)
        plain = f"{PUBLIC}/masuk?kunci=1" + "".join(k + form[k] for k in sorted(form))
        digest = hmac.new(twilio.auth_token.encode(), plain.encode(), hashlib.sha1).digest()
        assert headers["x-twilio-signature"] == base64.b64encode(digest).decode()

    def test_a_5xx_is_tried_again_with_the_same_request(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        product.answers = [Response(status_code=status) for status in (500, 503, 502)]
        talking(twilio, product)
        assert twilio.webhook_statuses == [500, 503, 502, 204]
        assert len({json.dumps(form) for form in product.forms("/masuk")}) == 1
        tokens = {headers["i-twilio-idempotency-token"] for _, headers, _ in product.requests}
        assert len(tokens) == 1

    def test_it_gives_up_after_the_retries(self, product: Product) -> None:
        product.answers = [Response(status_code=500)] * 5
        with TwilioDouble(retries=1) as twilio:
            talking(twilio, product)
            assert twilio.webhook_statuses == [500, 500]
            assert twilio.errors[0][0] == 11200

    def test_a_4xx_is_not_tried_again(self, twilio: TwilioDouble, product: Product) -> None:
        product.answers = [Response(status_code=403)]
        talking(twilio, product)
        assert twilio.webhook_statuses == [403]

    def test_no_answer_in_time_and_nobody_there(self, product: Product) -> None:
        product.held = {"halo"}
        with TwilioDouble(answer_within=0.2, retries=1) as twilio:
            twilio.set_webhook("whatsapp", f"{product.url}/masuk")
            late = twilio.person(ANI).says("halo")
            assert twilio.state.wait_until(lambda: late.statuses == [0], 5)
            product.held.clear()
            twilio.wait_until_delivered()
            assert twilio.webhook_statuses == [0, 204]
            with Product() as gone:
                twilio.set_webhook("whatsapp", f"{gone.url}/masuk")
            twilio.person(ANI).says("halo?")
            twilio.wait_until_delivered()
            assert twilio.webhook_statuses == [0, 204, 0, 0]

    def test_messages_of_a_person_keep_their_order(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        product.seconds = [0.05, 0.01, 0.02]
        twilio.set_webhook("whatsapp", f"{product.url}/masuk")
        lines = [f"baris {number}" for number in range(5)]
        for line in lines:
            twilio.person(ANI).says(line)
        twilio.wait_until_delivered()
        assert [form["Body"] for form in product.forms("/masuk")] == lines
        assert product.most_at_once == 1

    def test_or_they_come_side_by_side_as_the_provider_may_do(self, product: Product) -> None:
        product.held = {"baris 0", "baris 1", "baris 2"}
        with TwilioDouble(parallel=True) as twilio:
            twilio.set_webhook("whatsapp", f"{product.url}/masuk")
            for number in range(3):
                twilio.person(ANI).says(f"baris {number}")
            product.wait_for(3)
            product.held.clear()
            twilio.wait_until_delivered()
        assert product.most_at_once == 3

    def test_people_do_not_wait_for_each_other(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        product.held = {"pertama"}
        twilio.set_webhook("whatsapp", f"{product.url}/masuk")
        slow = twilio.person(ANI).says("pertama")
        product.wait_for(1)
        fast = twilio.person(BUDI).says("kedua")
        assert twilio.state.wait_until(lambda: fast.done, 5)
        assert not slow.done
        product.held.clear()
        twilio.wait_until_delivered()

    def test_all_kinds_of_messages(self, twilio: TwilioDouble, product: Product) -> None:
        twilio.set_webhook("whatsapp", f"{product.url}/masuk")
        ani = twilio.person(ANI)
        ani.presses("Ya", "ya:1")
        ani.picks_list("negara:my", "Malaysia")
        ani.shares_location(-3.79, 102.26, "Balai Desa", "Jl. Contoh 1")
        ani.says("lihat ini", forwarded=True, reply_to="SM" + "1" * 32)
        twilio.wait_until_delivered()
        pressed, picked, place, quoted = product.forms("/masuk")
        assert (pressed["ButtonText"], pressed["ButtonPayload"]) == ("Ya", "ya:1")
        assert (picked["ListId"], picked["ListTitle"]) == ("negara:my", "Malaysia")
        assert (place["Latitude"], place["Longitude"]) == ("-3.79", "102.26")
        assert (place["Label"], place["Address"]) == ("Balai Desa", "Jl. Contoh 1")
        assert (place["MessageType"], place["Body"]) == ("location", "")
        assert (quoted["Forwarded"], quoted["OriginalRepliedMessageSid"][:2]) == ("true", "SM")
        with pytest.raises(AssertionError, match="no message has a button"):
            ani.presses("Tidak ada")

    def test_raw_deliveries_and_a_redelivery(self, twilio: TwilioDouble, product: Product) -> None:
        ani = talking(twilio, product)
        sent = twilio.inbound[0]
        assert twilio.redeliver(sent) == 204
        form = {"MessageSid": "SM" + "2" * 32, "Body": ""}
        for signature in ("valid", "forged", None, "abc"):
            product.answers = [Response(status_code=418)]
            headers = {"X-Forwarded-Host": "jahat.contoh.id"}
            status = twilio.deliver_raw("whatsapp", form, signature=signature, headers=headers)
            assert status == 418
        first, again, *raw = product.requests
        assert (again[2], again[1]["i-twilio-idempotency-token"]) == (
            first[2],
            first[1]["i-twilio-idempotency-token"],
        )
        validator = RequestValidator(twilio.auth_token)
        signatures = [headers.get("x-twilio-signature") for _, headers, _ in raw]
        good = [
            validator.validate(f"{product.url}/masuk", form, signature)
            for signature in signatures
            if signature
        ]
        assert good == [True, False, False]
        assert (signatures[2], len(signatures[1] or "")) == (None, 28)
        assert raw[0][1]["x-forwarded-host"] == "jahat.contoh.id"
        assert ani.received == []


class TestTwiml:
    def answer(self, product: Product, text: str, kind: str) -> None:
        product.answers = [Response(text, media_type=kind)]

    @pytest.mark.parametrize(
        ("text", "kind", "bodies"),
        [
            ("<Response/>", "text/xml", []),
            ("", "text/plain", []),
            ("<Response><Message>Halo</Message></Response>", "application/xml", ["Halo"]),
            (
                "<Response><Message><Body>Satu</Body></Message><Message>Dua</Message></Response>",
                "text/xml",
                ["Satu", "Dua"],
            ),
            ("OK", "text/plain", ["OK"]),
        ],
    )
    def test_an_answer_may_hold_messages(
        self, twilio: TwilioDouble, product: Product, text: str, kind: str, bodies: list[str]
    ) -> None:
        self.answer(product, text, kind)
        ani = talking(twilio, product)
        assert [item.body for item in ani.received] == bodies
        assert {message.direction for message in twilio.messages} <= {"outbound-reply"}
        assert twilio.errors == []

    @pytest.mark.parametrize(
        ("text", "kind", "code"),
        [
            ("<Response>", "text/xml", 12100),
            ("<Balasan/>", "text/xml", 12102),
            ("{}", "application/json", 12300),
            ("<Response><Message/></Response>", "text/xml", 21602),
        ],
    )
    def test_an_answer_that_cannot_be_followed_is_noted(
        self, twilio: TwilioDouble, product: Product, text: str, kind: str, code: int
    ) -> None:
        self.answer(product, text, kind)
        assert talking(twilio, product).received == []
        assert [error for error, _ in twilio.errors] == [code]
        assert twilio.webhook_statuses == [200]


class TestOptOut:
    @pytest.mark.parametrize("word", ["STOP", " stop ", "Unsubscribe", "BERHENTI"])
    def test_stop_reaches_the_webhook_and_blocks_until_start(
        self, twilio: TwilioDouble, product: Product, word: str
    ) -> None:
        ani = talking(twilio, product, "sms")
        ani.says(word)
        assert refusal(twilio).code == 21610
        assert send(twilio, to=BUDI).sid
        assert send(twilio, "whatsapp").sid
        ani.says("START")
        assert send(twilio).sid
        twilio.wait_until_delivered()
        forms = product.forms("/masuk")
        assert [form["Body"] for form in forms] == ["halo", word, "START"]
        assert not any("OptOutType" in form for form in forms)
        assert len(ani.automatic_replies) == 2
        assert len(ani.received) == 1

    def test_only_a_word_by_itself_counts(self, twilio: TwilioDouble) -> None:
        twilio.person(ANI, "sms").says("tolong stop dulu")
        assert send(twilio).sid

    def test_advanced_opt_out_tells_the_webhook(self, product: Product) -> None:
        with TwilioDouble(advanced_opt_out=True) as twilio:
            ani = talking(twilio, product, "sms")
            for word in ("STOP", "START", "HELP"):
                ani.says(word)
            twilio.wait_until_delivered()
            types = [form.get("OptOutType") for form in product.forms("/masuk")]
            assert types == [None, "STOP", "START", "HELP"]
            product.check_signatures(twilio.auth_token, product.url)

    def test_the_words_of_the_account_can_be_left_out(self) -> None:
        with TwilioDouble(own_stop_words=()) as twilio:
            twilio.person(ANI, "sms").says("BERHENTI")
            assert send(twilio).sid


class TestMedia:
    def arrived(self, twilio: TwilioDouble, product: Product) -> dict[str, str]:
        twilio.set_webhook("whatsapp", f"{product.url}/masuk")
        twilio.person(ANI).sends_media(b"\x89PNG contoh", "image/png", "tawaran kerja")
        twilio.wait_until_delivered()
        return product.forms("/masuk")[0]

    def test_a_picture_is_fetched_without_showing_credentials_to_the_other_host(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        form = self.arrived(twilio, product)
        assert (form["NumMedia"], form["MediaContentType0"]) == ("1", "image/png")
        assert (form["Body"], form["MessageType"]) == ("tawaran kerja", "image")
        assert form["MessageSid"].startswith("MM")
        auth = (twilio.account_sid, twilio.auth_token)
        first = httpx.get(form["MediaUrl0"], auth=auth)
        assert first.status_code == 307
        assert first.headers["location"].startswith(twilio.media_host_url)
        file = httpx.get(form["MediaUrl0"], auth=auth, follow_redirects=True)
        assert (file.content, file.headers["content-type"]) == (b"\x89PNG contoh", "image/png")
        assert twilio.leaked_credentials == []

    def test_credentials_that_go_along_are_noticed(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        auth = (twilio.account_sid, twilio.auth_token)
        first = httpx.get(self.arrived(twilio, product)["MediaUrl0"], auth=auth)
        assert httpx.get(first.headers["location"], auth=auth).status_code == 200
        assert len(twilio.leaked_credentials) == 1

    def test_media_wants_credentials_and_the_right_message(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        form = self.arrived(twilio, product)
        assert httpx.get(form["MediaUrl0"]).status_code == 401
        auth = (twilio.account_sid, twilio.auth_token)
        other = form["MediaUrl0"].replace(form["MessageSid"], "MM" + "9" * 32)
        assert httpx.get(other, auth=auth).status_code == 404
        assert httpx.get(f"{twilio.media_host_url}/bukan-tiket").status_code == 404

    def test_the_official_client_reads_what_the_media_is(
        self, twilio: TwilioDouble, product: Product
    ) -> None:
        form = self.arrived(twilio, product)
        sid = form["MediaUrl0"].rpartition("/")[2]
        media = client_of(twilio).messages(form["MessageSid"]).media(sid).fetch()
        assert (media.sid, media.content_type) == (sid, "image/png")
        assert media.parent_sid == form["MessageSid"]

    def test_more_than_16_mb_cannot_be_sent(self, twilio: TwilioDouble) -> None:
        with pytest.raises(ValueError, match="above"):
            twilio.person(ANI).sends_media(bytes(16 * 1024 * 1024 + 1), "video/mp4")
        assert twilio.inbound == []


class TestTransport:
    @pytest.mark.parametrize(
        ("url", "target"),
        [
            ("https://contoh.id/a/sms", "http://127.0.0.1:9/sms"),
            ("https://contoh.id/a/status?x=1", "http://127.0.0.1:9/status?x=1"),
            ("https://contoh.id/ab", None),
            ("https://contoh.id.jahat.id/a/sms", None),
            ("http://localhost:8/x", "http://localhost:8/x"),
            ("http://10.0.0.1/x", None),
        ],
    )
    def test_urls_are_found_on_loopback_or_not_at_all(self, url: str, target: str | None) -> None:
        transport = Transport()
        transport.learn("https://contoh.id/a/twilio/sms", "http://127.0.0.1:9/twilio/sms")
        assert transport.resolve(url) == target

    def test_a_route_never_leads_out(self) -> None:
        transport = Transport()
        transport.route("https://contoh.id", "https://contoh.com")
        assert transport.resolve("https://contoh.id/x") is None


def test_a_double_stops_with_its_threads_and_what_was_under_way(product: Product) -> None:
    before = threading.active_count()
    product.seconds = [0.2]
    with TwilioDouble() as twilio:
        twilio.set_webhook("sms", f"{product.url}/masuk")
        twilio.person(ANI, "sms").says("halo")
        assert send(twilio).sid
    assert threading.active_count() == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(twilio.url)


def test_many_threads_may_use_it_at_once(twilio: TwilioDouble, product: Product) -> None:
    twilio.set_webhook("sms", f"{product.url}/masuk")

    def chat(number: int) -> None:
        person = twilio.person(f"+62812000000{number:02}", "sms")
        for line in range(5):
            person.says(f"baris {line}")
            send(twilio, to=person.address, body=f"jawaban {line}")

    threads = [threading.Thread(target=chat, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    twilio.wait_until_delivered()
    assert len(product.forms("/masuk")) == len(twilio.messages) == 30
    assert twilio.webhook_statuses == [204] * 30
