"""Since when the reports of a merged device are the other one's."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("merged_run", sa.Integer(), nullable=True))
