"""Values that a policy asks for and that nobody holds: most often a slip of the pen.

`person.type: employe` addresses nobody, and an audit that addresses nobody looks clean. Only open
columns are looked at (a closed vocabulary was checked when the policy was read), and only those
that say anything at all: a column without any value is the verdicts' business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from policycheck.model import TABLES
from policycheck.policy.condition import Compare, Condition
from policycheck.policy.model import Control, Policy
from policycheck.policy.sql import column_to_sql
from policycheck.text import fold_text

_HOLDERS = {"device": "device", "person": "person"}
_MOST = 1000
"""Of a column with more values than this (names, say), nothing is said."""


@dataclass(frozen=True, order=True)
class Unheld:
    """A value of a policy's condition that no person or device has."""

    policy: str
    path: str
    column: str
    value: str
    held: tuple[str, ...]
    """The values that there are, as the files write them."""


def find_unheld(
    con: duckdb.DuckDBPyConnection, controls: tuple[tuple[Policy, Control], ...]
) -> tuple[Unheld, ...]:
    """Compare the values of scopes, exceptions and indications with those that there are."""
    asked = {
        (policy.policy, policy.path, compare)
        for policy, control in controls
        for condition in _conditions(policy, control)
        for compare in _compares(condition)
        if _is_open(compare)
    }
    values = {compare.name: _values(con, compare) for _, _, compare in asked}
    return tuple(
        sorted(
            Unheld(policy, path, compare.name, str(value), held)
            for policy, path, compare in asked
            for held in (values[compare.name],)
            for value in compare.values
            if held and fold_text(str(value)) not in map(fold_text, held)
        )
    )


def _conditions(policy: Policy, control: Control) -> Iterator[Condition]:
    scopes = (policy.applies_to, control.applies_to, control.indication)
    yield from (scope for scope in scopes if scope is not None)
    yield from (exception.when for exception in (*policy.exceptions, *control.exceptions))


def _compares(condition: Condition) -> Iterator[Compare]:
    if isinstance(condition, Compare):
        yield condition
    else:
        for part in condition.parts:
            yield from _compares(part)


def _is_open(compare: Compare) -> bool:
    if compare.table not in _HOLDERS or compare.operator not in ("is", "not"):
        return False
    column = TABLES[compare.table][compare.column]
    return column.type in ("text", "list", "attributes") and not column.vocabulary


def _values(con: duckdb.DuckDBPyConnection, compare: Compare) -> tuple[str, ...]:
    """Return the distinct values of a column, none where there are too many to be words."""
    column: exp.Expr = column_to_sql(compare.name)
    if TABLES[compare.table][compare.column].type == "list":
        column = exp.func("unnest", column)
    query = exp.select(exp.alias_(column, "value")).from_(
        exp.alias_(exp.to_table(_HOLDERS[compare.table]), compare.table)
    )
    rows = con.execute(
        f"SELECT DISTINCT value FROM ({query.sql('duckdb')}) WHERE value IS NOT NULL"
        f" ORDER BY value LIMIT {_MOST + 1}"
    ).fetchall()
    return tuple(value for (value,) in rows) if len(rows) <= _MOST else ()
