"""Who is signed in to the service, and their passkeys."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sign_ins",
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("login", sa.String(63), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_proved", sa.Boolean, nullable=False),
    )
    op.create_index("sign_ins_by_login", "sign_ins", ["practice", "login"])
    op.create_table(
        "passkeys",
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("login", sa.String(63), nullable=False),
        sa.Column("credential", sa.LargeBinary, nullable=False),
        sa.Column("uses", sa.BigInteger, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("passkeys_by_login", "passkeys", ["practice", "login"])


def downgrade() -> None:
    """Drop them: everybody signs in again, without passkeys. The trail stays, and tells who did."""
    op.drop_table("passkeys")
    op.drop_table("sign_ins")
