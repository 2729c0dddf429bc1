"""What clients wrote back: their words, encrypted, and what became of each message."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "replies",
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("client", sa.String(64)),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("visit", sa.String(64)),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("kid", sa.String(64), nullable=False),
    )
    op.create_index("replies_standing", "replies", ["practice", "state", "received_at"])
    op.create_index("replies_confirming", "replies", ["practice", "visit"])


def downgrade() -> None:
    """Drop it. The trail stays, and tells what became of each message, not what it said."""
    op.drop_table("replies")
