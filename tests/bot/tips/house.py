"""A house with a desk in it, for tests that send reports without a conversation about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, func, select

from bot.conversation.inbox import Inbox
from bot.conversation.messages import Inbound
from bot.privacy import staff
from bot.privacy.desk import DeskKey
from bot.privacy.staff import Unlocked
from bot.privacy.vault import Vault
from bot.storage.database import Database
from bot.storage.tables import tips
from bot.tips import filing, follow_up
from bot.tips.draft import Draft
from bot.tips.filing import Effect, Filed
from bot.triage import levels

ADMIN, PASSWORD = "Sari", "lampu minyak di teras"
STORY = Draft(
    fields={
        "aman": "ya",
        "setuju": "ya",
        "jenis": "penampungan",
        "tempat": {"kecamatan": "Pondok Kubang", "desa": "Pekik Nyaring", "kode": "17.09.09.2003"},
        "jumlah": 5,
        "pelaku": {
            "nama": "Pak Contoh",
            "telepon": ["+6281200000001"],
            "rekening": ["123456789012"],
            "tautan": ["facebook:loker_contoh"],
            "perusahaan": ["PT contoh jaya"],
        },
    },
    words=("ada lima perempuan di gudang kopra", "dekat surau"),
    current="kirim",
    level=levels.SERIOUS,
)


@dataclass
class House:
    """The server's side in `vault`, and the first member of staff, who holds the desk's key."""

    vault: Vault
    inbox: Inbox
    member: Unlocked

    @classmethod
    def of(cls, vault: Vault, inbox: Inbox) -> House:
        staff.add(vault.database, ADMIN, "admin", PASSWORD)
        return cls(vault, inbox, staff.unlock(vault.database, ADMIN, PASSWORD))

    @property
    def database(self) -> Database:
        return self.vault.database

    @property
    def desk_key(self) -> DeskKey:
        key = filing.current_desk_key(self.vault)
        assert key is not None
        return key

    def conversation(self, person: str = "0812-0000-0001") -> str:
        """Somebody writes; gives the conversation."""
        inbound = Inbound("sms", person, f"a-{person}", text="halo")
        return self.inbox.accept(inbound).conversation_id

    def do(self, *effects: Effect) -> None:
        """In one transaction, as a turn does it."""
        with self.database.write() as connection:
            for effect in effects:
                effect(connection)

    def sent(self, draft: Draft = STORY, whose: str = "") -> Filed:
        """A report is sent."""
        whose = whose or self.conversation()
        filed = filing.file(draft, self.desk_key, self.vault, whose, "sms")
        self.do(filed.effect)
        return filed

    def private_key(self, filed: Filed) -> bytes:
        return filing.receipt_keys(self.vault, filed.receipt).private_key

    def row(self, tip_id: str) -> Any:
        with self.database.read() as connection:
            return connection.execute(select(tips).where(tips.c.id == tip_id)).one()

    def rows(self, table: Table) -> list[dict[str, Any]]:
        with self.database.read() as connection:
            return [dict(row._mapping) for row in connection.execute(select(table))]

    def count(self, table: Table) -> int:
        with self.database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    def body(self, tip_id: str) -> dict[str, Any]:
        """What a report says, as the desk opens it."""
        row = self.row(tip_id)
        plain = self.member.open(row.desk_key_id, row.body_sealed, filing.body_place(tip_id))
        opened: dict[str, Any] = json.loads(plain)
        return opened

    def adds(self, filed: Filed, text: str) -> None:
        """The reporter says more."""
        self.do(follow_up.add_entry(self.desk_key, filed.tip_id, {"text": text}))
