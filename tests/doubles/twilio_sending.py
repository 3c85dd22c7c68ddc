"""Sends of the account: what is refused at once, and what becomes of the others."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any
from urllib.parse import urlsplit

from tests.doubles.twilio_content import CONTENT_SID, Content, Library, read_variables
from tests.doubles.twilio_delivery import Courier, Step
from tests.doubles.twilio_state import Inbound, Message, PersonState, Received, State
from tests.doubles.twilio_wire import Address, Refusal, count_segments, parse_address

MAX_BODY = 1600
MAX_MEDIA = 10
FIRST_CARRIER_CODE = 30000
NEVER_SENT = (30001, 30002)
WINDOW_CLOSED = 63016
NOT_ON_WHATSAPP = 63024

Form = dict[str, list[str]]


class Sending:
    """Makes messages out of requests and sends them on their way."""

    def __init__(
        self,
        state: State,
        library: Library,
        courier: Courier,
        require_approval: bool,
        closed_window_status: str,
    ) -> None:
        self._state = state
        self._library = library
        self._courier = courier
        self._require_approval = require_approval
        self._closed_window_status = closed_window_status

    @property
    def early(self) -> bool:
        """Whether the callbacks come before the answer to the send."""
        return self._courier.order == "early"

    def send(self, form: Form, direction: str = "outbound-api") -> tuple[Message, Awaitable[Any]]:
        """Accepts a message, gives it to its person and starts its callbacks.

        Gives the message and what to await for the end of the callbacks. Raises Refusal.
        """
        with self._state.changed:
            to = self._recipient(form)
            service, sender = self._sender(form, to)
            content, values = self._template(form)
            body = content.render(content.body, values) if content else _first(form, "Body")
            _check_content(body, form.get("MediaUrl", []), content)
            _check_callback(_first(form, "StatusCallback"))
            person = self._state.person(to)
            self._check_recipient(to, person)
            message = self._message(form, to, service, sender, body)
            message.direction = direction
            if content:
                message.content_sid, message.content_variables = content.sid, values
            steps = self._fate(to, person, content)
            self._state.messages[message.sid] = message
            if steps[-1].error is None:
                person.received.append(_as_read(message, content))
            self._state.changed.notify_all()
            sender = sender or Address(to.channel, self._state.senders[to.channel])
        return message, self._courier.follow(message, sender, steps)

    def reply(self, inbound: Inbound, body: str, media: list[str], callback: str) -> None:
        """Sends what a webhook answered; a refusal goes to the debugger."""
        form: Form = {
            "To": [inbound.form["From"]],
            "From": [inbound.form["To"]],
            "Body": [body],
            "MediaUrl": media,
            "StatusCallback": [callback],
        }
        try:
            self.send(form, "outbound-reply")
        except Refusal as refusal:
            with self._state.changed:
                self._state.errors.append((refusal.code, refusal.message))

    def _message(
        self, form: Form, to: Address, service: str | None, sender: Address | None, body: str
    ) -> Message:
        media = tuple(form.get("MediaUrl", []))
        return Message(
            account_sid=self._state.account_sid,
            to=str(to),
            from_=str(sender) if sender else None,
            body=body,
            status="accepted" if service else "queued",
            service_sid=service,
            num_segments=_segments(body, to, service),
            media_urls=media,
            num_media=len(media),
            status_callback=_first(form, "StatusCallback") or None,
            validity_period=_validity(_first(form, "ValidityPeriod")),
        )

    def _recipient(self, form: Form) -> Address:
        text = _first(form, "To")
        if not text:
            raise Refusal(21604, "A 'To' phone number is required.")
        address = parse_address(text)
        if address is None:
            raise Refusal(21211, f"The 'To' number {text} is not a valid phone number.")
        return address

    def _sender(self, form: Form, to: Address) -> tuple[str | None, Address | None]:
        service, text = _first(form, "MessagingServiceSid"), _first(form, "From")
        if service and service not in self._state.service_sids:
            raise Refusal(21701, "The messaging service does not exist")
        if not text:
            if service:
                return service, None
            raise Refusal(21603, "A 'From' phone number is required.")
        sender = parse_address(text)
        if sender is None:
            raise Refusal(21212, f"The 'From' number {text} is not a valid phone number.")
        if sender.channel != to.channel:
            raise Refusal(21910, "Invalid From and To pair: they are not of one channel")
        if self._state.senders[sender.channel] != sender.number:
            raise _unknown_sender(sender)
        return service or None, sender

    def _template(self, form: Form) -> tuple[Content | None, dict[str, str]]:
        sid = _first(form, "ContentSid")
        if not sid:
            return None, {}
        content = self._library.get(sid) if CONTENT_SID.fullmatch(sid) else None
        if content is None:
            raise Refusal(21655, f"The ContentSid {sid} is Invalid")
        return content, read_variables(_first(form, "ContentVariables"))

    def _check_recipient(self, to: Address, person: PersonState) -> None:
        if self._state.status != "active":
            raise Refusal(20003, "Authenticate", status=401)
        if to.channel == "sms" and to.number.startswith(tuple(self._state.forbidden_regions)):
            raise Refusal(
                21408,
                "Permission to send an SMS has not been enabled for the region "
                f"indicated by the 'To' number: {to.number}",
            )
        if person.opted_out:
            raise Refusal(21610, "Attempt to send to unsubscribed recipient")
        if person.failure and person.failure < FIRST_CARRIER_CODE:
            raise Refusal(person.failure, f"The message to {to} is refused")

    def _fate(self, to: Address, person: PersonState, content: Content | None) -> list[Step]:
        """The statuses that the message will have, each with the seconds before it."""
        queued, sent = Step("queued", 0.2), Step("sent", 0.5)
        if to.channel == "whatsapp":
            if not person.on_whatsapp:
                return [queued, Step("failed", 0.5, NOT_ON_WHATSAPP)]
            if not person.window_is_open() and not self._may_open_window(content):
                return [queued, Step(self._closed_window_status, 0.5, WINDOW_CLOSED)]
        if person.failure in NEVER_SENT or (person.failure or 0) >= 60000:
            return [queued, Step("failed", 0.5, person.failure)]
        if person.failure:
            return [queued, sent, Step("undelivered", 1.0, person.failure)]
        read = [Step("read", 2.0)] if to.channel == "whatsapp" else []
        return [queued, sent, Step("delivered", 1.0), *read]

    def _may_open_window(self, content: Content | None) -> bool:
        return content is not None and (content.approved or not self._require_approval)


def _first(form: Form, name: str) -> str:
    return form.get(name, [""])[0]


def _check_content(body: str, media: list[str], content: Content | None) -> None:
    if not body.strip() and not media and content is None:
        raise Refusal(21602, "Message body is required.")
    if len(body) > MAX_BODY:
        raise Refusal(
            21617, f"The concatenated message body exceeds the {MAX_BODY} character limit"
        )
    if len(media) > MAX_MEDIA:
        raise Refusal(21623, f"Number of media files exceeds allowed limit of {MAX_MEDIA}")
    if not all(urlsplit(url).scheme in ("http", "https") for url in media):
        raise Refusal(21620, "Invalid media URL(s)")


def _check_callback(url: str) -> None:
    parts = urlsplit(url)
    if url and (
        parts.scheme not in ("http", "https") or not parts.hostname or "_" in parts.hostname
    ):
        raise Refusal(21609, f"The StatusCallback URL {url} is not a valid URL.")


def _unknown_sender(sender: Address) -> Refusal:
    if sender.channel == "whatsapp":
        return Refusal(63007, "Twilio could not find a Channel with the specified From address")
    return Refusal(
        21606,
        f"The 'From' phone number {sender.number} is not a valid, SMS-capable inbound "
        "phone number or short code for your account.",
    )


def _segments(body: str, to: Address, service: str | None) -> int:
    if service:
        return 0
    return 1 if to.channel == "whatsapp" else count_segments(body)


def _validity(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _as_read(message: Message, content: Content | None) -> Received:
    whatsapp = message.to.startswith("whatsapp:")
    titles = content.buttons if content else ()
    values = message.content_variables
    return Received(
        body=message.body,
        content_sid=message.content_sid,
        content_variables=dict(values),
        media=message.media_urls,
        sid=message.sid,
        num_segments=1 if whatsapp else count_segments(message.body),
        buttons=tuple((title, content.render(id, values)) for title, id in titles)
        if content and whatsapp
        else (),
    )
