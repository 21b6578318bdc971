"""Watchers show in the store that they live."""

import sqlalchemy as sa
from alembic import op

from policycheck.store.times import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watcher",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("inbox", sa.String(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("beat_at", UtcTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_run", sa.Integer(), nullable=True),
        sa.Column("last_run_at", UtcTime(), nullable=True),
        sa.Column("backlog", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("rejected_today", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("refused", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
