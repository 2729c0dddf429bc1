"""Addresses that messages carry to clients, by their hash, and how clients said they want to be written to."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. Addresses that left before have no line in it and lead nowhere: their pages ask the client to call."""
    op.create_table(
        "client_links",
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("case_id", sa.String(48), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("client_links_by_client", "client_links", ["practice", "client"])
    op.create_table(
        "client_wishes",
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("client", sa.String(128), primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop them. The trail stays, and tells who did what behind which address."""
    op.drop_table("client_wishes")
    op.drop_table("client_links")
