"""How a bot gets its updates: setWebhook and its relatives, and getUpdates."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.doubles.telegram_request import Arguments
from tests.doubles.telegram_state import (
    UPDATE_KINDS,
    ApiError,
    Described,
    Json,
    State,
    Webhook,
    bad_request,
)

LONGEST_POLL = 50
WEBHOOK_PORTS = (80, 88, 443, 8443)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
OTHER_POLL = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
WEBHOOK_CAME = "Conflict: terminated by setWebhook request"
# Kinds of updates that may be asked for but that the double never makes.
OTHER_KINDS = frozenset(
    "channel_post edited_channel_post inline_query chosen_inline_result shipping_query "
    "pre_checkout_query poll poll_answer chat_member chat_join_request message_reaction "
    "message_reaction_count chat_boost removed_chat_boost business_connection business_message "
    "edited_business_message deleted_business_messages purchased_paid_media".split()
)


@dataclass
class _Poll:
    """A getUpdates that waits."""

    loop: asyncio.AbstractEventLoop
    wake: asyncio.Event
    ended_by: str = ""


class Updates:
    """The way of updates to the bot; `get_updates` runs in the server's event loop."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._poll: _Poll | None = None
        state.on_update.append(self._wake)

    @property
    def is_polled(self) -> bool:
        return self._poll is not None

    def set_webhook(self, arguments: Arguments) -> Described:
        url = arguments.text("url")
        if not url:
            return self.delete_webhook(arguments)
        webhook = Webhook(
            url, _secret(arguments), min(100, max(1, arguments.integer("max_connections", 40)))
        )
        _check_url(url)
        self._drop_pending(arguments)
        self._allow(arguments)
        self._end_poll(WEBHOOK_CAME)
        if self._state.webhook == webhook:
            return Described(True, "Webhook is already set")
        self._state.webhook, self._state.last_error = webhook, None
        self._state.tell_listeners()
        return Described(True, "Webhook was set")

    def delete_webhook(self, arguments: Arguments) -> Described:
        self._drop_pending(arguments)
        was_set = self._state.webhook is not None
        self._state.webhook, self._state.last_error = None, None
        self._state.tell_listeners()
        return Described(True, f"Webhook {'was' if was_set else 'is already'} deleted")

    def get_webhook_info(self, _arguments: Arguments) -> Json:
        webhook, error = self._state.webhook, self._state.last_error
        info: Json = {
            "url": webhook.url if webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._state.pending),
        }
        if webhook:
            info["max_connections"] = webhook.max_connections
            info["ip_address"] = "127.0.0.1"
        if error:
            info["last_error_date"], info["last_error_message"] = error
        if self._state.allowed_updates != frozenset(UPDATE_KINDS):
            info["allowed_updates"] = sorted(self._state.allowed_updates)
        return info

    async def get_updates(self, arguments: Arguments) -> list[Json]:
        """Updates from `offset` on, which confirms those before; waits up to `timeout` s."""
        if self._state.webhook is not None:
            raise ApiError(409, WEBHOOK_ACTIVE)
        self._allow(arguments)
        limit = min(100, max(1, arguments.integer("limit", 100)))
        timeout = min(LONGEST_POLL, max(0, arguments.integer("timeout")))
        offset = arguments.integer("offset")
        found = self._fetch(offset, limit)
        if found or not timeout:
            return found
        await self._wait(timeout)
        return self._fetch(offset, limit)

    async def _wait(self, seconds: float) -> None:
        self._end_poll(OTHER_POLL)
        poll = self._poll = _Poll(asyncio.get_running_loop(), asyncio.Event())
        if self._state.pending:
            poll.wake.set()
        try:
            await asyncio.wait_for(poll.wake.wait(), seconds)
        except asyncio.TimeoutError:
            pass
        finally:
            if self._poll is poll:
                self._poll = None
        if poll.ended_by:
            raise ApiError(409, poll.ended_by)

    def _fetch(self, offset: int, limit: int) -> list[Json]:
        """A negative offset keeps only so many of the last updates."""
        with self._state.changed:
            waiting = sorted(self._state.pending)
            if offset < 0:
                offset = waiting[offset:][0] if waiting else 0
            self._state.confirm([i for i in waiting if i < offset])
            return [update.content for update in self._state.pending.values()][:limit]

    def _end_poll(self, why: str) -> None:
        if self._poll is not None:
            self._poll.ended_by = why
            self._poll.wake.set()

    def _wake(self) -> None:
        if (poll := self._poll) is not None:
            poll.loop.call_soon_threadsafe(poll.wake.set)

    def _drop_pending(self, arguments: Arguments) -> None:
        if arguments.flag("drop_pending_updates"):
            self._state.confirm(list(self._state.pending))

    def _allow(self, arguments: Arguments) -> None:
        """Kinds of updates to send from now on; stays as it was when nothing is given."""
        kinds = arguments.object("allowed_updates")
        if isinstance(kinds, list):
            known = frozenset(kinds) & (OTHER_KINDS | set(UPDATE_KINDS))
            self._state.allowed_updates = known or frozenset(UPDATE_KINDS)


def _secret(arguments: Arguments) -> str:
    secret = arguments.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    return secret


def _check_url(url: str) -> None:
    """https on Telegram's four ports, or anything on loopback, for tests."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise bad_request("invalid webhook URL specified") from None
    if not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    if parts.hostname in LOOPBACK and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (port or 443) not in WEBHOOK_PORTS:
        ports = "80, 88, 443 or 8443"
        raise bad_request(f"bad webhook: Webhook can be set up only on ports {ports}")
