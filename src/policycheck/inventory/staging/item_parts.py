"""Parts that hold items and nothing else: what is known of their devices stands among the rows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.staging.table import escape_glob, write_parquet

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


_INPUT = "CAST(split_part(device_ref, '/', 1) AS INTEGER)"
"""The input of a row: see rows.py."""


class ItemParts:
    """Writes such parts, and takes out again what turns out to be at fault."""

    def __init__(self, con: DuckDBPyConnection) -> None:
        self._con = con
        self._parts: list[Path] = []

    def write(self, query: str, target: Path) -> None:
        """Write what a query gives: the columns of a part."""
        write_parquet(self._con, query, target, {})
        self._parts.append(target)

    def drop_faults(self) -> Counter[int]:
        """Drop the records that stand in the table `fault`; return how many items each input has.

        They are few (an older report of a device, a platform that is none), so most parts stay
        as they are.
        """
        counts: Counter[int] = Counter()
        rows = "FROM read_parquet($path)"
        bad = f"({_INPUT}, record) IN (SELECT (input_no, record) FROM fault)"
        for path in self._parts:
            known = {"path": escape_glob(path)}
            if self._con.execute(f"{rows} WHERE {bad} LIMIT 1", known).fetchall():
                sound = path.with_suffix(".sound")
                write_parquet(self._con, f"{rows} WHERE NOT {bad}", sound, known)
                sound.replace(path)
            counted = f"SELECT {_INPUT}, count(*) {rows} GROUP BY ALL"
            counts.update(dict(self._con.execute(counted, known).fetchall()))
        return counts
