"""What a judged session shows that somebody should know, though no rule is broken by it."""

from __future__ import annotations

from collections.abc import Iterator
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


def describe_unheld(unheld: Unheld) -> Problem:
    """Say that a policy asks for a value that nobody has, and which one may be meant."""
    holder = "person" if unheld.column.startswith("person.") else "device"
    message = f"{unheld.path}: no {holder} has {unheld.column} {quote(unheld.value)}"
    hint = did_you_mean(unheld.value, unheld.held)
    return Problem(message, None, hint, severity="warning")
