"""The inbox: what other systems told us, kept before they were answered, and how far the catch-up poll came."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("inbox_marks", "inbox")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "inbox",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("practice", sa.String(63), nullable=False),
        sa.Column("connection", sa.String(63), nullable=False),
        sa.Column("message", sa.String(32), nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.Column("kid", sa.String(64)),
        sa.Column("body_digest", sa.String(64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("strikes", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16)),
        sa.Column("about", sa.String(64)),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String(64)),
        sa.UniqueConstraint("practice", "message", "connection", name="inbox_once"),
    )
    op.create_index("inbox_standing", "inbox", ["practice", "state", "number"])
    is_read = sa.text("about IS NOT NULL")
    op.create_index("inbox_about", "inbox", ["practice", "about", "changed_at"], sqlite_where=is_read, postgresql_where=is_read)
    op.create_table(
        "inbox_marks",
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("connection", sa.String(128), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop them. The trail stays, and tells what was received."""
    for table in TABLES:
        op.drop_table(table)
