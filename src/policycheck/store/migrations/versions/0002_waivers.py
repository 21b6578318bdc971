"""Which violations are waived, by what and until when."""

import sqlalchemy as sa
from alembic import op

from policycheck.store.times import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("violation", sa.Column("waiver", sa.String(), nullable=True))
    op.add_column("violation", sa.Column("waived_until", UtcTime(), nullable=True))
