"""Conversations that wait for a human or are held by one, and alerts about them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("staff", sa.Column("seen_at", sa.BigInteger))
    op.add_column("conversations", sa.Column("level_at", sa.BigInteger))
    op.add_column("conversations", sa.Column("held_by", sa.String(22)))
    op.add_column("conversations", sa.Column("held_until", sa.BigInteger))
    op.add_column("conversations", sa.Column("quiet_at", sa.BigInteger))
    op.create_index("ix_conversations_held_until", "conversations", ["held_until"])
    op.add_column("outbox", sa.Column("author", sa.String(8), nullable=False, server_default="bot"))
    op.create_table(
        "handoffs",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("conversation_id", sa.String(22), nullable=False),
        sa.Column("reason", sa.String(8), nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("staff_id", sa.String(22)),
        sa.Column("silent_id", sa.String(22)),
        sa.Column("offered_to", sa.String(22)),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("taken_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("ending", sa.String(8)),
        sa.Column("step", sa.Integer, nullable=False, server_default="0"),
        sa.Column("steps_from", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("acknowledged_at", sa.BigInteger),
        sa.Column("told_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_handoffs"),
        _foreign_key("handoffs", "conversation_id", "conversations"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_handoffs_staff_id"),
        sa.ForeignKeyConstraint(["silent_id"], ["staff.id"], name="fk_handoffs_silent_id"),
        sa.ForeignKeyConstraint(["offered_to"], ["staff.id"], name="fk_handoffs_offered_to"),
    )
    op.create_index("ix_handoffs_conversation_id", "handoffs", ["conversation_id"])
    op.create_index("ix_handoffs_state_due_at", "handoffs", ["state", "due_at"])
    op.create_table(
        "transcript",
        sa.Column("id", _ROW_NUMBER, nullable=False, autoincrement=True),
        sa.Column("handoff_id", sa.String(22), nullable=False),
        sa.Column("author", sa.String(8), nullable=False),
        sa.Column("staff_id", sa.String(22)),
        sa.Column("desk_key_id", sa.String(22), nullable=False),
        sa.Column("desk_sealed", sa.LargeBinary, nullable=False),
        sa.Column("inbox_id", _ROW_NUMBER),
        sa.Column("turn_id", sa.String(22)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transcript"),
        _foreign_key("transcript", "handoff_id", "handoffs"),
        sa.ForeignKeyConstraint(
            ["desk_key_id"], ["desk_keys.id"], name="fk_transcript_desk_key_id"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_transcript_handoff_id_id", "transcript", ["handoff_id", "id"])
    op.create_table(
        "alerts",
        sa.Column("id", _ROW_NUMBER, nullable=False, autoincrement=True),
        sa.Column("handoff_id", sa.String(22), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("target_id", sa.String(22)),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("error_code", sa.String(32)),
        sa.Column("provider_id", sa.String(128)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("settled_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        _foreign_key("alerts", "handoff_id", "handoffs"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alerts_state_due_at", "alerts", ["state", "due_at"])
    op.create_index("ix_alerts_handoff_id", "alerts", ["handoff_id"])
    op.create_table(
        "alert_targets",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_targets"),
        sa.UniqueConstraint("way", "position", name="uq_alert_targets_way_position"),
    )
    op.create_table(
        "office_hours",
        sa.Column("weekday", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("opens", sa.Integer, nullable=False),
        sa.Column("closes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("weekday", name="pk_office_hours"),
    )
    op.create_table(
        "holidays",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_holidays"),
    )


def downgrade() -> None:
    for table in (
        "holidays", "office_hours", "alert_targets", "alerts", "transcript", "handoffs",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_column("outbox", "author")
    op.drop_index("ix_conversations_held_until", "conversations")
    for column in ("quiet_at", "held_until", "held_by", "level_at"):
        op.drop_column("conversations", column)
    op.drop_column("staff", "seen_at")


def _foreign_key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE"
    )
