"""What the earlier openings of a violation were proven by."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from policycheck.store.times import from_nullable

_EPISODES = text("""
SELECT e.number, i.identifier, i.name, i.version, r.sha256, r.path, e.source, e.record,
    e.reported_at, r.received_at
FROM episode AS e
LEFT JOIN item AS i ON i.id = e.item_id
LEFT JOIN report AS r ON r.id = e.report_id
WHERE e.fingerprint = :fingerprint
ORDER BY e.number
""")


class Episode(NamedTuple):
    """An earlier opening: the item that was there, and what showed it. Times are aware."""

    number: int
    """How often the violation had been reopened by then."""
    identifier: str | None
    name: str | None
    version: str | None
    report: str | None
    """SHA-256 of the report's file."""
    path: str | None
    source: str | None
    record: int | None
    reported_at: datetime | None
    received_at: datetime | None


def read_episodes(connection: Connection, fingerprint: str) -> tuple[Episode, ...]:
    """Return the openings of a violation before the last one, the first one first."""
    return tuple(
        Episode._make((*rest, from_nullable(reported_at), from_nullable(received_at)))
        for *rest, reported_at, received_at in connection.execute(
            _EPISODES, {"fingerprint": fingerprint}
        )
    )
