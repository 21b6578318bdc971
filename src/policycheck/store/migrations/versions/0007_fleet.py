"""Which devices left the fleet, and which turned out to be one."""

import sqlalchemy as sa
from alembic import op

from policycheck.store.times import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("left_at", UtcTime(), nullable=True))
    op.add_column("device", sa.Column("merged_into", sa.String(), nullable=True))
