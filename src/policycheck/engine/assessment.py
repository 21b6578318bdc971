"""The outcome of one audit: sums in Python, findings in the session until somebody reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from policycheck.engine.unheld import Unheld
from policycheck.model import Tally


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was found at a moment; the rows stand in the session's `verdict` and `finding`."""

    as_of: datetime
    tallies: tuple[Tally, ...]
    devices: int
    unheld: tuple[Unheld, ...] = ()
    """Values that policies ask for and that nobody has."""

    @property
    def in_scope(self) -> int:
        """How many units any control addresses."""
        return sum(tally.in_scope for tally in self.tallies)


def read_tallies(con: duckdb.DuckDBPyConnection) -> tuple[Tally, ...]:
    """Read the sums that the program left, in the order of the policies' controls."""
    rows = con.execute(
        'SELECT t.policy, t.control, t.grain, t."all", t.not_applicable, t.excused, t.in_scope,'
        " t.pass, t.violation, t.advice, t.unknown, coalesce(r.reasons, MAP {}), t.stale,"
        " t.answered / nullif(t.in_scope, 0)"
        " FROM tally AS t LEFT JOIN tally_reason AS r ON r.control_no = t.control_no"
        " ORDER BY t.control_no"
    ).fetchall()
    return tuple(
        Tally._make((*sums, 0, 0, None if share is None else round(share, 4)))
        for *sums, share in rows
    )
