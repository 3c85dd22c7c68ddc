"""Files that people send: where the provider has them, and their sealed chunks."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("conversation_id", sa.String(22), nullable=False),
        sa.Column("inbox_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(16)),
        sa.Column("media_type", sa.String(32)),
        sa.Column("size", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("abandoned", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("claim_until", sa.BigInteger),
        sa.Column("source_sealed", sa.LargeBinary),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("settled_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_attachments_conversation_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["inbox_id"], ["inbox.id"], name="fk_attachments_inbox_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("inbox_id", "position", name="uq_attachments_inbox_id_position"),
    )
    op.create_index(
        "ix_attachments_conversation_id_state", "attachments", ["conversation_id", "state"]
    )
    op.create_index("ix_attachments_state_due_at", "attachments", ["state", "due_at"])
    op.create_table(
        "attachment_chunks",
        sa.Column("attachment_id", sa.String(22), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("attachment_id", "number", name="pk_attachment_chunks"),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["attachments.id"],
            name="fk_attachment_chunks_attachment_id",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("attachment_chunks")
    op.drop_table("attachments")
