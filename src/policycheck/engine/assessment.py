"""The outcome of one audit: sums in Python, findings in the session until somebody reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from policycheck.engine.unheld import Unheld


@dataclass(frozen=True, slots=True)
class Tally:
    """The sums of one control, in its grain (devices, persons or the issuer).

    `in_scope` = `pass_` + `violation` + `advice` + `unknown`; `all` = `in_scope` +
    `not_applicable`, of which `excused`.
    """

    policy: str
    control: str
    grain: str
    all: int
    not_applicable: int
    excused: int
    in_scope: int
    pass_: int
    violation: int
    advice: int
    unknown: int
    stale: int
    answered: int
    """Units with a fresh and real answer."""
    unknown_reasons: Mapping[str, int]

    @property
    def coverage(self) -> float | None:
        """The share of units in scope with a fresh and real answer; null without any in scope."""
        return round(self.answered / self.in_scope, 4) if self.in_scope else None


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
        " t.pass, t.violation, t.advice, t.unknown, t.stale, t.answered,"
        " coalesce(r.reasons, MAP {})"
        " FROM tally AS t LEFT JOIN tally_reason AS r ON r.control_no = t.control_no"
        " ORDER BY t.control_no"
    ).fetchall()
    return tuple(Tally(*row) for row in rows)
