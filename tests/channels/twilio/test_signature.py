"""Only what Twilio signed for our public address is read."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

import pytest

from channels.twilio.addresses import MESSAGE_PATH, STATUS_PATH
from tests.channels.twilio.house import (
    ANI,
    FORM,
    PUBLIC,
    SETTINGS,
    WHATSAPP,
    Desk,
    House,
    sign,
)

WORDS = "paspor saya ditahan"
MESSAGE = {
    "MessageSid": "SM" + "0" * 31 + "1",
    "From": f"whatsapp:{ANI}",
    "To": f"whatsapp:{WHATSAPP}",
    "Body": WORDS,
}
DELIVERED = {**MESSAGE, "MessageStatus": "delivered"}


@pytest.mark.parametrize("path", [MESSAGE_PATH, STATUS_PATH + "?pesan=1"])
class TestRefused:
    def test_without_a_signature(self, path: str) -> None:
        desk = Desk()
        assert desk.post(path, urlencode(DELIVERED).encode()).status_code == 403
        assert _nothing_came_of_it(desk)

    @pytest.mark.parametrize("signature", ["", "x", "ü", "A" * 28, "A" * 5000])
    def test_with_any_signature(self, path: str, signature: str) -> None:
        desk = Desk()
        headers = {"X-Twilio-Signature": signature}
        answer = desk.post(path, urlencode(DELIVERED).encode(), headers=headers)
        assert answer.status_code == 403
        assert _nothing_came_of_it(desk)

    def test_with_the_signature_of_another_secret(self, path: str) -> None:
        desk = Desk()
        desk.token = "rahasia orang lain"
        assert desk.deliver(path, DELIVERED).status_code == 403
        assert _nothing_came_of_it(desk)

    def test_with_another_body(self, path: str) -> None:
        desk = Desk()
        other = urlencode({**DELIVERED, "Body": "yang lain"}).encode()
        assert desk.post(path, other, form=DELIVERED).status_code == 403
        assert _nothing_came_of_it(desk)

    def test_with_a_field_more_or_a_field_twice(self, path: str) -> None:
        desk = Desk()
        body = urlencode(DELIVERED).encode()
        for more in (b"&MediaUrl0=http%3A%2F%2Fcontoh.id", b"&Body=" + WORDS.encode(), b"&x="):
            assert desk.post(path, body + more, form=DELIVERED).status_code == 403
        assert _nothing_came_of_it(desk)

    def test_of_another_route_or_query(self, path: str) -> None:
        desk = Desk()
        for other in (MESSAGE_PATH + "?pesan=2", STATUS_PATH + "?pesan=12", path + "&x=1", "/"):
            assert desk.deliver(path, DELIVERED, signed_as=PUBLIC + other).status_code == 403
        assert _nothing_came_of_it(desk)

    @pytest.mark.parametrize(
        "headers",
        [
            {"Host": "penipu.example"},
            {"X-Forwarded-Host": "penipu.example"},
            {"X-Forwarded-Host": "penipu.example", "X-Forwarded-Proto": "https"},
            {"Forwarded": "host=penipu.example;proto=https"},
            {"X-Original-URL": "https://penipu.example/", "X-Forwarded-Prefix": "/a"},
        ],
    )
    def test_signed_for_a_host_that_the_request_claims(
        self, path: str, headers: dict[str, str]
    ) -> None:
        desk = Desk()
        for scheme in ("http", "https"):
            forged = f"{scheme}://penipu.example{path}"
            answer = desk.deliver(path, DELIVERED, signed_as=forged, headers=headers)
            assert answer.status_code == 403
        assert _nothing_came_of_it(desk)

    @pytest.mark.parametrize(
        "kind", ["", "text/plain", "application/json", "multipart/form-data; boundary=x"]
    )
    def test_of_another_kind_of_content(self, path: str, kind: str) -> None:
        desk = Desk()
        answer = desk.deliver(path, DELIVERED, headers={"Content-Type": kind})
        assert answer.status_code == 403
        assert _nothing_came_of_it(desk)

    def test_while_nobody_said_what_our_address_is(
        self, path: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        desk = Desk(public_url=None)
        for url in (f"None{path}", path, f"http://127.0.0.1{path}"):
            assert desk.deliver(path, DELIVERED, signed_as=url).status_code == 403
        assert _nothing_came_of_it(desk)
        assert "SULUH_PUBLIC_URL" in caplog.text

    def test_when_it_is_too_large(self, path: str) -> None:
        desk = Desk()
        form = {**DELIVERED, "Body": "a" * 70_000}
        assert desk.deliver(path, form).status_code == 413
        assert _nothing_came_of_it(desk)

    def test_in_one_line_that_says_why_and_not_what(
        self, path: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        desk = Desk()
        caplog.set_level(logging.DEBUG)
        desk.post(path, urlencode(DELIVERED).encode())
        lines = [line for line in caplog.messages if "not taken" in line]
        assert lines == [f"a call of {path.partition('?')[0]} was not taken: no signature"]
        assert ANI[1:] not in caplog.text
        assert WORDS not in caplog.text


def _nothing_came_of_it(desk: Desk) -> bool:
    return not desk.door.taken and not desk.reports.told


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "10.0.0.7:8080", "X-Forwarded-Proto": "https"},
        {"X-Forwarded-Host": "penipu.example", "X-Forwarded-Proto": "gopher"},
        {"Content-Type": FORM + "; charset=UTF-8"},
    ],
)
def test_behind_a_proxy_what_twilio_signed_is_taken(headers: dict[str, str]) -> None:
    for public_url in (PUBLIC, PUBLIC + "/"):
        desk = Desk(public_url=public_url)
        answer = desk.deliver(MESSAGE_PATH, MESSAGE, headers=headers)
        assert answer.status_code == 200
        assert [inbound.text for inbound in desk.door.taken] == [WORDS]


@pytest.mark.parametrize("public", ["https://suluh.contoh.id:443", "https://suluh.contoh.id/jalan"])
def test_a_port_or_a_folder_in_the_public_address_is_part_of_it(public: str) -> None:
    desk = Desk(public_url=public)
    assert desk.deliver(MESSAGE_PATH, MESSAGE, signed_as=public + MESSAGE_PATH).status_code == 200


def test_a_broken_public_address_takes_nothing() -> None:
    desk = Desk(public_url="https://suluh.contoh.id:pintu")
    assert desk.deliver(MESSAGE_PATH, MESSAGE).status_code == 403


def test_what_is_refused_leaves_no_trace_in_the_tables(house: House) -> None:
    signature = sign(PUBLIC + MESSAGE_PATH, MESSAGE, SETTINGS.auth_token)
    good = {"X-Twilio-Signature": signature}
    for form, headers in (
        (MESSAGE, {}),
        (MESSAGE, {"X-Twilio-Signature": signature[::-1]}),
        ({**MESSAGE, "Body": "yang lain"}, good),
        (MESSAGE, {**good, "Content-Type": "application/json"}),
    ):
        assert house.post(MESSAGE_PATH, form, headers) == 403
    assert (house.inbox(), house.contacts()) == ([], [])
    assert house.post(MESSAGE_PATH, MESSAGE, good) == 200
    assert len(house.inbox()) == 1


def test_a_webhook_replayed_five_times_at_once_is_one_message(house: House) -> None:
    headers = {"X-Twilio-Signature": sign(PUBLIC + MESSAGE_PATH, MESSAGE)}
    answers = house.at_once(lambda: house.post(MESSAGE_PATH, MESSAGE, headers), 5)
    assert answers == [200] * 5
    assert [content.text for content in house.inbox()] == [WORDS]


def test_what_could_not_be_stored_is_asked_for_again() -> None:
    desk = Desk()
    desk.door.error = desk.reports.error = OSError("disk full: paspor saya ditahan")
    assert desk.deliver(MESSAGE_PATH, MESSAGE).status_code == 503
    assert desk.deliver(STATUS_PATH + "?pesan=1", DELIVERED).status_code == 503
