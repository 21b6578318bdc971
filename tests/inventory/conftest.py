"""What every test of the inventory needs: a connection, a folder, and the rows that came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from policycheck.inventory.base import ReadResult
from policycheck.inventory.read import read_reports

FILES = Path(__file__).parent / "files"
RECEIVED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Reading:
    """A result, and the tables that belong to it."""

    con: duckdb.DuckDBPyConnection
    result: ReadResult

    def rows(self, query: str) -> list[tuple]:
        return self.con.execute(query).fetchall()

    def reports(self, columns: str) -> list[tuple]:
        return self.rows(f"SELECT {columns} FROM report ORDER BY report_no")

    def devices(self) -> list[dict]:
        cursor = self.con.execute("SELECT * FROM report ORDER BY report_no")
        names = [column[0] for column in cursor.description]
        return [
            {name: value for name, value in zip(names, row, strict=True) if value is not None}
            for row in cursor.fetchall()
        ]

    def items(self, columns: str) -> list[tuple]:
        paths = [str(path) for path in self.result.parts]
        return self.con.execute(
            f"SELECT {columns} FROM (SELECT report.report_no, item.* EXCLUDE (record),"
            " coalesce(item.record, item.file_row_number + 1) AS record"
            " FROM read_parquet($1, union_by_name=true, filename=true, file_row_number=true)"
            " AS item JOIN report ON report.device_ref = item.device_ref"
            " AND report.part = list_position($1, item.filename) - 1)"
            " ORDER BY report_no, record, name",
            [paths],
        ).fetchall()

    def listings(self) -> list[tuple]:
        return self.rows("SELECT * FROM listing ORDER BY ALL")

    def rejected(self) -> list[tuple]:
        return self.rows(
            "SELECT record, reason FROM rejected ORDER BY input_no, record NULLS FIRST"
        )


Read = Callable[..., Reading]


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Read]:
    """Read paths into a fresh connection and folder."""
    connections = []

    def read_paths(*paths: Path | str, **options) -> Reading:
        con = duckdb.connect(config={"threads": 2, "async_threads": 0})
        connections.append(con)
        folder = tmp_path / f"read-{len(connections)}"
        folder.mkdir()
        result = read_reports(paths, con, folder, RECEIVED, **options)
        expected = {f"items-{number:03}.parquet" for number in range(len(result.parts))}
        assert {path.name for path in folder.iterdir()} == expected  # nothing else stays behind
        for line in result.inputs:
            assert line.used >= 0
        return Reading(con, result)

    yield read_paths
    for con in connections:
        con.close()


@pytest.fixture
def files() -> Path:
    """Return the folder with small invented reports."""
    return FILES
