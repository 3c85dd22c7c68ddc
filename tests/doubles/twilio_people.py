"""People who write to the account over WhatsApp or SMS."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from uuid import uuid4

from tests.doubles.twilio_state import Inbound, Media, Message, Received, State
from tests.doubles.twilio_wire import API_VERSION, Address, count_segments, new_sid

MEDIA_LIMIT = 16 * 1024 * 1024
COUNTRIES = {"+62": "ID", "+60": "MY", "+65": "SG", "+1": "US"}


class Person:
    """Somebody with a number, on one channel. Get one from `TwilioDouble.person`.

    Whatever a person sends goes to the webhook of the channel in the background; each
    method gives the `Inbound`, whose `statuses` fill as the webhook answers.
    """

    def __init__(
        self, state: State, address: Address, api_url: str, deliver: Callable[[Inbound], None]
    ) -> None:
        self._state = state
        self._known = state.person(address)
        self._api_url = api_url
        self._deliver = deliver
        self.address = address.number
        self.channel = address.channel

    @property
    def received(self) -> list[Received]:
        """What reached this person, in the order in which it was sent."""
        with self._state.changed:
            return list(self._known.received)

    @property
    def automatic_replies(self) -> list[str]:
        """What the provider itself answered to STOP and START."""
        with self._state.changed:
            return list(self._known.automatic_replies)

    def wait_for(self, count: int, seconds: float = 10.0) -> list[Received]:
        """Waits until `count` messages came; AssertionError after `seconds`."""
        enough = self._state.wait_until(lambda: len(self._known.received) >= count, seconds)
        got = self.received
        assert enough, f"{len(got)} of {count} messages came: {[item.body for item in got]}"
        return got

    def says(self, text: str, *, forwarded: bool = False, reply_to: str | None = None) -> Inbound:
        """Writes a text; `reply_to` is the SID of a message that it quotes."""
        fields = {"Forwarded": "true"} if forwarded else {}
        return self._sends("text", text, {**fields, **self._quote(reply_to)})

    def presses(self, title: str, payload: str | None = None) -> Inbound:
        """Presses a quick reply (WhatsApp).

        Without `payload` it is the button of that title in the last message that has one;
        AssertionError if there is none.
        """
        sid = None
        if payload is None:
            sid, payload = self._find_button(title)
        fields = {"ButtonText": title, "ButtonPayload": payload, **self._quote(sid)}
        return self._sends("button", title, fields, {"ButtonText": title})

    def picks_list(self, id: str, title: str) -> Inbound:
        """Picks an entry of a list message (WhatsApp)."""
        return self._sends("interactive", title, {"ListId": id, "ListTitle": title})

    def sends_media(self, content: bytes, content_type: str, text: str = "") -> Inbound:
        """Sends a file of at most 16 MB; ValueError above."""
        if len(content) > MEDIA_LIMIT:
            raise ValueError(f"{len(content)} bytes are above {MEDIA_LIMIT}")
        media = Media(new_sid("ME"), new_sid("MM"), content, content_type)
        with self._state.changed:
            self._state.media[media.sid] = media
        account = f"{self._api_url}/{API_VERSION}/Accounts/{self._state.account_sid}"
        fields = {
            "MediaUrl0": f"{account}/Messages/{media.message_sid}/Media/{media.sid}",
            "MediaContentType0": content_type,
        }
        kind = content_type.partition("/")[0]
        kind = kind if kind in ("image", "audio", "video") else "document"
        return self._sends(kind, text, fields, sid=media.message_sid)

    def shares_location(
        self, lat: float, lon: float, label: str = "", address: str = ""
    ) -> Inbound:
        """Shares a place in degrees (WhatsApp)."""
        fields = {"Latitude": str(lat), "Longitude": str(lon)}
        fields.update({"Label": label} if label else {})
        fields.update({"Address": address} if address else {})
        return self._sends("location", "", fields, dict(fields))

    def window_closes(self) -> None:
        """Makes the 24 hours since the last message of this person be over."""
        with self._state.changed:
            self._known.last_inbound = None

    def window_opens(self) -> None:
        """As if this person had just written."""
        with self._state.changed:
            self._known.last_inbound = time.time()

    def fails_with(self, code: int | None) -> None:
        """Lets sends to this person fail until None is set.

        A code of 30000 or more comes in the status callback, a lower one as a 400 answer.
        """
        with self._state.changed:
            self._known.failure = code

    def leaves_whatsapp(self) -> None:
        """From now on sends fail with 63024 in the callback."""
        with self._state.changed:
            self._known.on_whatsapp = False

    def _find_button(self, title: str) -> tuple[str, str]:
        for message in reversed(self.received):
            for shown, payload in message.buttons:
                if shown == title:
                    return message.sid, payload
        raise AssertionError(f"no message has a button {title!r}")

    def _quote(self, sid: str | None) -> dict[str, str]:
        if sid is None:
            return {}
        sender = Address(self.channel, self._state.senders[self.channel])
        return {
            "OriginalRepliedMessageSid": sid,
            "OriginalRepliedMessageSender": str(sender),
        }

    def _sends(
        self,
        kind: str,
        body: str,
        fields: dict[str, str],
        context: dict[str, str] | None = None,
        sid: str | None = None,
    ) -> Inbound:
        sid = sid or new_sid("SM")
        channel_fields = (
            self._whatsapp_fields(kind, context or {})
            if self.channel == "whatsapp"
            else self._sms_fields()
        )
        form = {**self._common_fields(sid, body), **channel_fields, **fields}
        if "MediaUrl0" in fields:
            form["NumMedia"] = "1"
        inbound = Inbound(self.channel, sid, form, str(uuid4()))
        with self._state.changed:
            self._known.last_inbound = time.time()
            self._state.messages[sid] = self._as_message(inbound)
        self._deliver(inbound)
        return inbound

    def _common_fields(self, sid: str, body: str) -> dict[str, str]:
        sender = Address(self.channel, self._state.senders[self.channel])
        whatsapp = self.channel == "whatsapp"
        return {
            "MessageSid": sid,
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "SmsStatus": "received",
            "AccountSid": self._state.account_sid,
            "From": str(self._known.address),
            "To": str(sender),
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1" if whatsapp else str(count_segments(body)),
            "ApiVersion": API_VERSION,
        }

    def _whatsapp_fields(self, kind: str, context: dict[str, str]) -> dict[str, str]:
        name, wa_id = self._known.profile_name, self.address.removeprefix("+")
        context = {**context, "ProfileName": name, "WaId": wa_id}
        metadata = {"type": "whatsapp", "data": {"context": context}}
        return {
            "ProfileName": name,
            "WaId": wa_id,
            "MessageType": kind,
            "ReferralNumMedia": "0",
            "ChannelMetadata": json.dumps(metadata, separators=(",", ":")),
        }

    def _sms_fields(self) -> dict[str, str]:
        sender = self._state.senders["sms"]
        places = {f"{end}{part}": "" for end in ("From", "To") for part in ("City", "State", "Zip")}
        return {**places, "FromCountry": _country(self.address), "ToCountry": _country(sender)}

    def _as_message(self, inbound: Inbound) -> Message:
        form = inbound.form
        return Message(
            account_sid=self._state.account_sid,
            to=form["To"],
            from_=form["From"],
            body=form["Body"],
            direction="inbound",
            status="received",
            sid=inbound.sid,
            num_segments=int(form["NumSegments"]),
            num_media=int(form["NumMedia"]),
        )


def _country(number: str) -> str:
    return next((code for prefix, code in COUNTRIES.items() if number.startswith(prefix)), "")
