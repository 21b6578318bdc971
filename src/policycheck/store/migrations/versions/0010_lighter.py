"""What a large run writes is lighter: no references to look up, a smaller index of events.

References were a fifth of a large run in PostgreSQL, and never looked up in SQLite.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_REFERENCES = {
    "alias": ("device_key",),
    "device_source": ("device_key", "report_id"),
    "episode": ("item_id", "report_id"),
    "event": ("run_id",),
    "violation": ("device_key", "item_id", "report_id"),
}
_NAMES = {"fk": "%(table_name)s_%(column_0_name)s_fkey"}
"""As PostgreSQL calls them; SQLite has no names for them."""


def upgrade() -> None:
    op.drop_index("ix_event_fingerprint", "event")
    for table, columns in _REFERENCES.items():
        kept = {} if table in ("event", "violation") else {"sqlite_with_rowid": False}
        with op.batch_alter_table(table, naming_convention=_NAMES, table_kwargs=kept) as batch:
            for column in columns:
                batch.drop_constraint(f"{table}_{column}_fkey", type_="foreignkey")
    op.create_index("ix_event_mark", "event", [sa.text("substr(fingerprint, 1, 8)")])
