"""Scores and feature rows of coming visits, what is known of each client, and which publication each row came with."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("practice", sa.String(63), nullable=False),
        sa.Column("as_of_on", sa.Date, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scores", sa.Integer, nullable=False),
        sa.Column("feature_rows", sa.Integer, nullable=False),
        sa.Column("clients", sa.Integer, nullable=False),
        sa.Column("seal_number", sa.Integer, nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
    )
    op.create_table(
        "scores",
        *_keys(),
        sa.Column("appointment_token", sa.String(32), nullable=False, index=True),
        sa.Column("client_token", sa.String(32), nullable=False, index=True),
        sa.Column("clinician_token", sa.String(32)),
        sa.Column("starts_on", sa.Date, nullable=False, index=True),
        sa.Column("starts_at", sa.DateTime(timezone=True)),
        sa.Column("days_ahead", sa.Integer, nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("probability_no_show", sa.Float),
        sa.Column("probability_late_cancel", sa.Float),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("rank_in_day", sa.Integer, nullable=False),
        sa.Column("visits_in_day", sa.Integer, nullable=False),
        sa.Column("model_name", sa.String(63), nullable=False),
        sa.Column("model_version", sa.String(32), nullable=False),
        sa.Column("is_hindsight", sa.Boolean, nullable=False),
    )
    op.create_table("feature_rows", *_keys(), sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False), _inputs())
    op.create_table(
        "client_features",
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("client_token", sa.String(32), primary_key=True),
        sa.Column("publication", sa.Integer, sa.ForeignKey("publications.id"), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        _inputs(),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("client_features", "feature_rows", "scores", "publications"):
        op.drop_table(table)


def _keys() -> list[sa.Column[Any]]:
    return [
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("booking_id", sa.String(48), primary_key=True),
        sa.Column("moment", sa.String(32), primary_key=True),
        sa.Column("publication", sa.Integer, sa.ForeignKey("publications.id"), nullable=False),
    ]


def _inputs() -> sa.Column[Any]:
    return sa.Column("inputs", sa.JSON, nullable=False)
