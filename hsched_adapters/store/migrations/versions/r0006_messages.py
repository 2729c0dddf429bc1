"""What became of messages: deliveries beside the contact ledger, addresses that cannot be reached, calls that staff are to make."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("call_tasks", "dead_ends", "deliveries")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "deliveries",
        *_of("case_id"),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("address", sa.String(32), nullable=False),
        sa.Column("reference", sa.String(64)),
        sa.Column("state", sa.String(16), nullable=False),
        _instant("since"),
        sa.Column("document", sa.Text, nullable=False),
        sa.UniqueConstraint("practice", "reference", name="deliveries_once"),
    )
    op.create_index("deliveries_by_client", "deliveries", ["practice", "client"])
    op.create_index("deliveries_by_address", "deliveries", ["practice", "address"])
    op.create_index("deliveries_by_state", "deliveries", ["practice", "state", "since"])
    op.create_table("dead_ends", *_of("client", "channel"), sa.Column("document", sa.Text, nullable=False))
    op.create_table(
        "call_tasks",
        *_of("id"),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        _instant("asked_at"),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("call_tasks_open", "call_tasks", ["practice", "is_open", "asked_at"])


def downgrade() -> None:
    """Drop them. The trail stays, and tells what they held."""
    for table in TABLES:
        op.drop_table(table)


def _of(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column("practice", sa.String(63), primary_key=True), *(sa.Column(name, sa.String(128), primary_key=True) for name in names)]


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
