"""What happened to violations, counted: enough for a trend, and for what changed of late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from policycheck.store.timeline import read_changes

_TURNS = ("opened", "reopened", "closed")


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
    counts: Counter[tuple[datetime, int | None, str, str | None]] = Counter()
    for change in read_changes(connection, policies, until):
        if change.kind in _TURNS:
            counts[change.at, change.run_id, change.kind, change.how] += change.violations
    happenings = (Happening(*key, count) for key, count in counts.items())
    return tuple(sorted(happenings, key=lambda h: (h.at, h.run_id or 0, h.kind, h.how or "")))
