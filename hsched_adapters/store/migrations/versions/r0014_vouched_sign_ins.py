"""Sign-ins know the provider's session they come from, so that the provider can end them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = ("vouched_subject", "vouched_session")


def upgrade() -> None:
    """Sign-ins that are under way have neither: they end as before."""
    for name in COLUMNS:
        op.add_column("sign_ins", sa.Column(name, sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop both: the provider cannot end sign-ins any more."""
    for name in COLUMNS:
        op.drop_column("sign_ins", name)
