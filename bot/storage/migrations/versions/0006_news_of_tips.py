"""Whether staff wrote to the reporter of a tip, and its conversation was not told yet."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tips", sa.Column("has_news", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("tips", "has_news")
