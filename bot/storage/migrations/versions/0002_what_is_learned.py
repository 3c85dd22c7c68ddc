"""What is learned: finished quiz rounds, and questions that found no answer."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiz_rounds",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("stage", sa.String(8), nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("right", sa.String(1024), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quiz_rounds"),
    )
    op.create_index("ix_quiz_rounds_month", "quiz_rounds", ["month"])
    op.create_table(
        "unanswered",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("question_sealed", sa.LargeBinary, nullable=False),
        sa.Column("guesses", sa.String(256), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unanswered"),
    )
    op.create_index("ix_unanswered_day", "unanswered", ["day"])


def downgrade() -> None:
    op.drop_table("unanswered")
    op.drop_table("quiz_rounds")
