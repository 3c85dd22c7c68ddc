"""Requests to the product: messages of people, and the statuses of what was sent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from twilio.request_validator import RequestValidator

from tests.doubles.twilio_keywords import Keywords
from tests.doubles.twilio_state import Callback, Inbound, Message, State, Webhook
from tests.doubles.twilio_twiml import TwimlError, read_answer
from tests.doubles.twilio_wire import API_VERSION, Address, new_sid, now

RAW_SECONDS = 10.0
RETRY_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0)
CALLBACK_ORDERS = ("in order", "reversed", "shuffled", "early", "none")
FORM_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"
NO_ANSWER = 11200
NO_KEEPALIVE = httpx.Limits(max_keepalive_connections=0)
FOREIGN_SECRET = "rahasia orang lain"


@dataclass(frozen=True)
class Step:
    """A status, the seconds before it (unscaled) and the error that it reports."""

    status: str
    seconds: float
    error: int | None = None


class Transport:
    """Where requests for public URLs really go, which is always on loopback."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, str]] = []

    def route(self, public: str, loopback: str) -> None:
        self._routes.insert(0, (public.rstrip("/"), loopback.rstrip("/")))

    def learn(self, public: str, loopback: str) -> None:
        """Learns from one pair of URLs where their neighbours are.

        The paths are cut at the end as far as they are the same: "https://contoh.id/a/sms"
        and "http://127.0.0.1:80/sms" make "https://contoh.id/a" go to "http://127.0.0.1:80".
        """
        left, right = public.split("/"), loopback.split("/")
        while len(left) > 3 and len(right) > 3 and left[-1] == right[-1]:
            left, right = left[:-1], right[:-1]
        self.route("/".join(left), "/".join(right))

    def resolve(self, url: str) -> str | None:
        """The URL on loopback to post to; None if there is none."""
        for public, loopback in self._routes:
            if url == public or url.startswith((public + "/", public + "?")):
                url = loopback + url[len(public) :]
                break
        return url if _is_loopback(url) else None


class Courier:
    """Posts webhooks and callbacks on the loop of the servers and keeps what happened.

    `submit` and `reply` have to be set before use: the first runs a coroutine on that
    loop, the second sends what a webhook answered.
    """

    submit: Callable[[Coroutine[Any, Any, Any]], Future[Any]]
    reply: Callable[[Inbound, str, list[str], str], None]

    def __init__(
        self,
        state: State,
        transport: Transport,
        keywords: Keywords,
        *,
        time_scale: float,
        callbacks: str,
        seed: int,
        retries: int,
        answer_within: float,
        parallel: bool,
        advanced_opt_out: bool,
    ) -> None:
        if callbacks not in CALLBACK_ORDERS:
            raise ValueError(f"callbacks must be one of {CALLBACK_ORDERS}")
        self.order = callbacks
        self._state = state
        self._transport = transport
        self._keywords = keywords
        self._time_scale = time_scale
        self._random = random.Random(seed)
        self._retries = retries
        self._answer_within = answer_within
        self._parallel = parallel
        self._advanced_opt_out = advanced_opt_out
        self._client = httpx.AsyncClient(
            trust_env=False, verify=False, timeout=answer_within, limits=NO_KEEPALIVE
        )
        self._turns: dict[str, asyncio.Lock] = {}
        self._install_sid = new_sid("XE")

    def carry(self, inbound: Inbound) -> None:
        """Takes a message of a person to the webhook of its channel."""
        kind = self._keywords.note(self._state, inbound)
        if self._advanced_opt_out and kind:
            inbound.form["OptOutType"] = kind
        with self._state.changed:
            self._state.inbound.append(inbound)
        self._start(self._deliver(inbound))

    def follow(self, message: Message, sender: Address, steps: list[Step]) -> Awaitable[Any]:
        """Takes a message through its statuses and posts the callbacks."""
        work = self._start(self._progress(message, sender, steps))
        return asyncio.wrap_future(work)

    def deliver_raw(
        self,
        channel: str,
        form: dict[str, str],
        signature: str | None,
        headers: dict[str, str],
        url: str | None,
    ) -> int:
        """One request to the webhook from the thread of the caller; gives its status."""
        webhook = self._state.webhooks.get(channel)
        if url is not None:
            webhook = Webhook(url, url)
        assert webhook is not None, f"no webhook is set for {channel}"
        signed_as, target = webhook.signed_as, self._loopback(webhook.url)
        sent = self._headers(signed_as, form, new_sid(""))
        if signature != "valid":
            del sent["X-Twilio-Signature"]
        if signature == "forged":
            forged = RequestValidator(FOREIGN_SECRET).compute_signature(signed_as, form)
            sent["X-Twilio-Signature"] = forged
        elif signature not in ("valid", None):
            sent["X-Twilio-Signature"] = str(signature)
        return self._post_here(target, form, {**sent, **headers})

    def redeliver(self, inbound: Inbound) -> int:
        """Posts a message once more from the thread of the caller; gives the status."""
        webhook = self._state.webhooks[inbound.channel]
        headers = self._headers(webhook.signed_as, inbound.form, inbound.idempotency_token)
        return self._post_here(self._loopback(webhook.url), inbound.form, headers)

    def _loopback(self, url: str) -> str:
        target = self._transport.resolve(url)
        assert target is not None, f"not on loopback: {url}"
        return target

    def _post_here(self, url: str, form: dict[str, str], headers: dict[str, str]) -> int:
        with httpx.Client(trust_env=False, verify=False, timeout=RAW_SECONDS) as client:
            return client.post(url, content=urlencode(form), headers=headers).status_code

    def _start(self, work: Coroutine[Any, Any, None]) -> Future[Any]:
        with self._state.changed:
            self._state.pending += 1
        return self.submit(self._counted(work))

    async def _counted(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            with self._state.changed:
                self._state.errors.append((0, repr(error)))
            raise
        finally:
            with self._state.changed:
                self._state.pending -= 1
                self._state.changed.notify_all()

    async def _deliver(self, inbound: Inbound) -> None:
        if self._parallel:
            await self._take_to_webhook(inbound)
            return
        async with self._turns.setdefault(inbound.form["From"], asyncio.Lock()):
            await self._take_to_webhook(inbound)

    async def _take_to_webhook(self, inbound: Inbound) -> None:
        webhook = self._state.webhooks.get(inbound.channel)
        if webhook is not None:
            answer = await self._post(
                self._transport.resolve(webhook.url),
                webhook.signed_as,
                inbound.form,
                inbound.statuses,
                inbound.idempotency_token,
            )
            if answer is not None and answer.is_success:
                self._follow_answer(inbound, answer)
        with self._state.changed:
            inbound.done = True

    def _follow_answer(self, inbound: Inbound, answer: httpx.Response) -> None:
        try:
            replies = read_answer(answer.headers.get("content-type", ""), answer.text)
        except TwimlError as error:
            with self._state.changed:
                self._state.errors.append((error.code, str(error)))
            return
        for reply in replies:
            self.reply(inbound, reply.body, reply.media, reply.callback)

    async def _progress(self, message: Message, sender: Address, steps: list[Step]) -> None:
        waiting: list[Step] = []
        for step in steps:
            await asyncio.sleep(step.seconds * self._time_scale)
            self._advance(message, sender, step)
            if self.order in ("in order", "early"):
                await self._call_back(message, sender, step)
            else:
                waiting.append(step)
        for step in self._rearranged(waiting):
            await self._call_back(message, sender, step)

    def _advance(self, message: Message, sender: Address, step: Step) -> None:
        with self._state.changed:
            message.status = step.status
            message.from_ = str(sender)
            message.updated = now()
            if step.status == "sent":
                message.sent = message.updated
            if step.error:
                message.error_code = step.error
                message.error_message = f"Error {step.error}"
            self._state.changed.notify_all()

    def _rearranged(self, steps: list[Step]) -> list[Step]:
        if self.order == "none":
            return []
        if self.order == "reversed" or len(steps) < 3:
            return steps[::-1]
        mixed = list(steps)
        while mixed in (steps, steps[::-1]):
            self._random.shuffle(mixed)
        return mixed

    async def _call_back(self, message: Message, sender: Address, step: Step) -> None:
        url = message.status_callback
        if not url:
            return
        form = self._callback_form(message, sender, step)
        callback = Callback(message.sid, step.status, url, form)
        with self._state.changed:
            self._state.callbacks.append(callback)
        target = self._transport.resolve(url)
        await self._post(target, url, form, callback.http_statuses, new_sid(""))

    def _callback_form(self, message: Message, sender: Address, step: Step) -> dict[str, str]:
        form = {
            "SmsSid": message.sid,
            "SmsStatus": step.status,
            "MessageStatus": step.status,
            "To": message.to,
            "MessageSid": message.sid,
            "AccountSid": message.account_sid,
            "From": str(sender),
            "ApiVersion": API_VERSION,
        }
        if message.service_sid:
            form["MessagingServiceSid"] = message.service_sid
        if step.error:
            form["ErrorCode"] = str(step.error)
        if sender.channel == "whatsapp":
            return {**form, **self._channel_fields(message, step)}
        if step.status in ("delivered", "undelivered"):
            form["RawDlrDoneDate"] = now().strftime("%y%m%d%H%M")
        return form

    def _channel_fields(self, message: Message, step: Step) -> dict[str, str]:
        number = message.to.partition(":")[2]
        fields = {
            "ChannelPrefix": "whatsapp",
            "ChannelInstallSid": self._install_sid,
            "ChannelToAddress": f"{number[:-4]}XXXX",
        }
        if step.status == "sent":
            fields["StructuredMessage"] = "true" if message.content_sid else "false"
        if step.status in ("delivered", "read", "undelivered"):
            fields["EventType"] = step.status.upper()
        return fields

    async def _post(
        self, url: str | None, signed_as: str, form: dict[str, str], statuses: list[int], token: str
    ) -> httpx.Response | None:
        """Posts until there is an answer below 500, at most `retries` times more."""
        if url is None:
            self._note(statuses, 0, f"no way to {signed_as}")
            return None
        for attempt in range(self._retries + 1):
            if attempt:
                pause = RETRY_SECONDS[min(attempt, len(RETRY_SECONDS)) - 1]
                await asyncio.sleep(pause * self._time_scale)
            answer = await self._try(url, form, self._headers(signed_as, form, token))
            status = answer.status_code if answer else 0
            self._note(statuses, status, f"{status} of {signed_as}")
            if answer is not None and status < 500:
                return answer
        return None

    def _note(self, statuses: list[int], status: int, text: str) -> None:
        with self._state.changed:
            statuses.append(status)
            if not 200 <= status < 300:
                self._state.errors.append((NO_ANSWER, text))
            self._state.changed.notify_all()

    async def _try(
        self, url: str, form: dict[str, str], headers: dict[str, str]
    ) -> httpx.Response | None:
        try:
            work = self._client.post(url, content=urlencode(form), headers=headers)
            return await asyncio.wait_for(work, self._answer_within)
        except (httpx.HTTPError, asyncio.TimeoutError):
            return None

    def _headers(self, signed_as: str, form: dict[str, str], token: str) -> dict[str, str]:
        url = signed_as.partition("#")[0]
        signature = RequestValidator(self._state.auth_token).compute_signature(url, form)
        return {
            "Content-Type": FORM_TYPE,
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": signature,
            "I-Twilio-Idempotency-Token": token,
        }


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
