"""The revisions of the database, and the way from one to the next.

A new store is made of today's tables at once. Alembic is only imported when there is something
to migrate: what revisions there are is told by the names of their files.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from sqlalchemy import Connection, text

from policycheck.store.tables import metadata


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


_VERSION = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))
"""
"""As Alembic makes it."""


def create(connection: Connection) -> None:
    """Make an empty database a store of the newest revision, in the transaction that is open."""
    metadata.create_all(connection)
    connection.execute(text(_VERSION))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def migrate(connection: Connection, revision: str = HEAD) -> None:
    """Bring a database to a revision, in the transaction that is open."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migration_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
