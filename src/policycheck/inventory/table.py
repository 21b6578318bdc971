"""One scan of a table into a Parquet part, and what the part says of devices and faults.

The scan is the expensive step (a fleet's CSV has millions of rows), so it happens once and in
file order: items in our columns, and beside them, prefixed `device_`, what the row says of its
device. Devices, faults and counts are then asked of the part, which is columnar and small. Only
a part that holds faulty rows, or rows without an item, is written a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.base import MAX_RECORD
from policycheck.inventory.columns import (
    DEVICE_TEXTS,
    SQL_TYPES,
    quote_text,
    read_map,
    type_value,
)
from policycheck.model import ITEM_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ROW_GROUP = 40_960
"""Rows of a group: two columns' dictionaries of it still fit where the processor is quick. With
three times as many, a scan of six million rows takes half as long again in the same memory."""


class UnsoundTableError(Exception):
    """A table that DuckDB read, but that holds what no record may hold."""


@dataclass(frozen=True)
class Shape:
    """How the columns of a table become ours: SQL of texts over `c0`, `c1`, ..."""

    ref: str
    """What names the device in its file; rows where it is null must have a fault."""
    device: Mapping[str, str]
    """Of `DEVICE_TEXTS`, those that the table has."""
    item: Mapping[str, str]
    """Of the item's columns but `attributes`, those that the table has."""
    faults: Sequence[str] = ()
    """Each the SQL of a reason, null where the row is sound; the first counts."""
    fault: str = ""
    """The same over the columns of the part, where those tell: it costs the scan nothing."""
    bare: str = ""
    """SQL that is true where the row tells of a device only; empty if none can."""
    extras: Mapping[str, str] = field(default_factory=dict)
    """Of `listing`, `source`, `partial` and `attributes` (JSON), those that the table has."""
    attributes: str = ""
    """SQL of the item's attributes as a map."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Texts that the others use by these names, so that each is made once: name -> SQL."""
    packed: bool = False
    """Carry the device's columns as one, parted by NUL, which no sound text holds: it is faster."""


@dataclass(frozen=True)
class Relation:
    """What a scan reads: the SQL of a table with its columns named `c0`, `c1`, ..."""

    sql: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What the SQL and the shape bind: paths, names of attributes."""
    numbered: bool = False
    """True if `input_no` and `record` stand before them: several sources in one table."""


def relate_csv(path: Path, width: int, delimiter: str, numbered: bool = False) -> Relation:
    """Return a CSV file as a relation. Its first line is its header, whatever that says."""
    names = ["'input_no': 'INTEGER'", "'record': 'BIGINT'"] if numbered else []
    names += [f"'c{number}': 'VARCHAR'" for number in range(width)]
    sql = (
        f"read_csv($path, header=true, delim={quote_text(delimiter)}, quote='\"', escape='\"',"
        f" strict_mode=true, auto_detect=false, columns={{{', '.join(names)}}},"
        f" compression='none', hive_partitioning=false, max_line_size={MAX_RECORD})"
    )
    return Relation(sql, {"path": escape_glob(path)}, numbered)


def escape_glob(path: Path) -> str:
    """Return a path that DuckDB does not take for a pattern."""
    text = str(path)
    return "".join(f"[{character}]" if character in "*?[" else character for character in text)


def scan(con: DuckDBPyConnection, relation: Relation, shape: Shape, target: Path) -> None:
    """Write a relation as a part, in its order, with all it says of devices and faults.

    Columns that the relation does not have are left out: in millions of rows even nulls cost.

    Raises:
        duckdb.Error: where the relation is not sound CSV or Parquet.
    """
    columns = [f"{shape.ref} AS device_ref"]
    if relation.numbered:
        columns = [f"input_no || '/' || {shape.ref} AS device_ref", "record"]
        columns.append("input_no AS device_input_no")
    columns += _item_columns(shape)
    if shape.packed:
        pieces = ", ".join(f"coalesce({text}, '')" for text in shape.device.values())
        columns.append(f"concat_ws(chr(0), {pieces}) AS device_packed")
    else:
        columns += [f"{text} AS device_{name}" for name, text in shape.device.items()]
    columns += [f"{text} AS device_{name}" for name, text in shape.extras.items()]
    if shape.faults:
        columns.append(f"coalesce({', '.join(shape.faults)}) AS device_fault")
    if shape.bare:
        columns.append(f"{shape.bare} AS device_bare")
    table = relation.sql
    if shape.texts:
        texts = [f"{text} AS {name}" for name, text in shape.texts.items()]
        texts += ["input_no", "record"] if relation.numbered else []
        table = f"(SELECT {', '.join(texts)} FROM {relation.sql})"
    write_parquet(con, f"SELECT {', '.join(columns)} FROM {table}", target, relation)


def write_parquet(
    con: DuckDBPyConnection, query: str, target: Path, relation: Relation | None = None
) -> None:
    """Write what a query gives to a Parquet file."""
    parameters = dict(relation.parameters) if relation else {}
    con.execute(
        f"COPY ({query}) TO {quote_text(str(target))}"
        f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})",
        parameters,
    )


def _item_columns(shape: Shape) -> list[str]:
    columns = []
    for name, column in ITEM_COLUMNS.items():
        text = shape.attributes if name == "attributes" else shape.item.get(name, "")
        if name == "kind":
            columns.append(f"coalesce(lower({text}), 'app') AS kind" if text else "'app' AS kind")
        elif text:
            value = text if name == "attributes" else type_value(column, text)
            columns.append(f"{value} AS {name}")
    return columns


class Part:
    """A part as it was scanned: rows, faults and devices, asked in SQL."""

    def __init__(
        self,
        con: DuckDBPyConnection,
        scanned: Path,
        relation: Relation,
        shape: Shape,
        input_no: int,
    ) -> None:
        self._con = con
        self._scanned = scanned
        self._shape = shape
        self._rows = f"read_parquet({quote_text(escape_glob(scanned))}, file_row_number=true)"
        self._input = "device_input_no" if relation.numbered else str(input_no)
        self._record = "record" if relation.numbered else "file_row_number + 1"
        self._fault = "device_fault" if shape.faults else shape.fault
        self._has_faults = False

    def find_faults(self) -> None:
        """Fill the table `fault(input_no, record, device_ref, reason)`, one row for a record."""
        self._con.execute(
            "CREATE OR REPLACE TEMP TABLE fault"
            " (input_no INTEGER, record BIGINT, device_ref VARCHAR, reason VARCHAR)"
        )
        self._con.execute(
            f"INSERT INTO fault SELECT {self._input}, {self._record} AS number,"
            f" any_value(device_ref), arg_min({self._fault}, file_row_number)"
            f" FROM {self._rows} WHERE {self._fault} IS NOT NULL GROUP BY ALL"
        )

    def find_repeats(self) -> None:
        """Add to `fault` what a later record of the same file says anew of a device.

        For documents, where one record is one whole device; the newest report counts.
        """
        reported = "max(TRY_CAST(device_reported_at AS TIMESTAMPTZ))"
        self._con.execute(
            f"INSERT INTO fault WITH spoken AS (SELECT {self._input} AS input_no, record,"
            f" device_ref, {reported} AS reported FROM {self._rows}"
            " WHERE device_fault IS NULL AND device_bare GROUP BY ALL),"
            " ranked AS (SELECT *, first_value(record) OVER (PARTITION BY input_no, device_ref"
            " ORDER BY reported DESC NULLS LAST, record DESC) AS newest FROM spoken)"
            " SELECT input_no, record, NULL, 'record ' || newest || ' is a newer report of the"
            " same device' FROM ranked WHERE record <> newest"
        )

    def list_faults(self) -> list[tuple[int, int, str]]:
        """Return the records that cannot be used: input, record, reason."""
        faults = self._con.execute(
            "SELECT input_no, record, reason FROM fault ORDER BY ALL"
        ).fetchall()
        self._has_faults = bool(faults)
        return faults

    def count(self) -> dict[int, tuple[int, int]]:
        """Return, for each input, its records and its items."""
        items = "*" if not self._shape.bare else "CASE WHEN NOT device_bare THEN 1 END"
        records = f"count(DISTINCT {self._record})" if self._is_numbered else "count(*)"
        rows = self._con.execute(
            f"SELECT {self._input}, {records}, count({items}) FILTER ({self._sound})"
            f" FROM {self._rows} GROUP BY {self._input if self._is_numbered else 'ALL'}"
        ).fetchall()
        return {number: (records, items) for number, records, items in rows}

    @property
    def _is_numbered(self) -> bool:
        return self._input == "device_input_no"

    @property
    def _sound(self) -> str:
        """SQL that is true of rows without a fault: of all rows, where there is none."""
        if not self._has_faults:
            return "true"
        return f"({self._input}, {self._record}) NOT IN (SELECT (input_no, record) FROM fault)"

    def keep_items(self, target: Path, *, whole: bool) -> None:
        """Move the part to its place; write it anew if rows must go.

        A `whole` part has all columns of an item, so that a union of parts has them too.
        """
        condition = f"{self._sound} AND NOT device_bare" if self._shape.bare else self._sound
        query = f"SELECT count(*) FROM {self._rows} WHERE NOT ({condition})"
        if not whole and self._con.execute(query).fetchall() == [(0,)]:
            self._scanned.rename(target)
            return
        held = ("kind", *self._shape.item, *(["attributes"] if self._shape.attributes else []))
        columns = ", ".join(
            name if name in held else f"CAST(NULL AS {SQL_TYPES[column.type]}) AS {name}"
            for name, column in ITEM_COLUMNS.items()
            if name in held or whole
        )
        write_parquet(
            self._con,
            f"SELECT device_ref, {self._record} AS record, {columns} FROM {self._rows}"
            f" WHERE {condition}",
            target,
        )
        self._scanned.unlink()

    def stage_devices(self, part: int) -> list[tuple[int, str, int]]:
        """Add the part's devices to `staged_device`: for each column its first value.

        Returns where records disagree: input, column, and of how many devices.
        """
        shape = self._shape
        given = {name: f"device_{name}" for name in (*shape.device, *shape.extras)}
        carried = ["device_packed"] if shape.packed else list(given.values())
        if shape.packed:
            pieces = "string_split(device_packed, chr(0))"
            for number, name in enumerate(shape.device, 1):
                given[name] = f"nullif({pieces}[{number}], '')"
        self._con.execute(
            f"CREATE OR REPLACE TEMP TABLE spoken AS SELECT {self._input} AS input_no, device_ref,"
            f" min({self._record}) AS number, {', '.join(carried)} FROM {self._rows}"
            f" WHERE {self._sound} GROUP BY ALL"
        )
        self._con.execute(
            f"INSERT INTO staged_device BY NAME {_pick_firsts(given, part)}"
            " FROM spoken GROUP BY input_no, device_ref"
        )
        return self._find_conflicts(given)

    def count_devices(self) -> dict[int, int]:
        """Return how many devices each input speaks of, once they are staged."""
        return dict(
            self._con.execute(
                "SELECT input_no, count(DISTINCT device_ref) FROM spoken GROUP BY ALL"
            ).fetchall()
        )

    def _find_conflicts(self, given: Mapping[str, str]) -> list[tuple[int, str, int]]:
        differ = ", ".join(f"min({text}) <> max({text}) AS {name}" for name, text in given.items())
        counts = ", ".join(f"count(*) FILTER ({name})" for name in given)
        rows = self._con.execute(
            f"SELECT input_no, {counts} FROM (SELECT input_no, {differ} FROM spoken"
            " GROUP BY input_no, device_ref HAVING count(*) > 1) GROUP BY input_no"
        ).fetchall()
        return [
            (input_no, name, devices)
            for input_no, *counted in rows
            for name, devices in zip(given, counted, strict=True)
            if devices
        ]


def _pick_firsts(given: Mapping[str, str], part: int) -> str:
    firsts = {name: f"arg_min({text}, number)" for name, text in given.items()}
    attributes = read_map(firsts.pop("attributes")) if "attributes" in firsts else "NULL"
    columns = ", ".join(
        f"{firsts.get(name, 'NULL')} AS {name}"
        for name in ("source", "partial", "listing", *DEVICE_TEXTS)
    )
    return (
        f"SELECT input_no, {part} AS part, device_ref, min(number) AS record, {columns},"
        f" {attributes} AS attributes"
    )
