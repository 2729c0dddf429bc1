"""What the path keeps: cases with their approvals, the contact ledger, phases, orders, the kill switch, consent, messages, pauses."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("pauses", "client_messages", "consents", "switches", "standing_orders", "phases", "contacts", "approvals", "cases")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "cases",
        *_of("id"),
        sa.Column("use_case", sa.String(63), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        _instant("since"),
        sa.Column("hold_clinician", sa.String(64)),
        sa.Column("hold_client", sa.String(64)),
        _instant("hold_from", nullable=True),
        _instant("hold_until", nullable=True),
        _document(),
    )
    op.create_index("cases_open", "cases", ["practice", "is_open", "since"])
    op.create_index("cases_held", "cases", ["practice", "hold_until"])
    op.create_table(
        "approvals",
        *_of("case_id"),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("approved_by", sa.String(128), nullable=False),
        sa.Column("action_digest", sa.String(64), nullable=False),
        _instant("at"),
        sa.Column("order_reference", sa.String(128), nullable=False),
        sa.Column("is_from_offer", sa.Boolean, nullable=False),
    )
    op.create_index("approvals_by_order", "approvals", ["practice", "order_reference", "at"])
    op.create_table(
        "contacts",
        *_of("case_id"),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        _instant("at"),
    )
    op.create_index("contacts_by_client", "contacts", ["practice", "client"])
    op.create_table("phases", *_of("use_case"), sa.Column("phase", sa.String(16), nullable=False))
    op.create_table("standing_orders", *_of("use_case"), _document())
    op.create_table("switches", *_of(), sa.Column("is_stopped", sa.Boolean, nullable=False))
    op.create_table("consents", *_of("client"), sa.Column("number", sa.Integer, primary_key=True, autoincrement=False), _document())
    op.create_table("client_messages", *_of("client", "reference"), _instant("at"))
    op.create_table("pauses", *_of("client"), _instant("since"))


def downgrade() -> None:
    """Drop them. The trail stays, and tells what they held."""
    for table in TABLES:
        op.drop_table(table)


def _of(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column("practice", sa.String(63), primary_key=True), *(sa.Column(name, sa.String(128), primary_key=True) for name in names)]


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _document() -> sa.Column[Any]:
    return sa.Column("document", sa.Text, nullable=False)
