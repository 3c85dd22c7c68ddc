"""A thief who has all files of an installation, and all of the program's own code to open them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from sqlalchemy import LargeBinary, Table, select
from sqlalchemy.engine import Row

from bot.attachments import file_keys, store
from bot.attachments.sealing import open_chunks
from bot.conversation import outbox
from bot.conversation.inbox import address_place, content_place
from bot.conversation.turn import tracker_place
from bot.knowledge import unanswered
from bot.privacy import grants, passwords, receipts, slow_hash, unlocked
from bot.privacy.boxes import KeyPair, open_with
from bot.privacy.keys import KEY_BYTES, RECEIPT_SUBKEY, ServerKey
from bot.privacy.passwords import Locked
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage.database import Database
from bot.storage.tables import metadata
from bot.tips import filing, follow_up

# What is sealed stands at one of these places, whoever it is sealed for.
_PLACES: Mapping[str, Callable[[Any], list[str]]] = {
    "contacts": lambda row: [address_place(row.id)],
    "inbox": lambda row: [content_place(row.conversation_id, row.external_id)],
    "outbox": lambda row: [outbox._place_of(row)],
    "trackers": lambda row: [tracker_place(row.conversation_id)],
    "attachments": lambda row: [store._source_place(row.id), file_keys.place(row.id)],
    "staff": lambda row: [unlocked.place(row.id)],
    "desk_grants": lambda row: [grants._place(row.desk_key_id, row.holder)],
    "tips": lambda row: [filing.body_place(row.id), filing.check_place(row.id)],
    "tip_entries": lambda row: [
        follow_up.entry_place(row.tip_id, reader)
        for reader in (follow_up.STAFF, follow_up.REPORTER)
    ],
    "unanswered": lambda row: [unanswered._place(row.id)],
}
# Of the master key; more than there are.
_SUBKEYS = 16
_HEX_KEY = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@dataclass(frozen=True)
class Cell:
    """Something sealed, and where it could have been sealed for."""

    name: str
    value: bytes = field(repr=False)
    places: tuple[str, ...]


class Thief:
    """Opens whatever can be opened.

    Args:
        database: A copy, or a database server that was broken into.
        files: What else was taken: path and bytes. Read through as they are.
        keys: Keys that somebody else handed over, such as a member of staff.
    """

    def __init__(
        self,
        database: Database,
        key: ServerKey,
        files: Mapping[str, bytes],
        environment: Mapping[str, str | None] | None = None,
        keys: tuple[bytes, ...] = (),
    ) -> None:
        self._database = database
        self._key = key
        self._words = [word for word in (environment or {}).values() if word]
        self._handed_over = keys
        self.files = dict(files)
        self.opened = self._open_everything()

    @classmethod
    def of_home(cls, home: Path, target: Path, keys: tuple[bytes, ...] = ()) -> Thief:
        """Takes a copy of an installation's folder as it lies there, running or not."""
        # A model is the same everywhere, and large.
        shutil.copytree(home, target, ignore=shutil.ignore_patterns("model"))
        files = {
            str(path.relative_to(target)): path.read_bytes()
            for path in target.rglob("*")
            if path.is_file()
        }
        database = Database(f"sqlite:///{target / 'suluh.db'}")
        try:
            key = ServerKey.load(target / "keys")
            return cls(database, key, files, dotenv_values(target / ".env"), keys)
        finally:
            database.close()

    @classmethod
    def of_server(cls, database: Database, key: ServerKey, keys: tuple[bytes, ...] = ()) -> Thief:
        """Reads a database server: all rows as they are, without what its own files still hold."""
        return cls(database, key, {f"{name}": raw for name, raw in _dumped(database)}, keys=keys)

    def where_stands(self, needle: str | bytes) -> list[str]:
        """In which files and in which opened values something stands, in whatever letters."""
        wanted = needle.encode() if isinstance(needle, str) else needle
        everything = {**self.files, **self.opened}
        return [name for name, raw in everything.items() if wanted.lower() in raw.lower()]

    def opened_of(self, column: str) -> list[bytes]:
        """What opened of a column, such as "tips.body_sealed"."""
        return [value for name, value in self.opened.items() if name.startswith(f"{column}:")]

    def _open_everything(self) -> dict[str, bytes]:
        """Tries each key on each value, and what comes out as a key again, to the end."""
        cells, found = list(_cells(self._database)), {}
        tried: set[bytes] = set()
        candidates = {*self._own_keys(), *self._handed_over}
        while fresh := candidates - tried:
            tried |= fresh
            for cell in cells:
                for key in fresh:
                    if cell.name not in found and (plain := _opened(cell, key)) is not None:
                        found[cell.name] = plain
            for name, plain in self._files_of_people(fresh):
                found[name] = plain
            candidates |= set(self._keys_in(found.values()))
        return found

    def _own_keys(self) -> Iterator[bytes]:
        yield self._key._master
        yield from map(self._key.subkey, range(_SUBKEYS))
        for cell in _cells(self._database):
            if len(cell.value) == KEY_BYTES:
                yield cell.value
        yield from self._keys_in(self.files.values())
        yield from self._keys_of_staff()

    def _keys_of_staff(self) -> Iterator[bytes]:
        """Whoever protects what is reported with a password from the settings."""
        with self._database.read() as connection:
            rows = connection.execute(select(metadata.tables["staff"])).all()
        for row in rows:
            for word in [*self._words, row.name]:
                locked = Locked(bytes(row.private_sealed), bytes(row.salt), row.strength)
                try:
                    yield passwords.unlock(locked, word, unlocked.place(row.id))
                except SealBroken:
                    continue

    def _keys_in(self, texts: Any) -> Iterator[bytes]:
        """Keys that stand in something, in whatever spelling, and those of its receipts."""
        for raw in texts:
            if len(raw) == KEY_BYTES:
                yield raw
            for match in _HEX_KEY.finditer(raw):
                yield bytes.fromhex(match[0].decode())
            for receipt in _receipts_in(raw):
                salt = self._key.subkey(RECEIPT_SUBKEY)[: slow_hash.SALT_BYTES]
                yield receipts.keys_of(receipt, salt).private_key

    def _files_of_people(self, keys: set[bytes]) -> Iterator[tuple[str, bytes]]:
        chunks = metadata.tables["attachment_chunks"]
        with self._database.read() as connection:
            rows = connection.execute(
                select(chunks).order_by(chunks.c.attachment_id, chunks.c.number)
            ).all()
        for name in {row.attachment_id for row in rows}:
            sealed = [bytes(row.sealed) for row in rows if row.attachment_id == name]
            for key in keys:
                try:
                    yield f"attachment_chunks:{name}", b"".join(open_chunks(key, name, sealed))
                except SealBroken:
                    continue


def _receipts_in(raw: bytes) -> Iterator[receipts.Receipt]:
    """Written with their digits; those are in the same text as their words."""
    for match in re.finditer(rb"08\d\d-?\d{4}-?\d{4}-?\d{4}(?!\d)", raw):
        yield receipts.Receipt(match[0].replace(b"-", b"").decode())


def _opened(cell: Cell, key: bytes) -> bytes | None:
    """What a value holds, taken for sealed with the key, or for its holder."""
    if len(key) != KEY_BYTES or cell.value == key:
        return None
    for place in cell.places:
        for open_ in (Sealer(key).open, lambda sealed, at: open_with(key, sealed, at)):
            try:
                return bytes(open_(cell.value, place))
            except (SealBroken, ValueError):
                continue
    return None


def _cells(database: Database) -> Iterator[Cell]:
    """Everything in bytes that stands in any table."""
    for table in metadata.sorted_tables:
        places = _PLACES.get(table.name, lambda _row: [])
        with database.read() as connection:
            rows = connection.execute(select(table)).all()
        for row in rows:
            for column in table.c:
                value = row._mapping[column.name]
                if isinstance(column.type, LargeBinary) and value:
                    yield Cell(_name(table, row, column.name), bytes(value), tuple(places(row)))


def _name(table: Table, row: Row, column: str) -> str:
    return f"{table.name}.{column}:{'/'.join(str(row._mapping[k.name]) for k in table.primary_key)}"


def _dumped(database: Database) -> Iterator[tuple[str, bytes]]:
    with database.read() as connection:
        for table in metadata.sorted_tables:
            for number, row in enumerate(connection.execute(select(table)).all()):
                raw = (v if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
                yield f"{table.name}/{number}", b"\n".join(map(bytes, raw))


def private_keys(member: unlocked.Unlocked, database: Database) -> tuple[bytes, ...]:
    """What a member of staff can open the desk's boxes with: to see that the search finds."""
    pair: KeyPair = member._pair
    with database.read() as connection:
        return (pair.private_key, *member.desk_keys(connection).values())
