"""The revisions of the database, and the way from one to the next.

Alembic is only imported when there is something to migrate: what revisions there are is told by
the names of their files.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from sqlalchemy import Connection


def migration_folder() -> Traversable:
    """Return the folder with Alembic's scripts."""
    return files("policycheck.store") / "migrations"


REVISIONS = tuple(
    sorted(
        entry.name.partition("_")[0]
        for entry in (migration_folder() / "versions").iterdir()
        if entry.name.endswith(".py")
    )
)
"""All revisions, oldest first: `0001_first.py` is 0001."""
HEAD = REVISIONS[-1]


def migrate(connection: Connection, revision: str = HEAD) -> None:
    """Bring a database to a revision, in the transaction that is open."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migration_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
