"""Makes the templates of WhatsApp, from `templates.yml`.

The client 8.2.2 only reads templates; they are made with its bare requests.
https://www.twilio.com/docs/content/content-api-resources
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.settings import MOST_TEMPLATE_BUTTONS
from channels.twilio.client import Client, Refused

FILE = Path(__file__).with_name("templates.yml")
CONTENT_URL = "https://content.twilio.com/v1/Content"
UNSUBMITTED, MISSING = "unsubmitted", "not in the account"


async def set_up(client: Client) -> list[str]:
    """Makes what is missing by its name; says what was done and what goes into .env."""
    known = {
        found.friendly_name: found.sid for found in await client.content.v1.contents.list_async()
    }
    lines: list[str] = []
    for count in range(1, MOST_TEMPLATE_BUTTONS + 1):
        sid = await _find_or_make(client, known, buttons_template(count), lines)
        lines.append(f"put into .env: SULUH_WHATSAPP_BUTTONS_{count}_SID={sid}")
    sid = await _find_or_make(client, known, reopen_template(), lines)
    lines.append(f"template to reopen at WhatsApp: {await _submit(client, sid)}")
    lines.append(f"put into .env: SULUH_WHATSAPP_REOPEN_SID={sid}")
    return lines


def buttons_template(count: int) -> dict[str, Any]:
    """Of so many quick replies: the text, then the titles, then the values."""
    words = _words()["tombol"]
    titles, values = words["contoh_judul"][:count], words["contoh_nilai"][:count]
    samples = [words["contoh_teks"], *titles, *values]
    actions = [
        {
            "type": "QUICK_REPLY",
            "title": _variable(2 + number),
            "id": _variable(2 + count + number),
        }
        for number in range(count)
    ]
    return {
        "friendly_name": words["nama"].format(jumlah=count),
        "language": _words()["bahasa"],
        "variables": {str(number): sample for number, sample in enumerate(samples, 1)},
        "types": {"twilio/quick-reply": {"body": _variable(1), "actions": actions}},
    }


def reopen_template() -> dict[str, Any]:
    words = _words()["buka_lagi"]
    return {
        "friendly_name": words["nama"],
        "language": _words()["bahasa"],
        "variables": {},
        "types": {"twilio/text": {"body": words["teks"]}},
    }


async def _find_or_make(
    client: Client, known: dict[str, str], template: dict[str, Any], lines: list[str]
) -> str:
    name = template["friendly_name"]
    if name in known:
        lines.append(f"template {name}: is there already")
        return known[name]
    made = await _post(client, CONTENT_URL, template)
    lines.append(f"template {name}: made")
    return str(made["sid"])


async def approval(client: Client, sid: str) -> str:
    """WhatsApp's word on a template: unsubmitted, received, pending, approved, rejected..."""
    try:
        found = await client.content.v1.contents(sid).approval_fetch().fetch_async()
    except Refused as error:
        if error.status == 404:
            return MISSING
        raise
    return str(found.whatsapp.get("status", UNSUBMITTED))


async def _submit(client: Client, sid: str) -> str:
    """Asks WhatsApp for approval, once; gives its word."""
    status = await approval(client, sid)
    if status != UNSUBMITTED:
        return status
    words = _words()["buka_lagi"]
    answer = await _post(
        client,
        f"{CONTENT_URL}/{sid}/ApprovalRequests/whatsapp",
        {"name": words["nama"], "category": words["kategori"]},
    )
    return f"submitted, {answer['status']}"


async def _post(client: Client, url: str, payload: dict[str, Any]) -> dict[str, Any]:
    response = await client.request_async(
        "POST", url, data=json.dumps(payload), headers={"Content-Type": "application/json"}
    )
    answer: dict[str, Any] = json.loads(response.text)
    return answer


def _variable(number: int) -> str:
    return f"{{{{{number}}}}}"


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return words
