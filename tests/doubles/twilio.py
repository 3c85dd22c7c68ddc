"""A double of Twilio (WhatsApp, SMS, Content API) as real HTTP servers on loopback.

    with TwilioDouble() as twilio:
        twilio.set_webhook("whatsapp", f"{product.url}/twilio/whatsapp")
        ani = twilio.person("+6281200000001")
        ani.says("halo")
        assert ani.wait_for(1)[0].body

It answers like the provider as its documentation and its client 8.2.2 have it, keeps
whatever it got and sent, and never contacts a host that is not on loopback.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

from tests.doubles.loopback import LoopbackServers
from tests.doubles.twilio_content import Library
from tests.doubles.twilio_delivery import Courier, Transport
from tests.doubles.twilio_faults import Faults
from tests.doubles.twilio_keywords import Keywords
from tests.doubles.twilio_people import Person
from tests.doubles.twilio_rest import api_app, media_app
from tests.doubles.twilio_sending import Sending
from tests.doubles.twilio_state import ApiCall, Callback, Inbound, Message, State, Webhook
from tests.doubles.twilio_wire import E164, Address

__all__ = ["ApiCall", "Callback", "Inbound", "Message", "Person", "TwilioDouble"]

ACCOUNT_SID = "AC" + "0" * 31 + "1"
AUTH_TOKEN = "uji" * 10 + "uj"
SERVICE_SID = "MG" + "0" * 31 + "1"


class TwilioDouble:
    """The provider with one account, one WhatsApp sender and one SMS number.

    `time_scale` multiplies the delays of callbacks and retries and the 15 s in which a
    webhook has to answer (at least 5 s, unless `answer_within` gives real seconds).
    `retries` is how often a webhook or callback is tried again after a 5xx or no answer.
    `callbacks` is "in order", "reversed", "shuffled" (by `seed`), "early" (all of them
    before the answer to the send) or "none". With `parallel` a person's messages are
    delivered side by side, as the provider does, instead of one after the other. With
    `require_approval` only an approved template goes out after the 24 hours. An SMS of
    only STOP (or another word of the provider's, or an own one) blocks the number until
    START; with `advanced_opt_out` the webhook is told by OptOutType.
    """

    def __init__(
        self,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        *,
        time_scale: float = 0.01,
        whatsapp: str = "+6281100000000",
        sms: str = "+6281100000001",
        api_key: tuple[str, str] | None = None,
        messaging_service_sid: str = SERVICE_SID,
        callbacks: str = "in order",
        seed: int = 1,
        retries: int = 3,
        answer_within: float | None = None,
        parallel: bool = False,
        advanced_opt_out: bool = False,
        own_stop_words: tuple[str, ...] = ("BERHENTI",),
        own_start_words: tuple[str, ...] = ("MULAI",),
        require_approval: bool = False,
        closed_window_status: str = "undelivered",
    ) -> None:
        self.messaging_service_sid = messaging_service_sid
        self.state = State(account_sid, auth_token, {"whatsapp": whatsapp, "sms": sms})
        self.state.service_sids.add(messaging_service_sid)
        self.state.api_keys.update([api_key] if api_key else [])
        self._transport = Transport()
        self._faults = Faults(self.state)
        self._library = Library(self.state)
        self._courier = Courier(
            self.state,
            self._transport,
            Keywords(own_stop_words, own_start_words),
            time_scale=time_scale,
            callbacks=callbacks,
            seed=seed,
            retries=retries,
            answer_within=max(5.0, 15 * time_scale) if answer_within is None else answer_within,
            parallel=parallel,
            advanced_opt_out=advanced_opt_out,
        )
        self._sending = Sending(
            self.state, self._library, self._courier, require_approval, closed_window_status
        )
        self._courier.reply = self._sending.reply
        self._servers = LoopbackServers(
            api_app(self.state, self._library, self._sending, self._faults, self._media_location),
            media_app(self.state),
        )
        self.url, self.media_host_url = self._servers.urls

    def __enter__(self) -> TwilioDouble:
        self._servers.start()
        self._courier.submit = self._servers.submit
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._servers.stop()

    @property
    def account_sid(self) -> str:
        return self.state.account_sid

    @property
    def auth_token(self) -> str:
        """The secret of the REST interface and of the signatures; set it to rotate it."""
        return self.state.auth_token

    @auth_token.setter
    def auth_token(self, token: str) -> None:
        with self.state.changed:
            self.state.auth_token = token

    def sender(self, channel: str) -> str:
        """The address of the account: "whatsapp:+62..." or "+62..."."""
        return str(Address(channel, self.state.senders[channel]))

    def person(
        self, address: str, channel: str = "whatsapp", profile_name: str = "Ani Contoh"
    ) -> Person:
        """The person with this number (E.164) on "whatsapp" or "sms"; one for each pair."""
        if channel not in self.state.senders or not E164.fullmatch(address):
            raise ValueError(f"no such channel or number: {channel} {address}")
        known = Address(channel, address)
        self.state.person(known, profile_name)
        return Person(self.state, known, self.url, self._courier.carry)

    def set_webhook(self, channel: str, url: str, *, signed_as: str | None = None) -> None:
        """Where messages of people on `channel` go.

        `url` is on loopback and is really posted to; `signed_as` is the public URL that
        the signature is computed over. A status callback to a URL of the same public
        place finds its way to loopback too.
        """
        with self.state.changed:
            self.state.webhooks[channel] = Webhook(url, signed_as or url)
        if signed_as:
            self._transport.learn(signed_as, url)

    def route(self, public: str, loopback: str) -> None:
        """Requests to URLs that begin with `public` go to `loopback` instead."""
        self._transport.route(public, loopback)

    def template(
        self,
        friendly_name: str,
        body: str,
        buttons: list[tuple[str, str]] | None = None,
        *,
        variables: dict[str, str] | None = None,
        language: str = "id",
        approved: bool = True,
    ) -> str:
        """Makes a template with quick replies (title, payload); gives its SID (HX...)."""
        kind = "twilio/quick-reply" if buttons else "twilio/text"
        content: dict[str, Any] = {"body": body}
        if buttons:
            content["actions"] = [{"title": title, "id": id} for title, id in buttons]
        made = self._library.create(
            {
                "friendly_name": friendly_name,
                "language": language,
                "variables": variables or {},
                "types": {kind: content},
            }
        )
        if approved:
            self._library.submit(made.sid, {"name": friendly_name, "category": "UTILITY"})
            self._library.decide(made.sid, "approved")
        return made.sid

    def approves(self, content_sid: str) -> None:
        """WhatsApp approves a template that was submitted."""
        self._library.decide(content_sid, "approved")

    def rejects(self, content_sid: str, reason: str) -> None:
        """WhatsApp rejects a template that was submitted."""
        self._library.decide(content_sid, "rejected", reason)

    def suspends(self) -> None:
        """The account becomes "suspended": it can be read, but sends are refused (401)."""
        with self.state.changed:
            self.state.status = "suspended"

    def forbids_region(self, prefix: str) -> None:
        """SMS to numbers that begin with `prefix` ("+855") get 21408."""
        with self.state.changed:
            self.state.forbidden_regions.append(prefix)

    def limit(self, to: str, times: int = 1, *, code: int = 63018) -> None:
        """The next `times` sends to this number get 429 with `code` (63018 or 20429)."""
        self._faults.limit(to, times, code)

    def fail_next(
        self,
        status: int = 503,
        times: int = 1,
        *,
        body: str | None = None,
        on: str = "/Messages.json",
    ) -> None:
        """The next `times` POSTs or GETs whose path ends in `on` fail without acting.

        `body` replaces the JSON error body; an empty `on` fits every path.
        """
        self._faults.fail(status, times, body, on)

    def drop_next(self, times: int = 1) -> None:
        """The next `times` sends are done, but the connection closes without an answer."""
        self._faults.drop(times)

    def slow(self, seconds: float) -> None:
        """From now on a send is done at once and answered after `seconds` (real ones)."""
        self._faults.slow(seconds)

    def deliver_raw(
        self,
        channel: str,
        form: dict[str, str],
        *,
        signature: str | None = "valid",
        headers: dict[str, str] | None = None,
        url: str | None = None,
    ) -> int:
        """Posts any form to the webhook (or to `url`) once and gives the HTTP status.

        `signature` is "valid", "forged" (of the right shape but with another secret),
        None (no such header) or the very text to send. `headers` win over the others.
        Raises httpx.HTTPError if there is no answer.
        """
        return self._courier.deliver_raw(channel, form, signature, headers or {}, url)

    def redeliver(self, inbound: Inbound) -> int:
        """Posts a message of a person once more, as a retry does; gives the HTTP status."""
        return self._courier.redeliver(inbound)

    def wait_until_delivered(self, seconds: float = 10.0) -> None:
        """Waits until no webhook and no callback is under way or waits for a retry."""
        idle = self.state.wait_until(lambda: self.state.pending == 0, seconds)
        assert idle, f"{self.state.pending} deliveries are still under way"

    @property
    def webhook_statuses(self) -> list[int]:
        """The answers to all attempts to deliver messages of people; 0 for no answer."""
        with self.state.changed:
            return [status for item in self.state.inbound for status in item.statuses]

    @property
    def inbound(self) -> list[Inbound]:
        """What people sent, with the form that was posted."""
        with self.state.changed:
            return list(self.state.inbound)

    @property
    def messages(self) -> list[Message]:
        """The messages that the account sent and that were accepted, in order."""
        with self.state.changed:
            return [m for m in self.state.messages.values() if m.direction != "inbound"]

    @property
    def callbacks(self) -> list[Callback]:
        """The status callbacks, in the order in which they were sent."""
        with self.state.changed:
            return list(self.state.callbacks)

    @property
    def calls(self) -> list[ApiCall]:
        """The requests to the REST interface, also those that were refused."""
        with self.state.changed:
            return list(self.state.calls)

    @property
    def errors(self) -> list[tuple[int, str]]:
        """What would stand in the provider's debugger: code and text (11200, 12100...)."""
        with self.state.changed:
            return list(self.state.errors)

    @property
    def leaked_credentials(self) -> list[str]:
        """The Authorization headers that the media host was sent; has to stay empty."""
        with self.state.changed:
            return list(self.state.leaked_credentials)

    def _media_location(self, ticket: str) -> str:
        return f"{self.media_host_url}/{ticket}"
