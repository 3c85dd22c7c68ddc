"""Templates of the Content API and their approval by WhatsApp."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.doubles.twilio_state import State
from tests.doubles.twilio_wire import Refusal, iso8601, new_sid, now

CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
UNSAFE_VALUE = re.compile(r"[\n\r\t]| {5,}")
APPROVAL_NAME = re.compile(r"[a-z0-9_]{1,512}")
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
MAX_VALUE = 1600
MAX_BODY = 1024
MAX_BUTTONS = 10
MAX_TITLE = 20
MAX_PAYLOAD = 200
INVALID_PARAMETER = 20001


@dataclass
class Approval:
    """A submission to WhatsApp; `status` is received, pending, approved or rejected."""

    name: str
    category: str
    status: str = "received"
    reason: str = ""


@dataclass
class Content:
    """A template."""

    account_sid: str
    friendly_name: str
    language: str
    variables: dict[str, str]
    types: dict[str, dict[str, Any]]
    sid: str = field(default_factory=lambda: new_sid("HX"))
    approval: Approval | None = None
    created: datetime = field(default_factory=now)

    @property
    def body(self) -> str:
        return str(next(iter(self.types.values())).get("body", ""))

    @property
    def buttons(self) -> tuple[tuple[str, str], ...]:
        """(title, payload) of the quick replies."""
        actions = self.types.get("twilio/quick-reply", {}).get("actions", [])
        return tuple((item["title"], item.get("id", item["title"])) for item in actions)

    @property
    def approved(self) -> bool:
        return self.approval is not None and self.approval.status == "approved"

    def render(self, text: str, values: dict[str, str]) -> str:
        """Puts `values`, or else the defaults of the template, into the placeholders."""
        known = {**self.variables, **values}
        return PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]), text)

    def as_json(self, url: str) -> dict[str, object]:
        """The Content resource; `url` is the address of the interface."""
        own = f"{url}/v1/Content/{self.sid}"
        return {
            "account_sid": self.account_sid,
            "date_created": iso8601(self.created),
            "date_updated": iso8601(self.created),
            "friendly_name": self.friendly_name,
            "language": self.language,
            "links": {
                "approval_create": f"{own}/ApprovalRequests/whatsapp",
                "approval_fetch": f"{own}/ApprovalRequests",
            },
            "sid": self.sid,
            "types": self.types,
            "url": own,
            "variables": self.variables,
        }

    def approval_json(self) -> dict[str, object]:
        """What WhatsApp says of the template; "unsubmitted" if it was never asked."""
        known = self.approval or Approval("", "", "unsubmitted")
        return {
            "allow_category_change": True,
            "category": known.category,
            "content_type": next(iter(self.types)),
            "flows": None,
            "name": known.name,
            "rejection_reason": known.reason,
            "status": known.status,
            "type": "whatsapp",
        }


class Library:
    """The templates of the account."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._contents: dict[str, Content] = {}

    def create(self, payload: dict[str, Any]) -> Content:
        """Makes a template of the JSON body of a request; Refusal if it is not valid."""
        types = payload.get("types")
        if not isinstance(types, dict) or not types:
            raise Refusal(INVALID_PARAMETER, "Types is a required parameter")
        if not payload.get("language"):
            raise Refusal(INVALID_PARAMETER, "Language is a required parameter")
        for kind, content in types.items():
            _check_type(kind, content)
        made = Content(
            account_sid=self._state.account_sid,
            friendly_name=str(payload.get("friendly_name", "")),
            language=str(payload["language"]),
            variables=dict(payload.get("variables") or {}),
            types=types,
        )
        with self._state.changed:
            self._contents[made.sid] = made
        return made

    def get(self, sid: str) -> Content | None:
        with self._state.changed:
            return self._contents.get(sid)

    def all(self) -> list[Content]:
        with self._state.changed:
            return list(self._contents.values())

    def delete(self, sid: str) -> None:
        with self._state.changed:
            self._contents.pop(sid, None)

    def submit(self, sid: str, payload: dict[str, Any]) -> Content:
        """Asks WhatsApp for approval; Refusal if name or category is not valid."""
        content = self._contents[sid]
        name, category = str(payload.get("name", "")), str(payload.get("category", ""))
        if not APPROVAL_NAME.fullmatch(name):
            raise Refusal(INVALID_PARAMETER, "Name must be lowercase letters, digits and _")
        if category not in CATEGORIES:
            raise Refusal(INVALID_PARAMETER, f"Category must be one of {', '.join(CATEGORIES)}")
        with self._state.changed:
            content.approval = Approval(name, category)
        return content

    def decide(self, sid: str, status: str, reason: str = "") -> None:
        """WhatsApp's answer to a submission."""
        with self._state.changed:
            approval = self._contents[sid].approval
            assert approval is not None, f"{sid} was not submitted"
            approval.status, approval.reason = status, reason


def read_variables(text: str) -> dict[str, str]:
    """The values of a ContentVariables parameter; Refusal 21656 if they cannot be used."""
    if not text:
        return {}
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict) or not all(map(_is_usable, values.values())):
        raise Refusal(21656, "The ContentVariables Parameter is invalid")
    return values


def _is_usable(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_VALUE and not UNSAFE_VALUE.search(value)


def _check_type(kind: str, content: Any) -> None:
    if not isinstance(content, dict):
        raise Refusal(INVALID_PARAMETER, f"{kind} must be an object")
    if kind != "twilio/quick-reply":
        return
    actions = content.get("actions")
    if not 0 < len(str(content.get("body", ""))) <= MAX_BODY:
        raise Refusal(INVALID_PARAMETER, f"body must have 1 to {MAX_BODY} characters")
    if not isinstance(actions, list) or not 0 < len(actions) <= MAX_BUTTONS:
        raise Refusal(INVALID_PARAMETER, f"actions must have 1 to {MAX_BUTTONS} entries")
    for action in actions:
        if not 0 < len(str(action.get("title", ""))) <= MAX_TITLE:
            raise Refusal(INVALID_PARAMETER, f"title must have 1 to {MAX_TITLE} characters")
        if len(str(action.get("id", ""))) > MAX_PAYLOAD:
            raise Refusal(INVALID_PARAMETER, f"id may have {MAX_PAYLOAD} characters")
