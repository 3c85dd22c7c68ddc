"""The desk and its keys, tips, and a key of its own for each file."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary, nullable=False),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("strength", sa.String(32), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("disabled_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("name", name="uq_staff_name"),
    )
    op.create_table(
        "desk_keys",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("retired_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_desk_keys"),
    )
    op.create_table(
        "desk_grants",
        sa.Column("desk_key_id", sa.String(22), nullable=False),
        sa.Column("holder", sa.String(22), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("desk_key_id", "holder", name="pk_desk_grants"),
        _foreign_key("desk_grants", "desk_key_id", "desk_keys", "CASCADE"),
    )
    op.create_table(
        "tips",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("desk_key_id", sa.String(22), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary, nullable=False),
        sa.Column("receipt_hash", sa.LargeBinary(32)),
        sa.Column("reporter_key", sa.LargeBinary(32)),
        sa.Column("check_sealed", sa.LargeBinary),
        sa.Column("conversation_id", sa.String(22)),
        sa.Column("filed_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("retain_until", sa.BigInteger, nullable=False),
        sa.Column("held_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_tips"),
        _foreign_key("tips", "desk_key_id", "desk_keys", None),
        _foreign_key("tips", "conversation_id", "conversations", "SET NULL"),
        sa.UniqueConstraint("receipt_hash", name="uq_tips_receipt_hash"),
    )
    for column in ("conversation_id", "state", "retain_until"):
        op.create_index(f"ix_tips_{column}", "tips", [column])
    op.create_table(
        "tip_entries",
        sa.Column("id", _ROW_NUMBER, nullable=False),
        sa.Column("tip_id", sa.String(22), nullable=False),
        sa.Column("author", sa.String(8), nullable=False),
        sa.Column("desk_key_id", sa.String(22), nullable=False),
        sa.Column("desk_sealed", sa.LargeBinary, nullable=False),
        sa.Column("reporter_sealed", sa.LargeBinary),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("read_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_tip_entries"),
        _foreign_key("tip_entries", "tip_id", "tips", "CASCADE"),
        _foreign_key("tip_entries", "desk_key_id", "desk_keys", None),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tip_entries_tip_id_id", "tip_entries", ["tip_id", "id"])
    op.create_table(
        "tip_marks",
        sa.Column("tip_id", sa.String(22), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("mark", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("tip_id", "kind", "mark", name="pk_tip_marks"),
        _foreign_key("tip_marks", "tip_id", "tips", "CASCADE"),
    )
    op.create_index("ix_tip_marks_kind_mark", "tip_marks", ["kind", "mark"])
    op.create_table(
        "tip_counts",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("place", sa.String(16), nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("month", "kind", "place", "level", name="pk_tip_counts"),
    )
    op.create_table(
        "tip_drafts",
        sa.Column("conversation_id", sa.String(22), nullable=False),
        sa.Column("stage", sa.String(8), nullable=False),
        sa.Column("touched_at", sa.BigInteger, nullable=False),
        sa.Column("reminded_at", sa.BigInteger),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("tip_id", sa.String(22)),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_tip_drafts"),
        _foreign_key("tip_drafts", "conversation_id", "conversations", "CASCADE"),
        _foreign_key("tip_drafts", "tip_id", "tips", "SET NULL"),
    )
    op.create_index("ix_tip_drafts_expires_at", "tip_drafts", ["expires_at"])
    op.create_table(
        "receipt_tries",
        sa.Column("scope", sa.String(22), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("blocked_until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_receipt_tries"),
    )
    # Files were sealed under one key for all before. No installation took any yet: what trials
    # left behind goes.
    op.execute(sa.text("DELETE FROM attachment_chunks"))
    op.execute(sa.text("DELETE FROM attachments"))
    with op.batch_alter_table("attachments") as table:
        table.alter_column("conversation_id", existing_type=sa.String(22), nullable=True)
        table.alter_column("inbox_id", existing_type=_ROW_NUMBER, nullable=True)
        table.add_column(sa.Column("key_sealed", sa.LargeBinary))
        table.add_column(sa.Column("tip_id", sa.String(22)))
        table.add_column(sa.Column("desk_key_id", sa.String(22)))
        table.add_column(sa.Column("desk_sealed", sa.LargeBinary))
        table.create_foreign_key(
            "fk_attachments_tip_id", "tips", ["tip_id"], ["id"], ondelete="CASCADE"
        )
        table.create_foreign_key("fk_attachments_desk_key_id", "desk_keys", ["desk_key_id"], ["id"])
        table.create_index("ix_attachments_tip_id", ["tip_id"])


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM attachment_chunks"))
    op.execute(sa.text("DELETE FROM attachments"))
    with op.batch_alter_table("attachments") as table:
        table.drop_index("ix_attachments_tip_id")
        table.drop_constraint("fk_attachments_desk_key_id", type_="foreignkey")
        table.drop_constraint("fk_attachments_tip_id", type_="foreignkey")
        for column in ("desk_sealed", "desk_key_id", "tip_id", "key_sealed"):
            table.drop_column(column)
        table.alter_column("inbox_id", existing_type=_ROW_NUMBER, nullable=False)
        table.alter_column("conversation_id", existing_type=sa.String(22), nullable=False)
    for name in (
        "receipt_tries", "tip_drafts", "tip_counts", "tip_marks", "tip_entries", "tips",
        "desk_grants", "desk_keys", "staff",
    ):  # fmt: skip
        op.drop_table(name)


def _foreign_key(
    table: str, column: str, target: str, ondelete: str | None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=f"fk_{table}_{column}", ondelete=ondelete
    )
