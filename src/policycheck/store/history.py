"""What happened to violations, counted: enough for a trend, and for what changed of late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, String, bindparam, text

from policycheck.store.times import from_stored, to_stored

_HAPPENED = text(
    # A violation that was renamed is looked up by the fingerprint that it has today.
    "WITH RECURSIVE alias(was, today) AS ("
    " SELECT detail, fingerprint FROM event WHERE kind = 'renamed'"
    " UNION"
    " SELECT a.was, e.fingerprint FROM alias AS a"
    " JOIN event AS e ON e.kind = 'renamed' AND e.detail = a.today)"
    " SELECT e.at, e.run_id, e.kind, e.detail, count(*)"
    " FROM event AS e"
    " LEFT JOIN alias AS a ON a.was = e.fingerprint"
    " JOIN violation AS v ON v.fingerprint = coalesce(a.today, e.fingerprint)"
    " WHERE e.kind IN ('opened', 'reopened', 'closed') AND e.at <= :until"
    " AND v.policy IN :policies"
    " GROUP BY e.at, e.run_id, e.kind, e.detail"
    " ORDER BY e.at, e.run_id, e.kind, e.detail"
).bindparams(bindparam("policies", expanding=True, type_=String()))


class Happening(NamedTuple):
    """So many violations were opened, reopened or closed at a moment, by a run or by hand."""

    at: datetime
    run_id: int | None
    """Null for what was done by hand."""
    kind: str
    """opened, reopened or closed."""
    how: str | None
    """How they were closed: resolved, withdrawn ..."""
    violations: int


def read_happenings(
    connection: Connection, policies: Sequence[str], until: datetime
) -> tuple[Happening, ...]:
    """Count what happened to the violations of some policies up to an aware moment.

    Sorted by time. Opened + reopened - closed up to a moment are open at that moment.
    """
    asked = {"policies": list(policies), "until": to_stored(until)}
    return tuple(
        Happening(from_stored(at), *rest) for at, *rest in connection.execute(_HAPPENED, asked)
    )
