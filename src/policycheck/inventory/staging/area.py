"""The staging area: where readers put rows, and which becomes the tables that the engine joins.

After `finish` the connection holds the temporary tables

    report(report_no, input_no, part, device_ref, record, source, partial, <device columns>)
    listing(report_no, kind, visibility)
    rejected(input_no, path, record, reason)

and the folder holds `items-NNN.parquet`: device_ref, record (null: the row's number in its
part), and the item's columns. `(part, device_ref)` names one report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.base import ROSTER, Earlier, Format, Source
from policycheck.inventory.documents.delimited import Fault, guess_fields
from policycheck.inventory.files.spool import unused_path
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.item_parts import ItemParts
from policycheck.inventory.staging.losses import Losses
from policycheck.inventory.staging.part import Part
from policycheck.inventory.staging.rejects import Rejects
from policycheck.inventory.staging.report_tables import LISTING_TABLE, REPORT_TABLE, STAGED_TABLES
from policycheck.inventory.staging.rows import DEVICE_HEADER, Rows
from policycheck.inventory.staging.table import (
    Relation,
    Shape,
    UnsoundTableError,
    scan,
)
from policycheck.problems import Problem, Severity

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Staging:
    """Collects what the readers of one call find. Memory stays flat; rows go to disk."""

    def __init__(
        self,
        con: DuckDBPyConnection,
        folder: Path,
        scratch: Path,
        device: str = "",
        *,
        only_look: bool = False,
        earlier: Earlier | None = None,
    ) -> None:
        self.con = con
        self.earlier = earlier
        self._device = device
        self._only_look = only_look
        self.folder = folder
        self.scratch = scratch
        self.problems: list[Problem] = []
        self._refused: set[int] = set()
        self.records: Counter[int] = Counter()
        self.items: Counter[int] = Counter()
        self.formats: dict[int, str] = {}
        self.encodings: dict[int, str] = {}
        self.devices: Counter[int] = Counter()
        self.rejects: Counter[int] = Counter()
        """Rejected records of each input, once it is finished."""
        self.parts: list[Path] = [folder / "items-000.parquet"]
        self._paths: dict[int, str] = {}
        self._losses = Losses()
        self._sources: dict[int, str] = {}
        self.rows = Rows(scratch / "rows.csv", self._scan_rows)
        self._scanned: list[tuple[Path, int]] = []
        self._item_parts = ItemParts(con)
        self._rejects = Rejects(con)
        con.execute("SET TimeZone = 'UTC'")
        con.execute(STAGED_TABLES)

    def enter(self, source: Source, reader: Format) -> None:
        """Take note of a source and of who reads it."""
        self._paths[source.input_no] = source.path
        self.formats[source.input_no] = reader.NAME
        self._sources[source.input_no] = reader.SOURCE
        self.encodings[source.input_no] = source.encoding

    def name_device(self, source: Source) -> dict[str, str]:
        """Return the columns that name the device of a report which names none itself.

        They are empty where nobody named it, but it is only looked at.

        Raises:
            UnreadableError: where nobody named it, and it is to be judged.
        """
        if self._device:
            return {"device_id": self._device}
        if not self._only_look:
            raise UnreadableError("names no device", "say whose it is with --device ID")
        self.warn(source.path, "names no device", "to audit it, say whose it is with --device ID")
        return {}

    def name_roster(self, input_no: int, source: str = "") -> str:
        """Return the source of a report that lists nothing: an entry in a system's register.

        It is kept beside the same system's lists of items, and neither replaces the other.
        `source` is the report's own, where it is not its reader's.
        """
        return (source or self._sources[input_no]) + ROSTER

    def refuse(self, input_no: int, path: str, error: UnreadableError) -> None:
        """Give up a source as a whole, what was read of it too; the others go on."""
        if input_no in self._refused:
            return
        self.formats.pop(input_no, None)  # it was not read as anything
        self._refused.add(input_no)
        self._rejects.add(input_no, path, None, error.message)
        self._report(path, error.message, error.hint, "error")

    def warn(self, path: str, message: str, hint: str = "") -> None:
        """Say that something in a source was not read."""
        self._report(path, message, hint, "warning")

    def warn_of_times(self, input_no: int, devices: int, example: str) -> None:
        """Say that devices have a time of their report that cannot be read."""
        noun = "a device has" if devices == 1 else f"{devices:,} devices have"
        self.warn(
            self._paths[input_no],
            f"{noun} a time that cannot be read, {example[:40]!r}: their age counts from receipt",
            "use the export as it came: spreadsheet programs write times anew when they save",
        )

    def _report(self, path: str, message: str, hint: str, severity: Severity) -> None:
        self.problems.append(Problem(f"{path} {message}", None, hint, severity=severity))

    def reject(self, source: Source, record: int, reason: str) -> None:
        """Give up one record."""
        self._rejects.add(source.input_no, source.path, record, reason)

    def lose(self, source: Source, record: Fault, separator: bytes) -> None:
        """Give up a record of a table; whoever it may have been about has no complete list."""
        self.records[source.input_no] += 1
        self.reject(source, record.number, record.reason)
        self._losses.note(source.input_no, guess_fields(record.raw, separator))

    def mark_cut(self, source: Source) -> None:
        """Say that a table ends too early: any of its devices may lack items."""
        self.con.execute("INSERT INTO incomplete VALUES ($1, NULL)", [source.input_no])
        self.warn(
            source.path,
            "ends in the middle: none of its lists counts as complete",
            "export it once more",
        )

    def new_part(self) -> tuple[int, Path]:
        """Return the number and the path of the next part."""
        number = len(self.parts)
        self.parts.append(self.folder / f"items-{number:03}.parquet")
        return number, self.parts[-1]

    def add_table(
        self,
        relation: Relation,
        shape: Shape,
        source: Source,
        unless: Callable[[Path], bool] = lambda part: False,
    ) -> int:
        """Scan a table into a part of its own and stage its devices; return the part's number.

        `source` is any of the table's sources, the only one unless the relation is numbered.
        `unless` is asked after the scan, of the part as it was scanned.

        Raises:
            duckdb.Error, UnsoundTableError: where the table is damaged; nothing was staged then.
        """
        scanned = unused_path(self.scratch, "scan", ".parquet")
        try:
            scan(self.con, relation, shape, scanned)
            if unless(scanned):
                raise UnsoundTableError
        except BaseException:
            scanned.unlink(missing_ok=True)
            raise
        number, target = self.new_part()
        part = Part(self.con, [(scanned, number)], relation, shape, source.input_no)
        self._take_part(part, target)
        return number

    def _take_part(self, part: Part, target: Path, *, documents: bool = False) -> None:
        part.find_faults(documents=documents)
        self._rejects.add_faults(_list_in_order(self._paths))
        part.mark_incomplete()
        if not documents:
            part.mark_owners()
        for input_no, (records, items) in part.count().items():
            self.records[input_no] += records
            self.items[input_no] += items
        self.devices.update(part.count_devices())
        if not documents:
            self._warn_of_conflicts(part)
        part.stage_devices()
        part.keep_items(target, whole=documents)

    def _warn_of_conflicts(self, part: Part) -> None:
        for input_no, column, devices in part.find_conflicts():
            noun = "device has" if devices == 1 else "devices have"
            self.warn(
                self._paths[input_no],
                f"disagrees with itself: {devices} {noun} more than one {column}",
                "the first record of a device counts",
            )

    def finish(self, received_at: datetime) -> None:
        """Write what was collected row by row, and make the tables."""
        self.rows.close()
        self._scan_rows()
        part = Part(self.con, self._scanned, self.rows.relation, self.rows.shape, 0)
        self._take_part(part, self.parts[0], documents=True)
        self.items.update(self._item_parts.drop_faults())
        self._losses.mark(self.con)
        self.rejects = self._rejects.finish()
        self._forget_refused()
        self.con.execute(
            REPORT_TABLE,
            {"received_at": received_at, "sources": _list_in_order(self._sources)},
        )
        self.con.execute(LISTING_TABLE)
        self.con.execute("ALTER TABLE report DROP COLUMN listing_text")
        self.con.execute("ALTER TABLE report DROP COLUMN is_incomplete")
        for table in ("staged_device", "incomplete", "fault", "spoken"):
            self.con.execute(f"DROP TABLE {table}")

    def _scan_rows(self) -> None:
        """Scan what was written row by row since the last time."""
        self._scan_documents(self.rows.relation, 0)

    def _scan_documents(self, relation: Relation, part: int) -> None:
        scanned = unused_path(self.scratch, "rows", ".parquet")
        scan(self.con, relation, self.rows.shape, scanned)
        self._scanned.append((scanned, part))

    def add_devices(self, devices: str, items: str) -> None:
        """Add many devices of documents at once, with their items in a part of their own.

        `devices` is SQL of rows as `rows` writes them, of devices only; `items` is SQL of a
        part's columns.
        """
        self.rows.use(DEVICE_HEADER)
        number, target = self.new_part()
        self._scan_documents(Relation(devices, numbered=True), number)
        self._item_parts.write(items, target)

    def _forget_refused(self) -> None:
        """Drop what was read of a source before it turned out that it cannot be used."""
        refused = sorted(self._refused)
        self.con.execute(
            "DELETE FROM staged_device WHERE list_contains($1::INTEGER[], input_no)", [refused]
        )
        for input_no in refused:
            self.devices[input_no] = self.items[input_no] = 0
            self.records[input_no] = self.rejects[input_no]


def _list_in_order(said: Mapping[int, str]) -> list[str]:
    """Return what is said of each input, in order; a list in SQL counts from 1, as they do."""
    return [said.get(number, "") for number in range(1, max(said, default=0) + 1)]
