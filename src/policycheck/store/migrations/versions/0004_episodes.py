"""What earlier openings of a violation were proven by, and who holds its device now."""

import sqlalchemy as sa
from alembic import op

from policycheck.store.times import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("violation", sa.Column("holder", sa.String(), nullable=True))
    op.create_table(
        "episode",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("item.id"), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("report_id", sa.Integer(), sa.ForeignKey("report.id"), nullable=True),
        sa.Column("reported_at", UtcTime(), nullable=True),
        sa.Column("record", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", "number"),
        sqlite_with_rowid=False,
    )
