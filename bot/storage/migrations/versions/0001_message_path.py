"""The message path: contacts, conversations, inbox, outbox, trackers, and who runs it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RowNumber = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("address_blind", sa.LargeBinary(32), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.UniqueConstraint("channel", "address_blind", name="uq_contacts_channel_address_blind"),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("contact_id", sa.String(22), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("level", sa.String(8), nullable=False, server_default="biasa"),
        sa.Column("ready_at", sa.BigInteger),
        sa.Column("urgent", sa.Integer, nullable=False, server_default="0"),
        sa.Column("claim_token", sa.String(22)),
        sa.Column("claim_until", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
            ondelete="CASCADE",
            name="fk_conversations_contact_id",
        ),
        sa.UniqueConstraint("contact_id", name="uq_conversations_contact_id"),
    )
    op.create_index("ix_conversations_ready_at", "conversations", ["ready_at"])
    op.create_table(
        "inbox",
        sa.Column("id", RowNumber, nullable=False, autoincrement=True),
        sa.Column("conversation_id", sa.String(22), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("external_id", sa.String(128), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("turn_id", sa.String(22)),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            ondelete="CASCADE",
            name="fk_inbox_conversation_id",
        ),
        sa.UniqueConstraint("channel", "external_id", name="uq_inbox_channel_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_conversation_id_turn_id", "inbox", ["conversation_id", "turn_id"])
    op.create_table(
        "outbox",
        sa.Column("id", RowNumber, nullable=False, autoincrement=True),
        sa.Column("conversation_id", sa.String(22), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("turn_id", sa.String(22), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("content_sealed", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("provider_id", sa.String(128)),
        sa.Column("error_code", sa.String(32)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            ondelete="CASCADE",
            name="fk_outbox_conversation_id",
        ),
        sa.UniqueConstraint("turn_id", "position", name="uq_outbox_turn_id_position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_conversation_id_id", "outbox", ["conversation_id", "id"])
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"])
    op.create_table(
        "trackers",
        sa.Column("conversation_id", sa.String(22), nullable=False),
        sa.Column("state_sealed", sa.LargeBinary, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_trackers"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            ondelete="CASCADE",
            name="fk_trackers_conversation_id",
        ),
    )
    op.create_table(
        "installation",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_installation"),
    )
    op.create_table(
        "processes",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_processes"),
    )


def downgrade() -> None:
    for table in (
        "processes",
        "installation",
        "trackers",
        "outbox",
        "inbox",
        "conversations",
        "contacts",
    ):
        op.drop_table(table)
