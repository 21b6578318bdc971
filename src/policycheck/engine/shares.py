"""How a control's units divide by something about them: their department, their platform ..."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from policycheck.model import Share

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "department": "coalesce(j.department, p.department)",
        "manager": "coalesce(j.manager, p.manager)",
        "platform": "d.platform",
        "ownership": "d.ownership",
    }
)
SHARED_BY = tuple(_COLUMNS)
"""By what units can be divided."""


def count_shares(con: DuckDBPyConnection, by: str) -> list[Share]:
    """Count the verdicts of each control by a column (one of `SHARED_BY`).

    The parts of a control add up to its tally. A person who is judged as such has a department,
    and no platform. Sorted by policy, control and value; what is not known comes last.
    """
    rows = con.execute(
        f"SELECT v.policy, v.control, {_COLUMNS[by]} AS value,"
        " count(*) FILTER (v.verdict = 'not_applicable'),"
        " count(*) FILTER (v.verdict = 'pass'),"
        " count(*) FILTER (v.verdict = 'violation' AND v.obligation = 'must'),"
        " count(*) FILTER (v.verdict = 'violation' AND v.obligation = 'should'),"
        " count(*) FILTER (v.verdict = 'unknown')"
        " FROM verdict AS v"
        " LEFT JOIN device AS d ON d.device_no = v.device_no"
        " LEFT JOIN judged_person AS j ON j.device_no = v.device_no"
        " LEFT JOIN person AS p ON p.person_no = v.person_no"
        " GROUP BY v.policy, v.control, value"
        " ORDER BY v.policy, v.control, value NULLS LAST"
    )
    return [Share(*row) for row in rows.fetchall()]
