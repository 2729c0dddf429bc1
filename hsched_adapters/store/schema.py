"""The tables of the operational store as code reads and writes them. Made by the migrations; a test compares the two.

Everything here is by pseudonym. Whose tables they are is in their first column, so that one database serves several practices.
"""

from typing import Any

import sqlalchemy as sa

VERSION_TABLE = "hsched_store_version"  # MLflow and Dagster keep Alembic versions too, perhaps in the same database
metadata = sa.MetaData()


def _keys() -> list[sa.Column[Any]]:
    return [
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("booking_id", sa.String(48), primary_key=True),
        sa.Column("moment", sa.String(32), primary_key=True),
        sa.Column("publication", sa.Integer, sa.ForeignKey("publications.id"), nullable=False),
    ]


# Every publication that ever stood, with the seal of its scores: an anchor of the shadow ledger outside the ledger.
publications = sa.Table(
    "publications",
    metadata,
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
scores = sa.Table(
    "scores",
    metadata,
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
feature_rows = sa.Table(
    "feature_rows",
    metadata,
    *_keys(),
    sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("inputs", sa.JSON, nullable=False),
)
client_features = sa.Table(
    "client_features",
    metadata,
    sa.Column("practice", sa.String(63), primary_key=True),
    sa.Column("client_token", sa.String(32), primary_key=True),
    sa.Column("publication", sa.Integer, sa.ForeignKey("publications.id"), nullable=False),
    sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
    sa.Column("inputs", sa.JSON, nullable=False),
)
# Who did what to whom, in order, for ever. Triggers refuse UPDATE, DELETE, TRUNCATE and gaps; chain.py says what `hash` covers.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("practice", sa.String(63), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(32), nullable=False),  # text: the bytes that were hashed, on either database
    sa.Column("actor", sa.String(80), nullable=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("subject", sa.String(128), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("kid", sa.String(64), nullable=False),
    sa.Column("prev", sa.LargeBinary, nullable=False),
    sa.Column("mac", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Index("audit_by_subject", "practice", "subject"),
)
