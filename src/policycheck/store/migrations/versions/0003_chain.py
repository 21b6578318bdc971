"""Runs and events become a chain, and what they went by is kept.

Runs and events of before are hashed as they are now: from here on they cannot change unseen.
"""

import sqlalchemy as sa
from alembic import op

from policycheck.store.times import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_AT_ONCE = 10_000


def upgrade() -> None:
    op.create_table(
        "content",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "personal",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.add_column("run", sa.Column("kind", sa.String(), nullable=True))
    op.add_column("run", sa.Column("previous", sa.String(), nullable=True))
    op.add_column("run", sa.Column("seal", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("run", sa.Column("hash", sa.String(), nullable=True))
    op.add_column("event", sa.Column("hash", sa.String(), nullable=True))
    op.execute("UPDATE run SET kind = 'audit'")
    _chain()
    with op.batch_alter_table("run") as batch:
        batch.alter_column("kind", existing_type=sa.String(), nullable=False)
    with op.batch_alter_table("event") as batch:
        batch.alter_column("hash", existing_type=sa.String(), nullable=False)


def _chain() -> None:
    """Seal what is there, run by run, in the order in which it was recorded."""
    from policycheck.store.chain import hash_event, seal_run
    from policycheck.store.tree import root_of

    connection = op.get_bind()
    event = sa.table(
        "event",
        *map(sa.column, ("id", "run_id", "fingerprint", "kind", "cause", "detail", "hash")),
        sa.column("at", UtcTime()),
    )
    runs = connection.execute(sa.text("SELECT id FROM run ORDER BY id")).scalars().all()
    for run_id in runs:
        asked = sa.select(event).where(event.c.run_id == run_id).order_by(event.c.id)
        hashed = []
        for row in connection.execute(asked):
            rest = (row.fingerprint, row.kind, row.cause, row.detail)
            hashed.append((row.id, hash_event(row.id, run_id, row.at, rest)))
        statement = sa.text("UPDATE event SET hash = :hash WHERE id = :id")
        for start in range(0, len(hashed), _AT_ONCE):
            some = [{"id": n, "hash": h} for n, h in hashed[start : start + _AT_ONCE]]
            connection.execute(statement, some)
        sealed = {
            "first": hashed[0][0] if hashed else None,
            "rows": len(hashed),
            "sha256": root_of(each for _, each in hashed),
        }
        seal_run(connection, run_id, {"event": sealed})
