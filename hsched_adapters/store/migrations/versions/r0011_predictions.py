"""Programs that may ask the service, and the access log of what they were told."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "api_clients",
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(128), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "predictions",
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("batch", sa.String(128), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("asked_by", sa.String(40), nullable=False),
        sa.Column("client", sa.String(64)),
        sa.Column("clinician", sa.String(64)),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moment", sa.String(32), nullable=False),
        sa.Column("model_version", sa.String(32), nullable=False),
        sa.Column("features_from", sa.String(16), nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("is_flagged", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    """Drop them: tokens open nothing any more; the trail's hashes then prove rows nobody has."""
    op.drop_table("predictions")
    op.drop_table("api_clients")
