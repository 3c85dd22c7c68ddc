"""What the holder of a receipt may see and do, from any channel.

The receipt alone tells the state. More is told in the conversation that sent the report, or
once a second fact of the report was given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.clock import now_ms, this_hour_ms
from bot.privacy import desk, guessing, retention
from bot.privacy.boxes import KeyPair, open_with, seal_for
from bot.privacy.desk import DeskKey
from bot.privacy.receipts import Receipt, ReceiptKeys
from bot.privacy.sealing import SealBroken
from bot.privacy.vault import Vault
from bot.storage.tables import attachments, tip_entries, tip_marks, tips
from bot.tips import filing, same_place
from bot.tips.filing import Effect
from bot.triage import levels

STAFF, REPORTER = "staff", "reporter"
# A reporter who adds more than this is told that the report is full.
MOST_ENTRIES = 200
SLOT, SENT_SLOT = "laporan_resi", "laporan_tadi"
# For so long after the receipt was given no second one is asked for.
OPEN_MS = 30 * 60_000
# For so long what is written where a report was sent may be added to it without its receipt.
ADD_MS = 24 * 60 * 60_000

# What is written after a report was sent: whether it belongs to it is asked, then it is added.
ASK_TO_ADD, ADD_TO_LAST, ADD_MORE, NOT_TO_ADD = STEPS_AFTER_SENDING = (
    "tanya_tadi", "tambah_tadi", "tambah_lagi", "bukan_tadi",
)  # fmt: skip

# "sudah saya catat", "nomornya apa?": said instead of the receipt.
ASKS_FOR_RECEIPT = "soal_nomor"

# "piye kabare laporanku", beside a receipt: the state once more.
ASKS_FOR_STATE = "kabar"

# What a conversation with a receipt waits for.
CONFIRM, CHECK, OPEN, ADDING = STAGES = ("confirm", "check", "open", "adding")
# The same without a report yet: only what is wanted of one is known.
WANTED = "wanted"

# "tarik laporan": what may be wanted before the report is open.
WITHDRAW = "tarik"
# Beside the second fact: what is kept until it was told, and what is no answer to it.
KEEP_FOR_LATER, NO_ANSWER = "simpan_dulu", "bukan_tempat"


@dataclass(frozen=True)
class Session:
    """A report that was opened with its receipt, in a slot for a short while.

    Attributes:
        tip_id: The report.
        stage: confirm (the receipt once more), check (a second fact), open, or adding.
        until: When it ends, in milliseconds.
        private_key: Opens what was sealed for the holder of the receipt, base 16; empty
            while only the state may be told.
        wants: What is to be done once the report is open, such as `WITHDRAW`.
        words: What is added then.
    """

    tip_id: str
    stage: str
    until: int
    private_key: str = field(default="", repr=False)
    wants: str = ""
    words: str = field(default="", repr=False)

    def to_slot(self) -> dict[str, Any]:
        return {
            "tip": self.tip_id,
            "stage": self.stage,
            "until": self.until,
            "key": self.private_key,
            "wants": self.wants,
            "words": self.words,
        }

    @classmethod
    def from_slot(cls, value: Any) -> Session | None:
        """The session in a slot; None when there is none or it is over."""
        if not isinstance(value, dict) or value.get("until", 0) < now_ms():
            return None
        more = {name: value.get(name, "") for name in ("wants", "words")}
        return cls(value["tip"], value["stage"], value["until"], value["key"], **more)

    @classmethod
    def new(
        cls, tip_id: str, stage: str, keys: ReceiptKeys | None = None, *, wants: str = ""
    ) -> Session:
        key = keys.private_key.hex() if keys else ""
        return cls(tip_id, stage, now_ms() + OPEN_MS, key, wants)


@dataclass(frozen=True)
class Sent:
    """That a report was sent from this conversation a short while ago, in a slot.

    Attributes:
        until: When nothing is added to it any more without its receipt, in milliseconds.
        words: What may belong to it: its writer is asked.
        adding_until: Until then what is written belongs to it.
    """

    until: int
    words: str = field(default="", repr=False)
    adding_until: int = 0

    @classmethod
    def new(cls) -> Sent:
        # Of the hour, so that it does not tell the moment.
        return cls(this_hour_ms() + ADD_MS)

    def to_slot(self) -> dict[str, Any]:
        return {"until": self.until, "words": self.words, "adding_until": self.adding_until}

    @classmethod
    def from_slot(cls, value: Any) -> Sent | None:
        """What is in a slot; None when there is nothing or it is over."""
        if not isinstance(value, dict) or value.get("until", 0) < now_ms():
            return None
        return cls(value["until"], value["words"], value["adding_until"])

    @property
    def is_adding(self) -> bool:
        return self.adding_until > now_ms()


@dataclass(frozen=True)
class Opened:
    """A report as the holder of its receipt finds it."""

    tip_id: str
    state: str
    is_own_conversation: bool
    keys: ReceiptKeys = field(repr=False)


def wait_ms(vault: Vault, scope: str) -> int:
    """How long it is until a receipt, or a second fact of a report, may be tried; 0 for now."""
    with vault.database.read() as connection:
        return guessing.may_try(connection, scope, now_ms())


def open_tip(vault: Vault, receipt: Receipt, whose: str) -> Opened | None:
    """The report of a receipt; None when there is none. As slow for one as for the other."""
    keys = filing.receipt_keys(vault, receipt)
    with vault.database.read() as connection:
        row = connection.execute(
            select(tips.c.id, tips.c.state, tips.c.conversation_id).where(
                tips.c.receipt_hash == keys.hash
            )
        ).first()
    if row is None:
        return None
    return Opened(row.id, row.state, row.conversation_id == whose, keys)


def tried(scope: str, *, right: bool) -> Effect:
    """Counts a try: with a receipt by the conversation, with a second fact by the report.

    Whoever has found a receipt could give it again and again, from ever new conversations.
    """

    def effect(connection: Connection) -> None:
        if right:
            guessing.succeeded(connection, scope)
        else:
            guessing.failed(connection, scope, now_ms())

    return effect


def still_holds(vault: Vault, session: Session) -> bool:
    """Whether a report that was opened may still be acted on.

    Not when it was withdrawn since, or given another receipt: then the one who opened it with
    the receipt of before is out.
    """
    with vault.database.read() as connection:
        row = connection.execute(
            select(tips.c.state, tips.c.reporter_key).where(tips.c.id == session.tip_id)
        ).first()
    if row is None or row.state == filing.WITHDRAWN or not session.private_key:
        return False
    public_key = KeyPair.of(bytes.fromhex(session.private_key)).public_key
    return row.reporter_key is not None and bytes(row.reporter_key) == public_key


def state_of(vault: Vault, tip_id: str) -> str:
    """The state of a report that is there."""
    with vault.database.read() as connection:
        query = select(tips.c.state).where(tips.c.id == tip_id)
        return str(connection.execute(query).scalar_one())


def last_sent(vault: Vault, whose: str) -> str | None:
    """The report that was sent last from a conversation, unless it was withdrawn."""
    with vault.database.read() as connection:
        found: str | None = connection.execute(
            select(tips.c.id)
            .where(tips.c.conversation_id == whose)
            .where(tips.c.state.not_in((filing.UNFINISHED, filing.WITHDRAWN)))
            .order_by(tips.c.filed_at.desc(), tips.c.changed_at.desc())
        ).scalar()
    return found


def knows_place(vault: Vault, tip_id: str, private_key: bytes) -> bool:
    """Whether the report tells where it happened; else what it is about is asked for."""
    facts = _second_facts(vault, tip_id, private_key)
    return bool(facts.get("tempat") or facts.get("kata"))


def has_place_in_words(vault: Vault, tip_id: str, private_key: bytes) -> bool:
    """Whether its place has no name on the map: "di kapal Sinar Bahari"."""
    return bool(_second_facts(vault, tip_id, private_key).get("kata"))


def second_fact_is(vault: Vault, tip_id: str, private_key: bytes, named: Sequence[str]) -> bool:
    """Whether somebody who holds the receipt also knows where it happened, or what.

    Args:
        vault: Where the report is.
        tip_id: The report.
        private_key: Of the receipt.
        named: What was given: names of places, a country code, all the words, or a kind.
    """
    facts = _second_facts(vault, tip_id, private_key)
    if not facts:
        return False
    said = [filing.plain(name) for name in named]
    if words := facts.get("kata"):
        return any(same_place.is_described(words, text) for text in said)
    if names := facts.get("tempat"):
        return any(same_place.is_named(name, text) for name in names for text in said)
    return filing.plain(str(facts.get("jenis"))) in said


def _second_facts(vault: Vault, tip_id: str, private_key: bytes) -> dict[str, Any]:
    with vault.database.read() as connection:
        sealed = connection.execute(select(tips.c.check_sealed).where(tips.c.id == tip_id)).scalar()
    if sealed is None:
        return {}
    facts: dict[str, Any] = json.loads(open_with(private_key, sealed, filing.check_place(tip_id)))
    return facts


def messages(vault: Vault, tip_id: str, private_key: bytes) -> list[tuple[int, str]]:
    """Number and text of what staff wrote, oldest first; what does not open is left out."""
    with vault.database.read() as connection:
        rows = connection.execute(_for_reporter(tip_id)).all()
    found = []
    for row in rows:
        try:
            plain = open_with(private_key, row.reporter_sealed, entry_place(tip_id, REPORTER))
        except SealBroken:
            continue
        found.append((row.id, plain.decode()))
    return found


def mark_read(numbers: Sequence[int]) -> Effect:
    """The reporter has read these."""

    def effect(connection: Connection) -> None:
        unread = and_(tip_entries.c.id.in_(numbers), tip_entries.c.read_at.is_(None))
        connection.execute(update(tip_entries).where(unread).values(read_at=this_hour_ms()))

    return effect


def add_entry(
    desk_key: DeskKey, tip_id: str, said: Mapping[str, Any], level: str = levels.ORDINARY
) -> Effect:
    """Adds what the reporter says later, sealed for the desk; `level` may raise the report's."""
    plain = json.dumps(dict(said), ensure_ascii=False).encode()
    sealed = desk.seal(desk_key, plain, entry_place(tip_id, STAFF))

    def effect(connection: Connection) -> None:
        hour = this_hour_ms()
        row = connection.execute(
            select(tips.c.state, tips.c.level).where(tips.c.id == tip_id).with_for_update()
        ).first()
        is_over = row is None or row.state == filing.WITHDRAWN
        # Several at the same moment: the last ones find it full although they were told nothing.
        if is_over or _count(connection, tip_id) >= MOST_ENTRIES:
            return
        connection.execute(
            tip_entries.insert().values(
                tip_id=tip_id,
                author=REPORTER,
                desk_key_id=desk_key.id,
                desk_sealed=sealed,
                created_at=hour,
            )
        )
        changed = {
            "changed_at": hour,
            "retain_until": retention.retain_until(row.state, hour),
            "level": levels.highest(row.level, level),
        }
        connection.execute(update(tips).where(tips.c.id == tip_id).values(**changed))

    return effect


def waive(tip_id: str) -> Effect:
    """The reporter wants no receipt: nobody may ask after the report, or take it back."""

    def effect(connection: Connection) -> None:
        gone = {"receipt_hash": None, "reporter_key": None, "check_sealed": None}
        connection.execute(update(tips).where(tips.c.id == tip_id).values(**gone))

    return effect


def is_full(vault: Vault, tip_id: str) -> bool:
    """Whether so much was added to a report that no more is taken."""
    with vault.database.read() as connection:
        return _count(connection, tip_id) >= MOST_ENTRIES


def _count(connection: Connection, tip_id: str) -> int:
    of_tip = select(func.count()).select_from(tip_entries).where(tip_entries.c.tip_id == tip_id)
    return int(connection.execute(of_tip).scalar_one())


def withdraw(tip_id: str) -> Effect:
    """Deletes what a report says, unless it is held for an investigation."""

    def effect(connection: Connection) -> None:
        row = connection.execute(
            select(tips.c.held_at).where(tips.c.id == tip_id).with_for_update()
        ).first()
        if row is None:
            return
        hour = this_hour_ms()
        changed: dict[str, Any] = {
            "state": filing.WITHDRAWN,
            "changed_at": hour,
            "retain_until": retention.retain_until(filing.WITHDRAWN, hour),
            "conversation_id": None,
        }
        connection.execute(update(tips).where(tips.c.id == tip_id).values(**changed))
        if row.held_at is None:
            erase(connection, tip_id)

    return effect


def erase(connection: Connection, tip_id: str) -> None:
    """Deletes all that a withdrawn report says. Its row is locked."""
    for table in (tip_entries, tip_marks, attachments):
        connection.execute(delete(table).where(table.c.tip_id == tip_id))
    connection.execute(
        update(tips).where(tips.c.id == tip_id).values(body_sealed=b"", check_sealed=None)
    )


def is_held(vault: Vault, tip_id: str) -> bool:
    """Whether an investigation needs it."""
    with vault.database.read() as connection:
        held = select(tips.c.held_at).where(tips.c.id == tip_id)
        return connection.execute(held).scalar() is not None


def new_receipt(
    vault: Vault, tip_id: str, private_key: bytes
) -> tuple[Receipt, ReceiptKeys, Effect]:
    """Another receipt for a report; what was sealed for the old one is sealed for it."""
    receipt = Receipt.new()
    keys = filing.receipt_keys(vault, receipt)

    def resealed(sealed: bytes, place: str) -> bytes:
        return seal_for(keys.public_key, open_with(private_key, sealed, place), place)

    def effect(connection: Connection) -> None:
        # Locked before the messages are read: staff may be writing one just now.
        row = connection.execute(
            select(tips.c.check_sealed).where(tips.c.id == tip_id).with_for_update()
        ).one()
        check = row.check_sealed and resealed(row.check_sealed, filing.check_place(tip_id))
        connection.execute(
            update(tips)
            .where(tips.c.id == tip_id)
            .values(receipt_hash=keys.hash, reporter_key=keys.public_key, check_sealed=check)
        )
        for number, sealed in connection.execute(_for_reporter(tip_id)).all():
            with suppress(SealBroken):
                values = {"reporter_sealed": resealed(sealed, entry_place(tip_id, REPORTER))}
                one = update(tip_entries).where(tip_entries.c.id == number)
                connection.execute(one.values(**values))

    return receipt, keys, effect


def entry_place(tip_id: str, reader: str) -> str:
    """Where an entry is sealed for; the same text for staff and for the reporter."""
    return f"tip_entries.{reader}:{tip_id}"


def _for_reporter(tip_id: str) -> Select:
    return (
        select(tip_entries.c.id, tip_entries.c.reporter_sealed)
        .where(tip_entries.c.tip_id == tip_id)
        .where(tip_entries.c.author == STAFF)
        .where(tip_entries.c.reporter_sealed.is_not(None))
        .order_by(tip_entries.c.id)
    )
