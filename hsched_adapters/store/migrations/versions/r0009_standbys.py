"""Clients who were told that a time may become free, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. Standby offers that left before have no line in it: a yes to one of them is a person's."""
    op.create_table(
        "standbys",
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("appointment", sa.String(64), nullable=False),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("standbys_open", "standbys", ["practice", "is_open", "since"])


def downgrade() -> None:
    """Drop it. The trail stays, and tells who stood by for what."""
    op.drop_table("standbys")
