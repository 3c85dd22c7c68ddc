"""Everything that the double knows, received and sent, behind one lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tests.doubles.twilio_wire import API_VERSION, Address, new_sid, now, rfc2822

WINDOW_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Received:
    """A message as a person reads it.

    `buttons` are (title, payload) of the quick replies of a template; `media` are URLs.
    """

    body: str
    content_sid: str | None
    content_variables: dict[str, str]
    media: tuple[str, ...]
    sid: str
    num_segments: int
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass
class Message:
    """A message of the account, either way."""

    account_sid: str
    to: str
    from_: str | None
    body: str
    status: str
    direction: str = "outbound-api"
    sid: str = field(default_factory=lambda: new_sid("SM"))
    service_sid: str | None = None
    num_segments: int = 1
    media_urls: tuple[str, ...] = ()
    num_media: int = 0
    content_sid: str | None = None
    content_variables: dict[str, str] = field(default_factory=dict)
    status_callback: str | None = None
    validity_period: int | None = None
    error_code: int | None = None
    error_message: str | None = None
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    sent: datetime | None = None

    @property
    def uri(self) -> str:
        return f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}.json"

    def as_json(self) -> dict[str, object]:
        """The Message resource, with numbers as texts where the provider has them so."""
        parent = self.uri.removesuffix(".json")
        return {
            "account_sid": self.account_sid,
            "api_version": API_VERSION,
            "body": self.body,
            "date_created": rfc2822(self.created),
            "date_sent": rfc2822(self.sent),
            "date_updated": rfc2822(self.updated),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": self.error_message,
            "from": self.from_,
            "messaging_service_sid": self.service_sid,
            "num_media": str(self.num_media),
            "num_segments": str(self.num_segments),
            "price": None,
            "price_unit": None if self.service_sid else "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {
                "media": f"{parent}/Media.json",
                "feedback": f"{parent}/Feedback.json",
            },
            "to": self.to,
            "uri": self.uri,
        }


@dataclass
class Inbound:
    """A message of a person on its way to the webhook.

    `statuses` has the answer to each attempt: an HTTP status, or 0 for none.
    """

    channel: str
    sid: str
    form: dict[str, str]
    idempotency_token: str
    statuses: list[int] = field(default_factory=list)
    done: bool = False


@dataclass
class Callback:
    """A status callback; `http_statuses` has the answer to each attempt, 0 for none."""

    sid: str
    status: str
    url: str
    form: dict[str, str]
    http_statuses: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class ApiCall:
    """A request to the REST interface and the status that it got; 0 if dropped."""

    method: str
    path: str
    form: dict[str, list[str]]
    status: int


@dataclass(frozen=True)
class Media:
    """A file that a person sent."""

    sid: str
    message_sid: str
    content: bytes
    content_type: str
    created: datetime = field(default_factory=now)


@dataclass
class Webhook:
    """`url` is where requests really go, `signed_as` the URL under the signature."""

    url: str
    signed_as: str


@dataclass
class PersonState:
    """What the provider knows of one number on one channel."""

    address: Address
    profile_name: str
    received: list[Received] = field(default_factory=list)
    automatic_replies: list[str] = field(default_factory=list)
    last_inbound: float | None = None
    opted_out: bool = False
    on_whatsapp: bool = True
    failure: int | None = None

    def window_is_open(self) -> bool:
        return self.last_inbound is not None and time.time() - self.last_inbound < WINDOW_SECONDS


class State:
    """The account. Hold `changed` while reading or changing; notify it after a change."""

    def __init__(self, account_sid: str, auth_token: str, senders: dict[str, str]) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.senders = senders
        self.api_keys: dict[str, str] = {}
        self.service_sids: set[str] = set()
        self.status = "active"
        self.forbidden_regions: list[str] = []
        self.messages: dict[str, Message] = {}
        self.people: dict[Address, PersonState] = {}
        self.media: dict[str, Media] = {}
        self.media_tickets: dict[str, str] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.inbound: list[Inbound] = []
        self.callbacks: list[Callback] = []
        self.calls: list[ApiCall] = []
        self.errors: list[tuple[int, str]] = []
        self.leaked_credentials: list[str] = []
        self.pending = 0

    def person(self, address: Address, profile_name: str = "Ani Contoh") -> PersonState:
        """The person at `address`, made at the first mention."""
        with self.changed:
            return self.people.setdefault(address, PersonState(address, profile_name))

    def wait_until(self, met: Callable[[], bool], seconds: float) -> bool:
        """Waits until `met` is true, at most `seconds` (real ones); gives whether it is."""
        with self.changed:
            return self.changed.wait_for(met, seconds)
