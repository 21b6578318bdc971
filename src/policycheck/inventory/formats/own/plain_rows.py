"""The plain lines as rows: DuckDB writes them from the numbers of their items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.formats.own.device_line import Line
from policycheck.inventory.formats.own.plain_lines import ITEM_CELLS, Chunk, Plain, read_chunks
from policycheck.inventory.staging.columns import SQL_TYPES, find_value_fault, read_map
from policycheck.inventory.staging.rows import DEVICE_HEADER, HEADER
from policycheck.inventory.staging.table import list_item_columns
from policycheck.model import ITEM_COLUMNS

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

_NO_ITEMS = ", ".join(f"{name} {SQL_TYPES[column.type]}" for name, column in ITEM_COLUMNS.items())
_DEVICES = "(SELECT * EXCLUDE (numbers) FROM plain_line)"
_ITEM_ROWS = """
SELECT l.device_ref, l.record, {columns}
FROM (SELECT input_no || '/' || c0 AS device_ref, record,
        unnest(CAST(string_split(nullif(numbers, ''), ',') AS INTEGER[])) AS number
    FROM plain_line) AS l
JOIN plain_item AS i USING (number)
"""


def add_plain(lines: Iterable[Line], staging: Staging) -> Iterator[Line]:
    """Put the plain lines, of one source or many, into the staging area, and yield the others."""
    tables = _Tables(staging)
    for chunk in read_chunks(lines):
        yield from chunk.others
        yield from tables.add(chunk)


class _Tables:
    """Lays out chunks as tables, and those as rows of the staging area."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._con = staging.con
        self._faulty: set[str] = set()
        """The numbers of items that cannot be used."""
        self._used = {"kind"}
        """The columns that anything is said of."""

    def add(self, chunk: Chunk) -> Iterator[Line]:
        """Put plain lines into the staging area; yield those with an item that cannot be used."""
        if chunk.first == 0:
            self._con.execute(
                f"CREATE OR REPLACE TEMP TABLE plain_item (number INTEGER, {_NO_ITEMS})"
            )
            self._faulty = set()
        if chunk.items:
            self._add_items(chunk.first, chunk.items)
        plain = chunk.plain
        if self._faulty:
            sound = [self._faulty.isdisjoint(each.items.split(",")) for each in plain]
            yield from (each.line for each, used in zip(plain, sound, strict=True) if not used)
            plain = [each for each, used in zip(plain, sound, strict=True) if used]
        if plain:
            self._lay_out_lines(plain)
            columns = ", ".join(name for name in ITEM_COLUMNS if name in self._used)
            self._staging.add_devices(_DEVICES, _ITEM_ROWS.format(columns=columns))

    def _add_items(self, first: int, rows: Sequence[tuple[str, ...]]) -> None:
        columns = dict(zip(ITEM_CELLS, zip(*rows, strict=True), strict=True))
        used = {name: cells for name, cells in columns.items() if any(cells)}
        self._used.update(used)
        numbers = range(first, first + len(rows))
        self._fill("said_item", {"number": ("INTEGER", numbers)}, used)
        texts = {name: name for name in used if name != "attributes"}
        attributes = read_map("attributes") if "attributes" in used else ""
        typed = ", ".join(list_item_columns(texts, attributes))
        self._con.execute(f"INSERT INTO plain_item BY NAME SELECT number, {typed} FROM said_item")
        faults = ", ".join(filter(None, (find_value_fault(ITEM_COLUMNS[n], n, "") for n in texts)))
        if faults:
            faulty = f"SELECT number FROM said_item WHERE coalesce({faults}, NULL) IS NOT NULL"
            self._faulty |= {str(number) for (number,) in self._con.execute(faulty).fetchall()}

    def _lay_out_lines(self, lines: Sequence[Plain]) -> None:
        """Fill the table `plain_line`: rows under `HEADER`, and the numbers of their items."""
        cells = zip(*(each.device for each in lines), strict=True)
        said = dict(zip((f"c{at}" for at in range(len(DEVICE_HEADER))), cells, strict=True))
        places: dict[str, tuple[str, Sequence[object]]] = {
            "input_no": ("INTEGER", [each.line.source.input_no for each in lines]),
            "record": ("BIGINT", [each.line.record for each in lines]),
            "numbers": ("VARCHAR", [each.items for each in lines]),
        }
        empty = {f"c{at}": () for at in range(len(said), len(HEADER))}
        self._fill("plain_line", places, said | empty)

    def _fill(
        self,
        table: str,
        typed: Mapping[str, tuple[str, Sequence[object]]],
        texts: Mapping[str, Sequence[str]],
    ) -> None:
        """Make a table of whole columns: some with their types, and texts, null where empty."""
        filled = {name: ("VARCHAR", cells) for name, cells in texts.items() if any(cells)}
        columns = dict(typed) | filled
        unnested = ", ".join(
            f"unnest(${at}::{kind}[]) AS {name}"
            for at, (name, (kind, _)) in enumerate(columns.items(), 1)
        )
        cells = (
            f"nullif({n}, '') AS {n}" if n in filled else f"NULL::VARCHAR AS {n}" for n in texts
        )
        self._con.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS"
            f" SELECT {', '.join([*typed, *cells])} FROM (SELECT {unnested})",
            [list(values) for _, values in columns.values()],
        )
