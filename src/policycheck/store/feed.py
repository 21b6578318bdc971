"""Every event, in the order in which it was committed, from where a reader stopped.

A cursor names the last event that was read, by its number and its hash. No event with a lower
number can appear later: whoever records holds the store's one write lock from before it numbers
its events until they are committed (see sqlite.py and postgres.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from policycheck.problems import quote
from policycheck.store.faults import fault
from policycheck.store.session import CHUNK
from policycheck.store.times import from_stored

_DIGITS = 12
_EVENTS = text("""
SELECT e.id, e.hash, e.at, e.kind, e.cause, e.detail, e.run_id, e.fingerprint, v.policy, v.control,
    c.severity, v.subject, v.device_key, d.device_id, d.name, v.person_id
FROM event AS e
LEFT JOIN violation AS v ON v.fingerprint = e.fingerprint
LEFT JOIN control AS c ON c.policy = v.policy AND c.control = v.control
LEFT JOIN device AS d ON d.device_key = v.device_key
WHERE e.id > :after
ORDER BY e.id
""")


class FedEvent(NamedTuple):
    """An event and what it is about. `at` is aware.

    Policy to person are null for the events of a name that a violation does not have any more.
    """

    cursor: str
    at: datetime
    kind: str
    cause: str
    detail: str | None
    run: int | None
    fingerprint: str
    policy: str | None
    control: str | None
    severity: str | None
    subject: str | None
    device_key: str | None
    device_id: str | None
    device_name: str | None
    person_id: str | None


def read_feed(connection: Connection, cursor: str = "") -> Iterator[FedEvent]:
    """Yield the events after a cursor, all without one. Reads as it goes.

    Raises PolicycheckError where the cursor is none of this store's.
    """
    rows = connection.execute(_EVENTS, {"after": _number(connection, cursor)})
    for chunk in rows.partitions(CHUNK):
        for number, digest, at, *rest in chunk:
            yield FedEvent(_cursor(number, digest), from_stored(at), *rest)


def _cursor(number: int, digest: str) -> str:
    return f"{number}-{digest[:_DIGITS]}"


def _number(connection: Connection, cursor: str) -> int:
    if not cursor:
        return 0
    number = cursor.partition("-")[0]
    if number.isascii() and number.isdigit() and len(number) < 19:
        asked = {"number": int(number)}
        digest = connection.execute(text("SELECT hash FROM event WHERE id = :number"), asked)
        if _cursor(int(number), str(digest.scalar())) == cursor:
            return int(number)
    hint = "it is of another store, or of one before a backup was brought back; begin without one"
    raise fault(f"the store has no event {quote(cursor)}", hint)
