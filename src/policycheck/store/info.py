"""What a store holds, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, text

from policycheck.store.database import Store, read_revision
from policycheck.store.faults import shown
from policycheck.store.times import from_nullable

_COUNTED = ("run", "report", "rejection", "device", "violation", "event")


@dataclass(frozen=True)
class StoreInfo:
    """A store's size and state."""

    url: str
    """Without a password."""
    revision: str
    bytes: int
    """Of the database on disk; of a SQLite file with what is not checkpointed yet."""
    rows: Mapping[str, int]
    """Table -> its rows, for the tables that people ask about."""
    violations: Mapping[str, int]
    """Status -> violations."""
    files: int
    """Different report files; `rows` counts a file again each time that a run was given it."""
    runs: Mapping[str, int]
    """Kind -> runs: audits, and what operators did."""
    last_audit: datetime | None
    """The latest moment as of which something was audited; aware."""


def describe_store(store: Store) -> StoreInfo:
    """Count what is in a store."""
    with store.reading() as connection:
        size = _size(store, connection)
        rows = {
            table: int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
            for table in _COUNTED
        }
        by_status = connection.execute(
            text("SELECT status, count(*) FROM violation GROUP BY status ORDER BY status")
        )
        files = connection.execute(text("SELECT count(DISTINCT sha256) FROM report")).scalar_one()
        violations = {str(status): int(count) for status, count in by_status}
        by_kind = connection.execute(
            text("SELECT kind, count(*) FROM run GROUP BY kind ORDER BY 1")
        )
        runs = {str(kind): int(count) for kind, count in by_kind}
        last = connection.execute(text("SELECT max(as_of) FROM run WHERE kind = 'audit'")).scalar()
    return StoreInfo(
        url=shown(store.url),
        revision=read_revision(store) or "",
        bytes=size,
        rows=rows,
        violations=violations,
        files=int(files),
        runs=runs,
        last_audit=from_nullable(last),
    )


def _size(store: Store, connection: Connection) -> int:
    if not store.is_sqlite:
        size = connection.execute(text("SELECT pg_database_size(current_database())"))
        return int(size.scalar_one())
    path = Path(str(store.url.database))
    parts = (path, path.with_name(path.name + "-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())
