"""Puts the rooms together from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.conversation.inbox import Inbox
from bot.privacy.identity import AddressBook
from bot.privacy.keys import (
    IDENTITY_SUBKEY,
    SEALING_SUBKEY,
    TRAIL_SUBKEY,
    WEBHOOK_SUBKEY,
    ServerKey,
)
from bot.privacy.sealing import Sealer
from bot.privacy.vault import Vault
from bot.settings import Settings
from bot.storage.database import Database
from channels import registry
from channels.contract import Channel

if TYPE_CHECKING:
    from bot.engine.assistant import Assistant


@dataclass(frozen=True)
class House:
    """What every process of one installation shares."""

    settings: Settings
    key: ServerKey
    database: Database
    sealer: Sealer
    address_book: AddressBook
    inbox: Inbox

    @classmethod
    def open(cls, settings: Settings) -> House:
        """Opens an installation that is ready to work.

        Raises:
            OperatorError: The key is missing or wrong, or the database was not migrated.
        """
        key = ServerKey.load(settings.keys_dir)
        house = cls._build(settings, key, Database(settings.database_url))
        house.database.require_schema()
        house.database.require_key(house.key.check_value())
        return house

    @classmethod
    def prepare(cls, settings: Settings) -> House:
        """Makes or migrates an installation, then opens it.

        Raises:
            OperatorError: The key does not belong to the database.
        """
        from bot.storage import migrate

        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = Database(settings.database_url)
        migrate.upgrade(database)
        load = ServerKey.load_or_create if database.is_new() else ServerKey.load
        house = cls._build(settings, load(settings.keys_dir), database)
        house.database.adopt_key(house.key.check_value())
        return house

    @property
    def vault(self) -> Vault:
        """What actions read from and seal with."""
        return Vault(self.database, self.key, self.sealer)

    def channels(self) -> list[Channel]:
        """The channels of this installation, beside the web chat."""
        return registry.configured(
            self.settings,
            database=self.database,
            address_book=self.address_book,
            webhook_key=self.key.subkey(WEBHOOK_SUBKEY),
        )

    @classmethod
    def _build(cls, settings: Settings, key: ServerKey, database: Database) -> House:
        database.sign_with(key.subkey(TRAIL_SUBKEY))
        sealer = Sealer(key.subkey(SEALING_SUBKEY))
        address_book = AddressBook(key.subkey(IDENTITY_SUBKEY))
        inbox = Inbox(
            database,
            sealer,
            address_book,
            burst_wait=settings.burst_wait,
            burst_limit=settings.burst_limit,
        )
        return cls(settings, key, database, sealer, address_book, inbox)


def load_assistant(settings: Settings, vault: Vault | None = None) -> Assistant:
    """The assistant over the trained model. Imports Rasa: takes a second or two.

    Without a `vault` it takes no reports.

    Raises:
        ModelMissing: Nothing was trained yet.
    """
    from bot.engine.assistant import Assistant
    from bot.engine.model import model_file

    return Assistant(model_file(settings.model_dir), vault)
