from __future__ import annotations

import pytest

from bot.privacy import desk
from bot.privacy.boxes import KeyPair, open_with
from bot.privacy.desk import DeskKey
from bot.privacy.sealing import SealBroken
from bot.storage.database import Database
from bot.storage.tables import desk_keys

PLACE = "tips.body:laporan-1"


def _add(database: Database, name: str, *, created_at: int, retired_at: int | None = None) -> None:
    with database.write() as connection:
        connection.execute(
            desk_keys.insert().values(
                id=name, public_key=_pair(name).public_key, created_at=created_at,
                retired_at=retired_at,
            )
        )  # fmt: skip


def _pair(name: str) -> KeyPair:
    return KeyPair.of(name.encode().ljust(32, b"."))


def _current(database: Database) -> DeskKey | None:
    with database.read() as connection:
        return desk.current(connection)


def test_without_a_desk_there_is_no_key_to_seal_for(database: Database) -> None:
    assert _current(database) is None


def test_the_newest_key_is_the_one_to_seal_for(database: Database) -> None:
    _add(database, "sekarang", created_at=2)
    _add(database, "lama", created_at=1)
    assert _current(database) == DeskKey("sekarang", _pair("sekarang").public_key)


def test_nothing_is_sealed_for_a_retired_key(database: Database) -> None:
    _add(database, "dipakai", created_at=1)
    _add(database, "ditarik", created_at=2, retired_at=3)
    assert _current(database) == DeskKey("dipakai", _pair("dipakai").public_key)


def test_only_retired_keys_are_no_desk(database: Database) -> None:
    _add(database, "ditarik", created_at=1, retired_at=2)
    assert _current(database) is None


def test_what_is_sealed_opens_with_the_private_key_in_its_place_alone(database: Database) -> None:
    _add(database, "sekarang", created_at=1)
    desk_key = _current(database)
    assert desk_key is not None
    sealed = desk.seal(desk_key, b"ditahan di ruko", PLACE)
    assert open_with(_pair("sekarang").private_key, sealed, PLACE) == b"ditahan di ruko"
    for pair, place in ((_pair("lama"), PLACE), (_pair("sekarang"), "tips.body:laporan-2")):
        with pytest.raises(SealBroken):
            open_with(pair.private_key, sealed, place)
