"""Where the facts of a device and source lie, once they were moved to another segment."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device_source", sa.Column("segment", sa.String(), nullable=True))
