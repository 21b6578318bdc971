"""The records and files that could not be used, each with its reason: the table `rejected`.

A damaged report may lose millions of records, so few of them are ever held in memory.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST_HELD = 20_000

_TABLE = """
CREATE OR REPLACE TABLE rejected (
    input_no INTEGER, path VARCHAR, record BIGINT, reason VARCHAR)
"""
_SORTED = """
CREATE OR REPLACE TABLE rejected AS
FROM rejected ORDER BY input_no, record NULLS FIRST, reason
"""


class Rejects:
    """Fills the table; it is no TEMP table: every connection to the session sees it."""

    def __init__(self, con: DuckDBPyConnection) -> None:
        self._con = con
        self._held: list[tuple[int, str, int | None, str]] = []
        con.execute(_TABLE)

    def add(self, input_no: int, path: str, record: int | None, reason: str) -> None:
        """Add a record, or without one the whole file."""
        self._held.append((input_no, path, record, reason))
        if len(self._held) >= _MOST_HELD:
            self._flush()

    def add_faults(self, paths: list[str]) -> None:
        """Add all that stands in the table `fault`; `paths` are those of the inputs, in order."""
        self._con.execute(
            "INSERT INTO rejected SELECT input_no, ($1::VARCHAR[])[input_no], record, reason"
            " FROM fault",
            [paths],
        )

    def _flush(self) -> None:
        if not self._held:
            return
        inputs, paths, records, reasons = map(list, zip(*self._held, strict=True))
        self._con.execute(
            "INSERT INTO rejected SELECT unnest($1::INTEGER[]), unnest($2::VARCHAR[]),"
            " unnest($3::BIGINT[]), unnest($4::VARCHAR[])",
            [inputs, paths, records, reasons],
        )
        self._held.clear()

    def finish(self) -> Counter[int]:
        """Complete the table, in the order of inputs and records; count the records of each."""
        self._flush()
        self._con.execute(_SORTED)
        return Counter(
            dict(
                self._con.execute(
                    "SELECT input_no, count(*) FROM rejected WHERE record IS NOT NULL GROUP BY ALL"
                ).fetchall()
            )
        )
