"""On how many devices is what looks like something? Counted by DuckDB, group by group."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from policycheck.engine.session import insert_columns
from policycheck.model import DISTINCT_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SAME_ITEM = " AND ".join(f"x.{name} IS NOT DISTINCT FROM i.{name}" for name in DISTINCT_COLUMNS)
_LOOK = ", ".join(f"coalesce(i.{name}, '')" for name in DISTINCT_COLUMNS)
_COUNTS = f"""
WITH held AS (
    SELECT c.group_no, c.item_no, d.device_key, r.platform
    FROM candidate AS c
    JOIN every_item AS i ON i.item_no = c.item_no
    JOIN installed_item AS x ON {_SAME_ITEM}
    JOIN report AS r ON r.part = x.part AND r.device_ref = x.device_ref
    JOIN identity AS d ON d.report_no = r.report_no AND d.current
),
by_item AS (
    SELECT group_no, item_no, count(DISTINCT device_key) AS devices FROM held GROUP BY ALL
),
shown AS (
    SELECT c.group_no, arg_max(i.item_no, (c.devices, {_LOOK})) AS item_no
    FROM by_item AS c
    JOIN every_item AS i ON i.item_no = c.item_no
    GROUP BY c.group_no
)
SELECT
    h.group_no,
    count(DISTINCT h.device_key),
    list_sort(list(DISTINCT h.platform) FILTER (WHERE h.platform IS NOT NULL)),
    any_value(s.item_no)
FROM held AS h
JOIN shown AS s ON s.group_no = h.group_no
GROUP BY h.group_no
"""


def count_devices(
    con: DuckDBPyConnection, groups: Sequence[Collection[int]]
) -> list[tuple[int, int, list[str] | None, int]]:
    """Count the devices of each group of items, given by their numbers in `every_item`.

    Returns the group's place, its devices, their platforms, and the item that most of them have.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE candidate(group_no INTEGER, item_no INTEGER)")
    pairs = [(place, number) for place, group in enumerate(groups) for number in group]
    insert_columns(
        con,
        "candidate",
        [("INTEGER", [place for place, _ in pairs]), ("INTEGER", [number for _, number in pairs])],
    )
    return con.execute(_COUNTS).fetchall()
