"""Draws of randomised holdouts, and on each contact what it was for."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; contacts that are there keep no purpose."""
    op.create_table(
        "draws",
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("use_case", sa.String(128), primary_key=True),
        sa.Column("subject", sa.String(128), primary_key=True),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("arm", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("draws_by_start", "draws", ["practice", "use_case", "starts_at"])
    op.add_column("contacts", sa.Column("purpose", sa.String(16)))


def downgrade() -> None:
    """Drop them. The trail stays, and tells who was drawn into which arm."""
    op.drop_column("contacts", "purpose")
    op.drop_table("draws")
