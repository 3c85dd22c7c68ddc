"""What the pages show of a conversation: plain data for the templates, in Indonesian."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.clock import LOCAL
from bot.conversation.takeover import handoffs, transcript
from bot.conversation.takeover.handoffs import Handoff
from bot.conversation.takeover.ladder import ladders
from bot.conversation.takeover.transcript import Entry
from bot.privacy.roster import READERS
from bot.storage.tables import staff
from bot.triage import levels
from console.pages import words

MINUTE_MS = 60_000
# Who was at the desk within this time is there.
PRESENT_MS = 2 * MINUTE_MS

STATES = {handoffs.WAITING: "menunggu", handoffs.HELD: "dipegang", handoffs.ENDED: "berakhir"}
# Who wrote it, as the templates name it.
AUTHORS = {
    transcript.PERSON: "orang",
    transcript.BOT: "mesin",
    transcript.STAFF: "petugas",
    transcript.NOTE: "catatan",
    transcript.ERASE: "catatan",
}


def names(connection: Connection) -> dict[str, str]:
    """The names of all who ever worked at the desk, by their ids."""
    return {row.id: row.name for row in connection.execute(select(staff.c.id, staff.c.name))}


def colleagues(connection: Connection, but: str) -> list[str]:
    """Who may take a conversation over, but for one."""
    rows = connection.execute(
        select(staff.c.name)
        .where(staff.c.disabled_at.is_(None))
        .where(staff.c.role.in_(READERS))
        .where(staff.c.id != but)
        .order_by(staff.c.name)
    )
    return list(rows.scalars())


def present(connection: Connection, now: int) -> list[str]:
    """Who is at the desk and may answer."""
    rows = connection.execute(
        select(staff.c.name)
        .where(staff.c.disabled_at.is_(None))
        .where(staff.c.role.in_(READERS))
        .where(staff.c.seen_at > now - PRESENT_MS)
        .order_by(staff.c.name)
    )
    return list(rows.scalars())


def row(handoff: Handoff, by_id: Mapping[str, str], viewer: str, now: int) -> dict[str, Any]:
    """One conversation of the queue."""
    said = words()
    waits, is_held = handoff.state == handoffs.WAITING, handoff.state == handoffs.HELD
    since = handoff.steps_from if waits else handoff.opened_at
    target = target_ms(handoff.level)
    return {
        "id": handoff.id,
        "tingkat": handoff.level,
        "alasan": said["alasan"][handoff.reason],
        "saluran": said["saluran"].get(handoff.channel, handoff.channel),
        "sejak_ms": since,
        "menunggu": duration(now - since),
        "target": duration(target),
        "target_ms": since + target,
        "lewat": waits and now - since > target,
        "keadaan": STATES[handoff.state],
        "pemegang": by_id.get(handoff.staff_id or "", said["siapa"]["gone"]) if is_held else None,
        "milikku": is_held and handoff.staff_id == viewer,
        "ditawarkan": is_held and handoff.offered_to == viewer,
        "sampai_ms": handoff.held_until if is_held else None,
        "diurus": waits and handoff.acknowledged_at is not None,
    }


def target_ms(level: str) -> int:
    """By when a conversation of a level should be taken: the next ones are called then."""
    return ladders()[level].steps[1].open_ms


def said(
    entries: Sequence[Entry], by_id: Mapping[str, str], files: Mapping[int, Mapping[int, str]]
) -> list[dict[str, Any]]:
    """A transcript, with a heading wherever a new day begins.

    Args:
        entries: In order.
        by_id: Names of staff.
        files: Addresses of what can be opened, by the row of the inbox and the place in it.
    """
    shown: list[dict[str, Any]] = []
    last: date | None = None
    for entry in entries:
        moment = datetime.fromtimestamp(entry.created_at / 1000, LOCAL)
        shown.append(_entry(entry, moment, moment.date() != last, by_id, files))
        last = moment.date()
    return shown


def suggested(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """What the catalogue says to what the person wrote last, as far as that was read by now."""
    read = [entry.suggestions for entry in entries if entry.suggestions is not None]
    return [
        {"topik": one.topic, "judul": one.title, "teks": one.text}
        for one in (read[-1] if read else ())
    ]


def duration(milliseconds: int) -> str:
    """A time in the largest unit that fits, such as "12 menit"."""
    said = words()["waktu"]
    minutes = max(0, milliseconds) // MINUTE_MS
    if minutes < 1:
        return str(said["sekarang"])
    if minutes < 120:
        return str(said["menit"]).format(n=minutes)
    if minutes < 2 * 24 * 60:
        return str(said["jam"]).format(n=minutes // 60)
    return str(said["hari"]).format(n=minutes // (24 * 60))


def day(when: date, today: date) -> str:
    """A day as people name it."""
    said = words()["waktu"]
    if when == today:
        return str(said["hari_ini"])
    if when == today - timedelta(days=1):
        return str(said["kemarin"])
    month = said["nama_bulan"][when.month - 1]
    return f"{said['nama_hari'][when.weekday()]}, {when.day} {month} {when.year}"


def moment(at: int) -> str:
    """Day and time in Bengkulu."""
    local = datetime.fromtimestamp(at / 1000, LOCAL)
    return f"{day(local.date(), datetime.now(LOCAL).date())} {local:%H.%M}"


def delivery_states() -> list[dict[str, Any]]:
    """What each state of a message of staff means."""
    return list(words()["keadaan"].values())


def _entry(
    entry: Entry,
    moment: datetime,
    is_new_day: bool,
    by_id: Mapping[str, str],
    files: Mapping[int, Mapping[int, str]],
) -> dict[str, Any]:
    said = words()
    who = by_id.get(entry.staff_id or "") or said["siapa"][entry.author]
    return {
        "dari": AUTHORS[entry.author],
        "siapa": who,
        "jam": f"{moment:%H.%M}",
        "hari": day(moment.date(), datetime.now(LOCAL).date()) if is_new_day else None,
        "teks": entry.text,
        "lokasi": f"{entry.location[0]:.5f}, {entry.location[1]:.5f}" if entry.location else None,
        "berkas": list(_files(entry, files.get(entry.inbox_id or 0, {}))),
        "keadaan": said["keadaan"].get(entry.state) if entry.state else None,
        # What is ordinary needs no mark.
        "tingkat": None if entry.level == levels.ORDINARY else entry.level,
        "mengapa": ", ".join(entry.why),
    }


def _files(entry: Entry, addresses: Mapping[int, str]) -> Iterable[dict[str, Any]]:
    kinds = words()["berkas"]
    for number, kind in enumerate(entry.files):
        yield {"jenis": kinds.get(kind, kinds["other"]), "url": addresses.get(number)}
