"""What a report is, looked at by itself: its format, its counts, and what it leaves open."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from policycheck.engine.session import open_session
from policycheck.inventory.base import Input, Progress, ReadResult, Source
from policycheck.inventory.detect import READERS
from policycheck.inventory.files.opening import Opener
from policycheck.inventory.mapping.file import FileMapping
from policycheck.inventory.mapping.suggestion import suggest_mapping
from policycheck.inventory.read import read_reports
from policycheck.inventory.report_file import UnreadableError
from policycheck.model import DEVICE_COLUMNS, ITEM_COLUMNS
from policycheck.problems import PolicycheckError, Problem
from policycheck.report.rows import Rejection

_SET_BY_US = ("received_at",)
_REJECTED = """
SELECT path, record, reason FROM rejected WHERE input_no = ? ORDER BY record NULLS FIRST, reason
"""


@dataclass(frozen=True)
class Filled:
    """How many rows fill each column, and how many rows there are."""

    rows: int
    columns: Mapping[str, int]

    @property
    def empty(self) -> tuple[str, ...]:
        """The columns that no row fills; none where there are no rows."""
        return tuple(name for name, rows in self.columns.items() if not rows and self.rows)


@dataclass(frozen=True)
class Inspection:
    """What came of one file (or of a file in an archive)."""

    input: Input
    title: str
    """What the format is, in words; empty where it is none."""
    device: Filled
    item: Filled
    listings: Mapping[str, int]
    """`app=all` and the like: how many devices list what, and how far."""
    rejections: tuple[Rejection, ...]


def inspect(
    paths: Sequence[Path],
    received_at: datetime,
    progress: Progress | None = None,
    device: str = "",
    mappings: Sequence[FileMapping] = (),
) -> tuple[list[Inspection], tuple[Problem, ...]]:
    """Read reports and say of each what is in it; nothing is judged or kept.

    `device` is the id of the device that reports which name none are about. Returns the
    inspections, and the files that could not be read with other remarks.
    """
    with tempfile.TemporaryDirectory(prefix="policycheck-") as scratch:
        folder = Path(scratch) / "facts"
        folder.mkdir()
        con = open_session(Path(scratch))
        try:
            read = read_reports(
                paths,
                con,
                folder,
                received_at,
                progress,
                device=device,
                only_look=True,
                mappings=mappings,
            )
            return list(_inspect(con, read, mappings)), read.problems
        finally:
            con.close()


def suggest(path: Path) -> str:
    """Return a first mapping for a report that no reader knows.

    Of a workbook or an archive, it is the mapping of the first part that has one, and of those
    with the same columns: a cover sheet may come before. Raises PolicycheckError where none is a
    table or JSON that names a device, with what the first lacks.
    """
    with tempfile.TemporaryDirectory(prefix="policycheck-") as scratch:
        con = open_session(Path(scratch))
        try:
            opener = Opener(con, Path(scratch), lambda size: None)
            faults: list[UnreadableError] = []
            parts = [found for _, _, found in opener.open(path)]
            sources = [part for part in parts if isinstance(part, Source)]
            for part in parts:
                try:
                    if isinstance(part, UnreadableError):
                        raise part
                    return suggest_mapping(part, [each for each in sources if each is not part])
                except UnreadableError as error:
                    faults.append(error)
            first = faults[0]
            raise PolicycheckError([Problem(f"{path} {first.message}", None, first.hint)])
        finally:
            con.close()


def _inspect(
    con: duckdb.DuckDBPyConnection, read: ReadResult, mappings: Sequence[FileMapping]
) -> Iterator[Inspection]:
    titles = {reader.NAME: reader.TITLE for reader in READERS}
    titles |= {mapping.name: mapping.title for mapping in mappings}
    devices = dict(
        _filled(con, "report", [name for name in DEVICE_COLUMNS if name not in _SET_BY_US])
    )
    items = dict(_filled(con, _item_rows(con, read.parts), list(ITEM_COLUMNS)))
    nothing = Filled(0, {})
    for number, line in enumerate(read.inputs, 1):
        rejections = con.execute(_REJECTED, [number]).fetchall()
        yield Inspection(
            input=line,
            title=titles.get(line.format, ""),
            device=devices.get(number, nothing),
            item=items.get(number, nothing),
            listings=_listings(con, number),
            rejections=tuple(Rejection(*row) for row in rejections),
        )


def _item_rows(con: duckdb.DuckDBPyConnection, parts: Sequence[Path]) -> str:
    """Name the items of all parts with the input that each came from."""
    con.execute("SET VARIABLE parts = $1::VARCHAR[]", [[str(path) for path in parts]])
    con.execute(
        "CREATE OR REPLACE TEMP VIEW item_row AS SELECT r.input_no, i.*"
        " FROM read_parquet(getvariable('parts'), union_by_name = true, filename = true) AS i"
        " JOIN report AS r ON r.device_ref = i.device_ref"
        " AND r.part = list_position(getvariable('parts'), i.filename) - 1"
    )
    return "item_row"


def _filled(
    con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]
) -> Iterator[tuple[int, Filled]]:
    """Count, for each input, the rows of a table and those that fill each column."""
    counts = ", ".join(
        f"count(*) FILTER (WHERE {name} IS NOT NULL AND {name} <> MAP {{}})"
        if name == "attributes"
        else f"count({name})"
        for name in columns
    )
    for input_no, rows, *filled in con.execute(
        f"SELECT input_no, count(*), {counts} FROM {table} GROUP BY input_no"
    ).fetchall():
        yield input_no, Filled(rows, dict(zip(columns, filled, strict=True)))


def _listings(con: duckdb.DuckDBPyConnection, input_no: int) -> Mapping[str, int]:
    rows = con.execute(
        "SELECT l.kind || '=' || l.visibility, count(*) FROM listing AS l"
        " JOIN report AS r ON r.report_no = l.report_no WHERE r.input_no = ?"
        " GROUP BY ALL ORDER BY ALL",
        [input_no],
    )
    return dict(rows.fetchall())
