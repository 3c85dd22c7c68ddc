"""What the model made of the messages that an officer reads."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "transcript_readings",
        sa.Column("id", _ROW_NUMBER, nullable=False, autoincrement=True),
        sa.Column("transcript_id", _ROW_NUMBER, nullable=False),
        sa.Column("desk_key_id", sa.String(22), nullable=False),
        sa.Column("desk_sealed", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_transcript_readings"),
        sa.UniqueConstraint("transcript_id", name="uq_transcript_readings_transcript_id"),
        sa.ForeignKeyConstraint(
            ["transcript_id"],
            ["transcript.id"],
            name="fk_transcript_readings_transcript_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["desk_key_id"], ["desk_keys.id"], name="fk_transcript_readings_desk_key_id"
        ),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("transcript_readings")
