from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.storage import migrate
from bot.storage.database import Database, SchemaOutdated
from bot.storage.tables import SCHEMA_REVISION, metadata


def test_migrations_lead_to_exactly_the_tables_of_the_code(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    # SQLite keeps its row numbers in a table of its own.
    assert [d for d in differences if "sqlite_sequence" not in repr(d)] == []


def test_the_code_names_the_newest_revision(database: Database) -> None:
    head = ScriptDirectory.from_config(migrate.alembic_config(database)).get_current_head()
    assert head == SCHEMA_REVISION


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate.upgrade(database)
    database.require_schema()


def test_an_empty_database_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(SchemaOutdated, match="suluh migrate"):
        database.require_schema()


def test_a_downgrade_leaves_nothing_behind(database: Database) -> None:
    from alembic import command
    from sqlalchemy import inspect

    command.downgrade(migrate.alembic_config(database), "base")
    with database.read() as connection:
        left = set(inspect(connection).get_table_names())
    assert left <= {"alembic_version", "sqlite_sequence"}
