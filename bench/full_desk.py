"""Fills a database as years of work would: conversations, a long queue, reports."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import Connection

from bot.clock import now_ms
from bot.conversation.takeover import handoffs as takeover
from bot.conversation.takeover import transcript as takeover_transcript
from bot.privacy import desk, retention, staff
from bot.privacy.desk import DeskKey
from bot.privacy.identity import random_id
from bot.privacy.staff import Unlocked
from bot.privacy.vault import Vault
from bot.storage.tables import (
    contacts,
    conversations,
    handoffs,
    outbox,
    tip_entries,
    tip_marks,
    tips,
    transcript,
)
from bot.tips import filing, follow_up
from bot.triage import levels

PASSWORD = "lampu minyak di teras"
MINUTE_MS, DAY_MS = 60_000, 24 * 60 * 60_000
# Of so many messages in a conversation one is of staff.
MESSAGES, OF_STAFF = 6, 3
CHANNELS = ("web", "whatsapp", "telegram", "sms")
STATES = (filing.NEW, filing.READ, filing.WORKING, filing.REFERRED, filing.CLOSED)
# One recruiter stands in so many reports, and of each report so much was told.
ALIKE = 200
STORY = (
    "Katanya gaji tujuh juta sebulan, semua biaya dipotong belakangan. Ada lima perempuan di "
    "gudang kopra, pintunya digembok dari luar, dan HP mereka dikumpulkan agen sejak minggu lalu."
)
AT_ONCE = 1_000


def fill(vault: Vault, *, people: int, waiting: int, held: int, reports: int) -> Unlocked:
    """Gives the member who may look at all of it."""
    staff.add(vault.database, "Sari", "admin", PASSWORD)
    sari = staff.unlock(vault.database, "Sari", PASSWORD)
    with vault.database.write() as connection:
        key = desk.current(connection)
        assert key is not None
        whose = _conversations(connection, vault, people)
        _queue(connection, key, sari, whose, waiting, held)
        _reports(connection, key, reports)
    return sari


def _conversations(connection: Connection, vault: Vault, count: int) -> list[str]:
    now, ids = now_ms(), [random_id() for _ in range(count)]
    rows = [(one, random_id(), CHANNELS[number % 4]) for number, one in enumerate(ids)]
    _insert(connection, contacts, ({
        "id": contact, "channel": channel, "address_blind": one.encode().ljust(32),
        "address_sealed": b"sealed", "created_at": now,
    } for one, contact, channel in rows))  # fmt: skip
    _insert(connection, conversations, ({
        "id": one, "contact_id": contact, "channel": channel, "created_at": now, "heard_at": now,
    } for one, contact, channel in rows))  # fmt: skip
    _insert(connection, outbox, ({
        "conversation_id": one, "channel": channel, "turn_id": random_id(), "position": 0,
        "content_sealed": vault.sealer.seal(STORY.encode(), one), "state": "delivered",
        "due_at": now, "created_at": now - number * DAY_MS,
        "author": takeover_transcript.STAFF if number % OF_STAFF == 0 else "bot",
    } for one, _, channel in rows for number in range(MESSAGES)))  # fmt: skip
    return ids


def _queue(
    connection: Connection, key: DeskKey, by: Unlocked, whose: list[str], waiting: int, held: int
) -> None:
    """Who waits now and is held, and twice as many that were."""
    now, wanted = now_ms(), 3 * (waiting + held)
    rows = []
    for number, conversation in zip(range(wanted), whose, strict=False):
        is_open, is_held = number < waiting + held, number < held
        state = takeover.HELD if is_held else takeover.WAITING if is_open else takeover.ENDED
        rows.append({
            "id": random_id(), "conversation_id": conversation, "reason": takeover.LEVEL,
            "level": levels.LEVELS[number % 3], "state": state,
            "staff_id": by.staff_id if is_held else None,
            "opened_at": now - number * MINUTE_MS, "steps_from": now - number * MINUTE_MS,
        })  # fmt: skip
    _insert(connection, handoffs, iter(rows))
    _insert(connection, transcript, ({
        "handoff_id": row["id"], "author": takeover_transcript.PERSON, "desk_key_id": key.id,
        "desk_sealed": b"sealed", "created_at": now,
    } for row in rows for _ in range(10)))  # fmt: skip


def _reports(connection: Connection, key: DeskKey, count: int) -> None:
    now, ids = now_ms(), [random_id() for _ in range(count)]
    _insert(connection, tips, (_report(key, one, number, now) for number, one in enumerate(ids)))
    _insert(connection, tip_marks, ({
        "tip_id": one, "kind": "telepon", "mark": (number % (count // ALIKE)).to_bytes(32, "big"),
    } for number, one in enumerate(ids)))  # fmt: skip
    added = json.dumps({"text": "mobilnya putih, datang tiap malam", "told_at": now}).encode()
    _insert(connection, tip_entries, ({
        "tip_id": one, "author": follow_up.REPORTER, "desk_key_id": key.id,
        "desk_sealed": desk.seal(key, added, follow_up.entry_place(one, follow_up.STAFF)),
        "created_at": now,
    } for one in ids[::5]))  # fmt: skip


def _report(key: DeskKey, tip_id: str, number: int, now: int) -> dict[str, Any]:
    place = " Di Dermaga Tua." if number % 500 == 0 else ""
    body = {
        "format": filing.FORMAT,
        "fields": {"jenis": "penampungan", "pelaku": {"telepon": [f"+62812{number:08}"]}},
        "words": [STORY, f"Laporan nomor {number}.{place}"],
        "channel": CHANNELS[number % 4],
        "told_at": now,
    }
    state = STATES[number % len(STATES)]
    return {
        "id": tip_id,
        "desk_key_id": key.id,
        "state": state,
        "level": levels.LEVELS[number % 3],
        "body_sealed": desk.seal(key, json.dumps(body).encode(), filing.body_place(tip_id)),
        "filed_at": now - number * MINUTE_MS,
        "changed_at": now,
        "retain_until": retention.retain_until(state, now),
    }


def _insert(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    while several := list(itertools.islice(rows, AT_ONCE)):
        connection.execute(table.insert(), several)
