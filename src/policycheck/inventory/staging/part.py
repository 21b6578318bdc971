"""What a scanned part says of faults and devices, and the part as it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.staging.columns import DEVICE_TEXTS, SQL_TYPES, quote_text, read_map
from policycheck.inventory.staging.table import Relation, Shape, escape_glob, write_parquet
from policycheck.model import ITEM_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Conflicts = list[tuple[int, str, int]]

_FAULT = """
CREATE OR REPLACE TEMP TABLE fault
    (input_no INTEGER, record BIGINT, device_ref VARCHAR, reason VARCHAR)
"""


class Part:
    """A part as it was scanned: rows, faults and devices, asked in SQL.

    `find_faults` comes first; everything else speaks of the rows that are sound. Each file is
    given with the number of the part that holds the items of the devices in it.
    """

    def __init__(
        self,
        con: DuckDBPyConnection,
        scanned: Sequence[tuple[Path, int]],
        relation: Relation,
        shape: Shape,
        input_no: int,
    ) -> None:
        self._con = con
        self._scanned = [path for path, _ in scanned]
        self._shape = shape
        files = ", ".join(quote_text(escape_glob(path)) for path in self._scanned)
        self._rows = f"read_parquet([{files}], file_row_number=true, union_by_name=true)"
        self._is_numbered = relation.numbered
        self._input = "device_input_no" if relation.numbered else str(input_no)
        self._record = "record" if relation.numbered else "file_row_number + 1"
        self._part = f"{[part for _, part in scanned]}[CAST(file_index AS BIGINT) + 1]"
        self._sound = "true"

    def find_faults(self, *, documents: bool) -> None:
        """Fill the table `fault` with the records that cannot be used, each with its reason.

        And with the device, where it is known. In `documents` a record is a whole device; what a
        newer record says anew is a fault, too.
        """
        self._con.execute(_FAULT)
        reason = "device_fault" if self._shape.faults else self._shape.part_fault
        self._con.execute(
            f"INSERT INTO fault SELECT {self._input}, {self._record} AS number,"
            f" any_value(device_ref), arg_min({reason}, file_row_number)"
            f" FROM {self._rows} WHERE {reason} IS NOT NULL GROUP BY ALL"
        )
        self._leave_out_faults()
        self._lay_out_devices()
        if self._shape.device_faults:
            self._find_device_faults()
        if documents:
            self._find_repeats()
        known = self._sound
        self._leave_out_faults()
        if self._sound != known or self._shape.device_faults:
            self._lay_out_devices()

    def _leave_out_faults(self) -> None:
        if self._con.execute("FROM fault LIMIT 1").fetchall():
            self._sound = (
                f"({self._input}, {self._record}) NOT IN (SELECT (input_no, record) FROM fault)"
            )

    def _lay_out_devices(self) -> None:
        """Fill the table `spoken`: what the sound rows say of devices, each pack once."""
        shape = self._shape
        unpacked = ", ".join(f"{self._unpack(name)} AS {name}" for name in shape.device)
        refined = ", ".join(f"{text} AS {name}" for name, text in shape.refined.items())
        self._con.execute(
            "CREATE OR REPLACE TEMP TABLE spoken AS"
            f" SELECT *{f' REPLACE ({refined})' if refined else ''} FROM"
            f" (SELECT input_no, part, device_ref, number, device_packed, {unpacked} FROM"
            f" (SELECT {self._input} AS input_no, {self._part} AS part, device_ref, device_packed,"
            f" min({self._record}) AS number FROM {self._rows} WHERE {self._sound} GROUP BY ALL))"
        )

    def _unpack(self, name: str) -> str:
        number = list(self._shape.device).index(name) + 1
        return f"nullif(string_split(device_packed, chr(0))[{number}], '')"

    def _find_device_faults(self) -> None:
        """Add to `fault` the rows whose device is at fault."""
        pieces = len(self._shape.device)
        nul = f"CASE WHEN len(string_split(device_packed, chr(0))) <> {pieces}"
        reasons = ", ".join([f"{nul} THEN 'holds a NUL character' END", *self._shape.device_faults])
        bad = (
            "SELECT input_no, device_ref, device_packed, reason FROM"
            f" (SELECT *, coalesce({reasons}) AS reason FROM spoken) WHERE reason IS NOT NULL"
        )
        if not self._con.execute(f"{bad} LIMIT 1").fetchall():
            return
        self._con.execute(
            f"INSERT INTO fault SELECT {self._input}, {self._record} AS number,"
            f" part.device_ref, any_value(bad.reason) FROM {self._rows} AS part JOIN ({bad}) AS bad"
            f" ON bad.input_no = {self._input} AND bad.device_ref = part.device_ref"
            f" AND bad.device_packed = part.device_packed WHERE {self._sound} GROUP BY ALL"
        )

    def _find_repeats(self) -> None:
        """Add to `fault` what a newer record of the same file says anew of a device."""
        reported = f"TRY_CAST({self._unpack('reported_at')} AS TIMESTAMPTZ)"
        self._con.execute(
            f"INSERT INTO fault WITH spoke AS (SELECT {self._input} AS input_no, record,"
            f" device_ref, max({reported}) AS reported FROM {self._rows} WHERE device_bare"
            " AND (device_input_no, record) NOT IN (SELECT (input_no, record) FROM fault)"
            " GROUP BY ALL),"
            " ranked AS (SELECT *, first_value(record) OVER (PARTITION BY input_no, device_ref"
            " ORDER BY reported DESC NULLS LAST, record DESC) AS newest FROM spoke)"
            " SELECT input_no, record, NULL, 'record ' || newest || ' is a newer report of the"
            " same device' FROM ranked WHERE record <> newest"
        )

    def mark_incomplete(self) -> None:
        """Add to `incomplete` the devices that lost a record."""
        self._con.execute(
            "INSERT INTO incomplete SELECT input_no, device_ref FROM fault"
            " WHERE device_ref IS NOT NULL"
        )

    def mark_owners(self) -> None:
        """Add to `incomplete` the devices above items that name none: they may be theirs.

        So a table reads whose cells were merged, or that names each device once.
        """
        held = [f"{name} IS NOT NULL" for name in self._shape.item if name != "kind"]
        orphans = "SELECT input_no, record FROM fault WHERE device_ref IS NULL"
        if not held or not self._con.execute(f"{orphans} LIMIT 1").fetchall():
            return
        said = (
            f"SELECT {self._input} AS input_no, {self._record} AS number, device_ref,"
            f" {' OR '.join(held)} AS has_item FROM {self._rows}"
        )
        self._con.execute(
            f"INSERT INTO incomplete WITH said AS ({said})"
            " SELECT DISTINCT lost.input_no, above.device_ref FROM"
            f" (FROM said WHERE has_item AND (input_no, number) IN ({orphans})) AS lost"
            " ASOF JOIN (FROM said WHERE device_ref IS NOT NULL) AS above"
            " ON lost.input_no = above.input_no AND lost.number > above.number"
        )

    def count(self) -> dict[int, tuple[int, int]]:
        """Return, for each input, its records and its items."""
        items = "*" if not self._shape.bare else "CASE WHEN NOT device_bare THEN 1 END"
        records = "count(DISTINCT record)" if self._is_numbered else "count(*)"
        rows = self._con.execute(
            f"SELECT {self._input}, {records}, count({items}) FILTER ({self._sound})"
            f" FROM {self._rows} GROUP BY {self._input if self._is_numbered else 'ALL'}"
        ).fetchall()
        return {number: (records, items) for number, records, items in rows}

    def count_devices(self) -> dict[int, int]:
        """Return how many devices each input speaks of."""
        return {input_no: devices for input_no, _, devices in self._counted}

    @cached_property
    def _counted(self) -> list[tuple[int, int, int]]:
        """Input, what its rows say of devices, each pack once, and how many devices that are."""
        return self._con.execute(
            "SELECT input_no, count(*), count(DISTINCT device_ref) FROM spoken GROUP BY ALL"
        ).fetchall()

    @property
    def _agrees(self) -> bool:
        """Whether all rows of a device say the same of it: most tables do, and it saves time."""
        return all(packs == devices for _, packs, devices in self._counted)

    def find_conflicts(self) -> Conflicts:
        """Return where records disagree: input, column, and of how many devices."""
        if self._agrees:
            return []
        names = list(self._shape.device)
        differ = ", ".join(f"min({name}) <> max({name}) AS {name}" for name in names)
        counts = ", ".join(f"count(*) FILTER ({name})" for name in names)
        rows = self._con.execute(
            f"SELECT input_no, {counts} FROM (SELECT input_no, {differ} FROM spoken"
            " GROUP BY input_no, device_ref HAVING count(*) > 1) GROUP BY input_no"
        ).fetchall()
        return [
            (input_no, name, devices)
            for input_no, *counted in rows
            for name, devices in zip(names, counted, strict=True)
            if devices
        ]

    def stage_devices(self) -> None:
        """Add the part's devices to `staged_device`: for each column its first value."""
        firsts = {
            name: name if self._agrees else f"arg_min({name}, number)"
            for name in self._shape.device
        }
        attributes = read_map(firsts.pop("attributes")) if "attributes" in firsts else "NULL"
        columns = ", ".join(
            f"{firsts.get(name, 'NULL')} AS {name}"
            for name in ("source", "partial", "listing", *DEVICE_TEXTS)
        )
        first = "part, number" if self._agrees else "min(part) AS part, min(number)"
        self._con.execute(
            f"INSERT INTO staged_device BY NAME SELECT input_no, device_ref, {first} AS record,"
            f" {columns}, {attributes} AS attributes FROM spoken"
            f"{'' if self._agrees else ' GROUP BY input_no, device_ref'}"
        )

    def keep_items(self, target: Path, *, whole: bool) -> None:
        """Move the part to its place; write it anew if rows must go.

        A `whole` part has all columns of an item, so that a union of parts has them too; only
        such a part may have been scanned into several files.
        """
        condition = f"{self._sound} AND NOT device_bare" if self._shape.bare else self._sound
        unwanted = f"SELECT 1 FROM {self._rows} WHERE NOT ({condition}) LIMIT 1"
        if not whole and not self._con.execute(unwanted).fetchall():
            self._scanned[0].rename(target)
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
            {},
        )
        for path in self._scanned:
            path.unlink()
