"""Alembic's environment: runs the migrations on the engine that the program opened."""

from alembic import context

from bot.storage.tables import metadata

# Any number; it only has to be the same for all processes that migrate one database.
MIGRATION_LOCK = 7_251_001


def run_migrations() -> None:
    engine = context.config.attributes["engine"]
    locking = engine.execution_options(suluh_begin="IMMEDIATE", suluh_sync="FULL")
    with locking.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            transactional_ddl=True,
        )
        context.run_migrations()


run_migrations()
