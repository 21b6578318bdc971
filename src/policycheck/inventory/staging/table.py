"""One scan of a table into a Parquet part.

The scan is the expensive step (a fleet's CSV has millions of rows), so it happens once and in
file order, and does little: items in our columns, and beside them, packed into one column, what
the row says of its device. What is asked of devices is asked later, of the few distinct packs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.base import MAX_RECORD
from policycheck.inventory.staging.columns import quote_text, type_value
from policycheck.model import ITEM_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


_ROW_GROUP = 40_960
"""Rows of a group: two columns' dictionaries of it still fit where the processor is quick. With
three times as many, a scan of six million rows takes half as long again in the same memory."""
_NUMBERS = 64
"""Room for the numbers that stand before a record in a table of several sources."""


class UnsoundTableError(Exception):
    """A table that DuckDB read, but that holds what no record may hold."""


@dataclass(frozen=True)
class Shape:
    """How the columns of a table become ours: SQL of texts over `c0`, `c1`, ..."""

    ref: str
    """What names the device in its file; rows where it is null must have a fault."""
    device: Mapping[str, str]
    """Of `DEVICE_TEXTS`, and of `listing`, `source`, `partial` and `attributes` (JSON), those
    that the table has, as they stand there."""
    item: Mapping[str, str]
    """Of the item's columns but `attributes`, those that the table has."""
    refined: Mapping[str, str] = field(default_factory=dict)
    """SQL over a device's text, by its column, where it does not count as it stands."""
    faults: Sequence[str] = ()
    """Each the SQL of a reason, null where the row is sound; the first counts."""
    part_fault: str = ""
    """The same over the columns of the part, where those tell: it costs the scan nothing."""
    device_faults: Sequence[str] = ()
    """The same over the device's columns by their names, once they are refined."""
    bare: str = ""
    """SQL that is true where the row tells of a device only; empty if none can."""
    only_bare: bool = False
    """Whether only such rows say anything of the device."""
    attributes: str = ""
    """SQL of the item's attributes as a map."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Texts that the others use by these names, so that each is made once: name -> SQL."""
    moments: Mapping[str, str] = field(default_factory=dict)
    """The same, made of `texts`: to read a time is dear."""


@dataclass(frozen=True)
class Relation:
    """What a scan reads: the SQL of a table with its columns named `c0`, `c1`, ..."""

    sql: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What the SQL and the shape bind: paths, names of attributes."""
    numbered: bool = False
    """True if `input_no` and `record` stand before them: several sources in one table."""


def relate_csv(
    path: Path, width: int, delimiter: str, *, numbered: bool = False, longest: int = MAX_RECORD
) -> Relation:
    """Return a CSV file as a relation. Its first line is its header, whatever that says."""
    names = ["'input_no': 'INTEGER'", "'record': 'BIGINT'"] if numbered else []
    names += [f"'c{number}': 'VARCHAR'" for number in range(width)]
    sql = (
        f"read_csv($path, header=true, delim={quote_text(delimiter)}, quote='\"', escape='\"',"
        f" strict_mode=true, auto_detect=false, columns={{{', '.join(names)}}},"
        f" compression='none', hive_partitioning=false, max_line_size={longest + _NUMBERS})"
    )
    return Relation(sql, {"path": escape_glob(path)}, numbered)


def relate_parquet(path: Path, width: int) -> Relation:
    """Return a Parquet file as a relation; its columns keep their types."""
    names = ", ".join(f"c{number}" for number in range(width))
    sql = f"read_parquet($path, hive_partitioning=false) AS t({names})"
    return Relation(sql, {"path": escape_glob(path)})


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
    columns += list_item_columns(shape.item, shape.attributes)
    pieces = ", ".join(f"coalesce({text}, '')" for text in shape.device.values())
    packed = f"concat_ws(chr(0), {pieces})"
    packed = f"CASE WHEN {shape.bare} THEN {packed} END" if shape.only_bare else packed
    columns.append(f"{packed} AS device_packed")
    if shape.faults:
        columns.append(f"coalesce({', '.join(shape.faults)}) AS device_fault")
    if shape.bare:
        columns.append(f"{shape.bare} AS device_bare")
    table = relation.sql
    if shape.texts:
        texts = [f"{text} AS {name}" for name, text in shape.texts.items()]
        texts += ["input_no", "record"] if relation.numbered else []
        table = f"(SELECT {', '.join(texts)} FROM {relation.sql})"
    if shape.moments:
        moments = [f"{text} AS {name}" for name, text in shape.moments.items()]
        table = f"(SELECT *, {', '.join(moments)} FROM {table})"
    write_parquet(con, f"SELECT {', '.join(columns)} FROM {table}", target, relation.parameters)


def has_empty_rows(con: DuckDBPyConnection, part: Path, shape: Shape) -> bool:
    """Tell whether rows of a scanned part have nothing in any cell that counts."""
    nothing = [f"{name} IS NULL" for name in shape.item if name != "kind"]
    nothing.append("coalesce(trim(device_packed, chr(0)), '') = ''")
    query = f"SELECT 1 FROM read_parquet($1) WHERE {' AND '.join(nothing)} LIMIT 1"
    return con.execute(query, [escape_glob(part)]).fetchone() is not None


def write_parquet(
    con: DuckDBPyConnection, query: str, target: Path, parameters: Mapping[str, str]
) -> None:
    """Write what a query gives to a Parquet file."""
    con.execute(
        f"COPY ({query}) TO {quote_text(str(target))}"
        f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})",
        dict(parameters),
    )


def list_item_columns(item: Mapping[str, str], attributes: str) -> list[str]:
    """Return the SQL of an item's columns, from the SQL of their texts and of its attributes."""
    columns = []
    for name, column in ITEM_COLUMNS.items():
        text = attributes if name == "attributes" else item.get(name, "")
        if name == "kind":
            columns.append(f"coalesce(lower({text}), 'app') AS kind" if text else "'app' AS kind")
        elif text:
            value = text if name == "attributes" else type_value(column, text)
            columns.append(f"{value} AS {name}")
    return columns
