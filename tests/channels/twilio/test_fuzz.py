"""No call, however malformed, breaks a route."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.twilio.addresses import MESSAGE_PATH, STATUS_PATH
from tests.channels.twilio.house import (
    ANI,
    FORM,
    PUBLIC,
    SMS,
    WHATSAPP,
    Desk,
)

NAMES = st.sampled_from(
    "MessageSid SmsMessageSid From To Body ButtonText ButtonPayload ListTitle ListId Latitude "
    "Longitude NumMedia MediaUrl0 MediaContentType0 MediaUrl9 MessageStatus SmsStatus ErrorCode "
    "OptOutType AccountSid".split()
)
SIDS = st.sampled_from(["SM" + "0" * 32, "MM" + "a" * 32, "SM", "XX" + "0" * 32])
NUMBERS = st.sampled_from(["", "BANK", "+62٣٣٣٣٣٣٣٣", "whatsapp:", ANI, WHATSAPP])
# Half of the forms are to one of our numbers, so that all of the reader is reached.
ENDS = st.sampled_from([(f"whatsapp:{ANI}", f"whatsapp:{WHATSAPP}"), (ANI, SMS)]) | st.tuples(
    NUMBERS, NUMBERS
)
ODD = st.sampled_from(
    ["nan", "-inf", "1e999", "٣", "9" * 400, "\x00", "https://[", "https://api.twilio.com/\x00",
     "https://api.twilio.com:99999/", "delivered", "failed", "undelivered", "read", "63016",
     "-1", "½", "/" * 300, "text/vcard", "image/" + "x" * 300, "🙏", "whatsapp:"]
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
STATUSES = st.sampled_from(["delivered", "read", "sent", "failed", "undelivered", "queued"]) | TEXTS
FORMS = st.builds(
    lambda more, ends, sid, status: {
        **more, "From": ends[0], "To": ends[1], "MessageSid": sid, "MessageStatus": status
    },
    st.dictionaries(NAMES | TEXTS, ODD | TEXTS | SIDS, max_size=12),
    ENDS,
    SIDS,
    STATUSES,
)  # fmt: skip
QUERIES = st.sampled_from(
    ["", "?pesan=1", "?pesan=" + "9" * 30, "?pesan=-1", "?pesan=%C2%BD", "?pesan=&pesan=2",
     "?pesan=%FF", "?[", "?bodySHA256=0", "?pesan=1&bodySHA256=x"]
)  # fmt: skip
PATHS = st.builds(str.__add__, st.sampled_from([MESSAGE_PATH, STATUS_PATH]), QUERIES)
TYPES = st.sampled_from([FORM, FORM + "; charset=utf-16", "multipart/form-data", "x", ""])

quickly = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


@quickly
@given(path=PATHS, form=FORMS)
def test_any_form_that_twilio_signed_is_answered(path: str, form: dict[str, str]) -> None:
    answer = Desk().deliver(path, form)
    allowed = (200, 400, 403) if path.startswith(MESSAGE_PATH) else (200,)
    assert answer.status_code in allowed


@quickly
@given(path=PATHS, content=st.binary(max_size=200), kind=TYPES, signature=st.booleans())
def test_any_bytes_are_refused(path: str, content: bytes, kind: str, signature: bool) -> None:
    headers = {"Content-Type": kind, **({"X-Twilio-Signature": "x" * 28} if signature else {})}
    assert Desk().post(path, content, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "content", [b"Body=%FF%FE", b"Body=\xff\xfe", b"&" * 60_000, b"a=1&" * 1_000, b"=", b"%"]
)
def test_bytes_that_are_no_form_are_refused(content: bytes) -> None:
    desk = Desk()
    assert desk.post(MESSAGE_PATH, content, form={"Body": "\ufffd"}).status_code == 403


@quickly
@given(form=FORMS, wrong=TEXTS)
def test_no_form_is_taken_with_another_signature(form: dict[str, str], wrong: str) -> None:
    desk = Desk()
    body = urlencode({**form, "Body": "x"}).encode()
    other = {**form, "Body": "y" + wrong}
    assert desk.post(MESSAGE_PATH, body, form=other, signed_as=PUBLIC).status_code == 403
    assert desk.door.taken == []
