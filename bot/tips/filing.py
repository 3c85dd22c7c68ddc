"""Takes a report to the desk: sealed, with a receipt, and nothing left that leads back."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.attachments.handing_over import hand_over
from bot.clock import now_ms, this_hour_ms, this_month
from bot.entities import companies
from bot.entities.places import value_of
from bot.figures import tally
from bot.privacy import desk, retention, slow_hash
from bot.privacy.boxes import seal_for
from bot.privacy.desk import DeskKey
from bot.privacy.identity import random_id
from bot.privacy.keys import MARK_SUBKEY, RECEIPT_SUBKEY
from bot.privacy.marks import mark
from bot.privacy.receipts import Receipt, ReceiptKeys, keys_of
from bot.privacy.vault import Vault
from bot.storage.tables import tip_counts, tip_drafts, tip_marks, tips
from bot.tips.draft import Draft
from bot.triage import levels

Effect = Callable[[Connection], None]

# Stages of a row in tip_drafts.
ASKING, SENT = "asking", "receipt"

FORMAT = 1
UNFINISHED, NEW, READ, WORKING, REFERRED, CLOSED, WITHDRAWN = STATES = (
    "unfinished", "new", "read", "working", "referred", "closed", "withdrawn",
)  # fmt: skip

# A hash of each costs tens of milliseconds.
MOST_MARKS = 12
# Not for the desk: whether the reporter was safe and agreed is no part of what happened.
_FOR_US_ALONE = ("aman", "setuju")
_NOWHERE = "-"


@dataclass(frozen=True)
class Filed:
    """A report that is on its way: `effect` writes it within the turn's transaction."""

    tip_id: str
    receipt: Receipt = field(repr=False)
    effect: Effect = field(repr=False)


def body_place(tip_id: str) -> str:
    return f"tips.body:{tip_id}"


def check_place(tip_id: str) -> str:
    return f"tips.check:{tip_id}"


def receipt_keys(vault: Vault, receipt: Receipt) -> ReceiptKeys:
    """What a receipt opens here. Slow on purpose."""
    return keys_of(receipt, vault.key.subkey(RECEIPT_SUBKEY)[: slow_hash.SALT_BYTES])


def file(draft: Draft, desk_key: DeskKey, vault: Vault, whose: str, channel: str) -> Filed:
    """Seals a finished report of the conversation `whose`. Takes a part of a second."""
    tip_id = draft.tip_id or random_id()
    receipt = Receipt.new()
    keys = receipt_keys(vault, receipt)
    row = _row(draft, desk_key, tip_id, NEW, channel)
    row |= {
        "receipt_hash": keys.hash,
        "reporter_key": keys.public_key,
        "check_sealed": seal_for(
            keys.public_key, json.dumps(second_facts(draft.fields)).encode(), check_place(tip_id)
        ),
        "conversation_id": None if draft.fields.get("pelapor_anak") else whose,
    }
    marks = _marks(draft.fields, vault.key.subkey(MARK_SUBKEY))

    def effect(connection: Connection) -> None:
        _write(connection, tip_id, row)
        connection.execute(tip_marks.delete().where(tip_marks.c.tip_id == tip_id))
        if marks:
            connection.execute(
                tip_marks.insert(),
                [{"tip_id": tip_id, "kind": kind, "mark": value} for kind, value in marks],
            )
        hand_over(connection, vault.sealer, desk_key, whose, tip_id)
        _count(connection, draft)

    return Filed(tip_id, receipt, effect)


def keep_unfinished(
    draft: Draft, desk_key: DeskKey, whose: str, channel: str
) -> tuple[Draft, Effect]:
    """Lets the desk see a grave report that is still being told. Its files follow with it."""
    tip_id = draft.tip_id or random_id()
    row = {**_row(draft, desk_key, tip_id, UNFINISHED, channel)}
    row["conversation_id"] = None if draft.fields.get("pelapor_anak") else whose
    return replace(draft, tip_id=tip_id), lambda connection: _write(connection, tip_id, row)


def add_files(desk_key: DeskKey, vault: Vault, whose: str, tip_id: str) -> Effect:
    """Gives the files of a conversation to a report that was sent before."""

    def effect(connection: Connection) -> None:
        # Locked: it must not be withdrawn between the look and the files.
        state = still_taken(connection, tip_id)
        if state and hand_over(connection, vault.sealer, desk_key, whose, tip_id):
            until = retention.retain_until(state, this_hour_ms())
            connection.execute(update(tips).where(tips.c.id == tip_id).values(retain_until=until))

    return effect


def meanwhile(
    draft: Draft, desk_key: DeskKey | None, whose: str, channel: str, *, keep_ms: int
) -> tuple[Draft, list[Effect]]:
    """What is written with each message of a report that goes on.

    Where life is in danger the desk sees the report before it is finished, and nobody is asked
    for consent first (UU 27/2022 Pasal 20, vital interest); the reporter is told so.
    """
    effects: list[Effect] = []
    if draft.level == levels.URGENT and desk_key is not None:
        draft, effect = keep_unfinished(draft, desk_key, whose, channel)
        effects.append(effect)
    effects.append(touch(whose, ASKING, draft.tip_id, keep_ms=keep_ms))
    return draft, effects


def forget_unfinished(tip_id: str) -> Effect:
    """Takes an unfinished report back: its reporter does not want it.

    One that is held for an investigation stays, as it would if it had been sent.
    """

    def effect(connection: Connection) -> None:
        connection.execute(
            tips.delete()
            .where(tips.c.id == tip_id)
            .where(tips.c.state == UNFINISHED)
            .where(tips.c.held_at.is_(None))
        )

    return effect


def touch(whose: str, stage: str, tip_id: str | None, *, keep_ms: int) -> Effect:
    """Notes that a report is being told in a conversation, and for how long it is kept."""

    def effect(connection: Connection) -> None:
        now = now_ms()
        row = {
            "stage": stage,
            "touched_at": now,
            "expires_at": now + keep_ms,
            # Once it was sent nothing here leads to it: a child's report least of all.
            "tip_id": tip_id if stage == ASKING else None,
        }
        known = update(tip_drafts).where(tip_drafts.c.conversation_id == whose)
        # The conversation is locked by the turn: nobody writes this row between the two.
        if connection.execute(known.values(**row)).rowcount == 0:
            connection.execute(tip_drafts.insert().values(conversation_id=whose, **row))

    return effect


def kept_ms(name: str) -> int:
    """For how many milliseconds a class of nlu_data/facts/retention.yml is kept."""
    return retention.hours(name) * retention.HOUR_MS


def unlink(whose: str, *, unfinished: bool = True) -> Effect:
    """Nothing leads from this conversation to a report that was sent from it any more.

    With `unfinished` off one that is still told keeps its link.
    """

    def effect(connection: Connection) -> None:
        of_it = tips.c.conversation_id == whose
        which = of_it if unfinished else of_it & (tips.c.state != UNFINISHED)
        connection.execute(update(tips).where(which).values(conversation_id=None))

    return effect


def untouch(whose: str) -> Effect:
    """No report is being told any more."""

    def effect(connection: Connection) -> None:
        connection.execute(tip_drafts.delete().where(tip_drafts.c.conversation_id == whose))

    return effect


def second_facts(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What only the reporter knows beside the receipt: the names of the place, else the kind.

    `kata` are the words for a place without a name, and only then: this opens with the receipt.
    """
    place = fields.get("tempat") or {}
    named = [place.get(name) for name in ("kecamatan", "desa", "kabupaten", "negara")]
    named += [value_of(code)["desa"] for code in place.get("ambiguous") or ()]
    names = [plain(name) for name in named if name]
    words = plain(place.get("teks") or "") if not names else ""
    return {"tempat": list(dict.fromkeys(names)), "kata": words, "jenis": fields.get("jenis")}


def plain(name: str) -> str:
    """A name in small letters without signs, for comparing."""
    folded = unicodedata.normalize("NFKC", name).lower()
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())


def _row(draft: Draft, desk_key: DeskKey, tip_id: str, state: str, channel: str) -> dict[str, Any]:
    hour = this_hour_ms()
    body = {
        "format": FORMAT,
        "fields": {k: v for k, v in draft.fields.items() if k not in _FOR_US_ALONE},
        "words": list(draft.words),
        "channel": channel,
        "told_at": hour,
    }
    plain_body = json.dumps(body, ensure_ascii=False).encode()
    return {
        "desk_key_id": desk_key.id,
        "state": state,
        "level": draft.level,
        "body_sealed": desk.seal(desk_key, plain_body, body_place(tip_id)),
        "filed_at": hour,
        "changed_at": hour,
        "retain_until": retention.retain_until(state, hour),
    }


def _write(connection: Connection, tip_id: str, row: Mapping[str, Any]) -> None:
    known = update(tips).where(tips.c.id == tip_id).where(tips.c.state == UNFINISHED)
    if connection.execute(known.values(**row)).rowcount == 0:
        connection.execute(tips.insert().values(id=tip_id, **row))


def _marks(fields: Mapping[str, Any], key: bytes) -> list[tuple[str, bytes]]:
    values = dict.fromkeys(_marked(fields.get("pelaku") or {}))
    return [(kind, mark(key, kind, value)) for kind, value in list(values)[:MOST_MARKS]]


def _marked(recruiter: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What two reports of the same recruiter have in common: kind and value."""
    for kind in ("telepon", "rekening", "tautan"):
        for item in recruiter.get(kind) or ():
            yield kind, item
    for item in recruiter.get("perusahaan") or ():
        named = companies.find(item)
        # "PT Maju Jaya" and "Maju Jaya" are the same.
        yield "perusahaan", plain(named[0].value["name"] if named else item)


def _count(connection: Connection, draft: Draft) -> None:
    """One more in the figures, which know month, kind, place and level and no report."""
    place = draft.fields.get("tempat") or {}
    code = place.get("negara") or (place.get("kode") or "")[:8] or _NOWHERE
    of = {
        "month": this_month(),
        "kind": str(draft.fields.get("jenis")),
        "place": code,
        "level": draft.level,
    }
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    # One statement: two who report at the same moment both count.
    connection.execute(
        dialect.insert(tip_counts)
        .values(count=1, **of)
        .on_conflict_do_update(index_elements=list(of), set_={"count": tip_counts.c.count + 1})
    )
    tally.stage_reported(connection, draft.fields.get("tahap"))


def current_desk_key(vault: Vault | None) -> DeskKey | None:
    """The key that reports are sealed for; None while nobody could read them."""
    if vault is None:
        return None
    with vault.database.read() as connection:
        return desk.current(connection)


def still_taken(connection: Connection, tip_id: str) -> str | None:
    """The state of a report to which more may be added: it was sent, and not withdrawn.

    It stays so until the end of the transaction; None where nothing may be added.
    """
    query = select(tips.c.state).where(tips.c.id == tip_id).with_for_update()
    state: str | None = connection.execute(query).scalar()
    return None if state in (UNFINISHED, WITHDRAWN) else state
