"""Channels that push: who may be written to, what is held and why."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("stopped_at", sa.BigInteger))
    op.add_column("contacts", sa.Column("unreachable_code", sa.String(32)))
    op.add_column("conversations", sa.Column("heard_at", sa.BigInteger))
    op.add_column("conversations", sa.Column("reopened_at", sa.BigInteger))
    op.add_column("outbox", sa.Column("is_notice", sa.Integer, nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("held_for", sa.String(8)))


def downgrade() -> None:
    for table, column in (
        ("outbox", "held_for"),
        ("outbox", "is_notice"),
        ("conversations", "reopened_at"),
        ("conversations", "heard_at"),
        ("contacts", "unreachable_code"),
        ("contacts", "stopped_at"),
    ):
        op.drop_column(table, column)
