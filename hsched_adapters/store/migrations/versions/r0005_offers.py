"""Offers that left, the openings they were for, and on each case what it is about."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("openings", "offers")


def upgrade() -> None:
    """Make the tables; cases that are there learn their subject from their document."""
    op.create_table(
        "offers",
        *_of("id"),
        sa.Column("opening", sa.String(128), nullable=False),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("is_unfinished", sa.Boolean, nullable=False),
        _instant("sent_at"),
        _instant("since"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("offers_by_opening", "offers", ["practice", "opening", "sent_at"])
    op.create_index("offers_unfinished", "offers", ["practice", "is_unfinished"])
    op.create_table(
        "openings",
        *_of("id"),
        sa.Column("clinician", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        _instant("starts_at"),
        _instant("ends_at"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("openings_by_state", "openings", ["practice", "state", "starts_at"])
    op.create_index("openings_by_time", "openings", ["practice", "clinician", "ends_at"])
    op.add_column("cases", sa.Column("subject", sa.String(128), nullable=False, server_default=""))
    op.create_index("cases_about", "cases", ["practice", "subject"])
    _fill_in_subjects()


def downgrade() -> None:
    """Drop them. The trail stays, and tells what they held."""
    op.drop_index("cases_about", "cases")
    op.drop_column("cases", "subject")
    for table in TABLES:
        op.drop_table(table)


def _fill_in_subjects() -> None:
    cases = sa.table("cases", sa.column("practice"), sa.column("id"), sa.column("document"), sa.column("subject"))
    connection = op.get_bind()
    for practice, case_id, document in connection.execute(sa.select(cases.c.practice, cases.c.id, cases.c.document)).all():
        subject = json.loads(document)["proposal"]["subject"]
        connection.execute(cases.update().where(cases.c.practice == practice, cases.c.id == case_id).values(subject=subject))


def _of(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column("practice", sa.String(63), primary_key=True), *(sa.Column(name, sa.String(128), primary_key=True) for name in names)]


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
