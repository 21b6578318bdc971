"""What a judged session shows that somebody should know, though no rule is broken by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from policycheck.engine.unheld import Unheld
from policycheck.problems import Problem, did_you_mean, quote

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST_NAMES = 5


def describe_joins(con: DuckDBPyConnection) -> Iterator[Problem]:
    """Say which devices of several systems are taken for one because of their names."""
    query = "SELECT name FROM joined_by_name ORDER BY name LIMIT ?"
    rows = con.execute(query, [_MOST_NAMES + 1]).fetchall()
    if names := [name for (name,) in rows]:
        shown = ", ".join(names[:_MOST_NAMES]) + (", ..." if len(names) > _MOST_NAMES else "")
        message = f"joined by name only, for lack of a serial number: {shown}"
        hint = "where that is wrong, let each system report serial numbers"
        yield Problem(message, None, hint, severity="warning")


def find_doubt(con: DuckDBPyConnection) -> str:
    """Say why what was given is no complete fleet; nothing where it can be one.

    A roster of nobody is an export that failed, not a fleet that left. To be called before
    anything that is stored is added to the reports.
    """
    if con.execute("SELECT 1 FROM rejected LIMIT 1").fetchone():
        return "not all that was given could be used"
    if not con.execute("SELECT 1 FROM report LIMIT 1").fetchone():
        return "what was given names no device"
    return ""


def describe_fleet(left: Sequence[str]) -> Iterator[Problem]:
    """Say who left the fleet."""
    if left:
        shown = ", ".join(map(quote, left[:_MOST_NAMES])) + ", ..." * (len(left) > _MOST_NAMES)
        who = "1 device has" if len(left) == 1 else f"{len(left):,} devices have"
        yield Problem(f"{who} left the fleet: {shown}", None, severity="warning")


def describe_unheld(unheld: Unheld) -> Problem:
    """Say that a policy asks for a value that nobody has, and which one may be meant."""
    holder = "person" if unheld.column.startswith("person.") else "device"
    message = f"{unheld.path}: no {holder} has {unheld.column} {quote(unheld.value)}"
    hint = did_you_mean(unheld.value, unheld.held)
    return Problem(message, None, hint, severity="warning")
