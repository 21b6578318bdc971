"""Excel workbooks (.xlsx, .xlsb) as tables: each sheet becomes CSV, read as any other.

Whoever reads CSV reads Excel: our own table, Intune, mappings, people files. Rows above the
header with a title in one cell are left out, and so are those whose cells head groups of columns.
What merged cells show is true of each of their rows. A number that a sheet holds as a number has
lost its leading and trailing zeros; nobody can give them back.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.files.spool import Spool
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    import zipfile

    from python_calamine import CalamineSheet, CalamineWorkbook

MAX_WORKBOOK = 512 * 1024 * 1024
_PARTS = ("xl/workbook.xml", "xl/workbook.bin")
_DAMAGED = UnreadableError(
    "is a damaged Excel workbook", "open it, and save the sheet as CSV (UTF-8)"
)
Cell = str | int | float | bool | time | date | datetime | timedelta


def is_workbook(entries: Sequence[zipfile.ZipInfo]) -> bool:
    """Tell an Excel workbook from other archives."""
    return any(entry.filename in _PARTS for entry in entries)


def read_sheets(
    path: Path, entries: Sequence[zipfile.ZipInfo], folder: Path
) -> Iterator[tuple[str, Spool, bytes | None, str]]:
    """Yield each visible sheet with a row in it: name, spool, content (if small), SHA-256.

    Raises:
        UnreadableError: where it is damaged, encrypted or too large.
    """
    if sum(entry.file_size for entry in entries) > MAX_WORKBOOK:
        raise UnreadableError(
            f"unpacks to more than {MAX_WORKBOOK >> 20} MiB", "save the sheet as CSV (UTF-8)"
        )
    found = 0
    workbook = _open(path)
    for sheet in _list_sheets(workbook):
        spool = Spool(folder)
        digest = hashlib.sha256()
        for line in _write_rows(sheet):
            spool.write(line, MAX_WORKBOOK)
            digest.update(line)
        content = spool.close()
        if spool.size:
            found += 1
            yield sheet.name, spool, content, digest.hexdigest()
    if not found:
        raise UnreadableError("is an Excel workbook without a table in it")


def _open(path: Path) -> CalamineWorkbook:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_path(path)
    except (CalamineError, OSError, ValueError) as error:
        raise _DAMAGED from error
    except BaseException as error:
        raise _translate(error) from error


def _list_sheets(workbook: CalamineWorkbook) -> Iterator[CalamineSheet]:
    from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum

    for about in workbook.sheets_metadata:
        if about.typ == SheetTypeEnum.WorkSheet and about.visible == SheetVisibleEnum.Visible:
            try:
                yield workbook.get_sheet_by_name(about.name)
            except (CalamineError, OSError, ValueError) as error:
                raise _DAMAGED from error
            except BaseException as error:
                raise _translate(error) from error


def _translate(error: BaseException) -> BaseException:
    """Return what to raise: a panic of the parser, which is Rust, is a damaged workbook."""
    return _DAMAGED if type(error).__name__ == "PanicException" else error


def _write_rows(sheet: CalamineSheet) -> Iterator[bytes]:
    """Yield the rows as lines of CSV, from the first one that may be a header."""
    is_started = False
    merges = _Merges(sheet)
    for number, row in enumerate(sheet.iter_rows()):
        cells = merges.fill(number, [_write_cell(cell) for cell in row])
        filled = sum(map(bool, cells))
        is_started = is_started or (filled > 1 and not merges.has_groups(number, len(cells)))
        if is_started and filled:
            line = io.StringIO()
            csv.writer(line, lineterminator="\n").writerow(cells)
            yield line.getvalue().encode("utf-8", errors="replace")


class _Merges:
    """The merged cells of a sheet: only the first of them holds what all of them show."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self._starting: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        """Those that begin in a row: first column, last row, last column."""
        _, margin = sheet.start or (0, 0)  # the rows have no empty columns before the first
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
            self._starting[top].append((left - margin, bottom, right - margin))
        self._open: dict[int, tuple[int, str]] = {}

    def fill(self, number: int, cells: list[str]) -> list[str]:
        """Return the cells of a row; to be called for each row in turn.

        What is merged down is repeated, what is merged to the right is not: it has other columns.
        """
        for column, (bottom, text) in list(self._open.items()):
            if number > bottom:
                del self._open[column]
            elif not cells[column]:
                cells[column] = text
        for left, bottom, _ in self._starting.get(number, ()):
            if bottom > number and 0 <= left < len(cells):
                self._open[left] = bottom, cells[left]
        return cells

    def has_groups(self, number: int, width: int) -> bool:
        """Tell a row that heads groups of columns: another one below it has their names."""
        spans = self._starting.get(number, ())
        grouped = sum(right - left + 1 for left, _, right in spans if right > left)
        return grouped * 2 >= width or any(bottom > number for _, bottom, _ in spans)


def _write_cell(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, str):
        return " ".join(cell.splitlines()).strip() if "\n" in cell or "\r" in cell else cell.strip()
    return str(cell)
