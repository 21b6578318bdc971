"""The findings as a table: RFC 4180, and harmless in a spreadsheet unless `raw` is asked for.

One line for each finding; what `evidence` holds stands in columns of its own, and lists are
joined by `;`. Sums and rejected rows are not in it: they are other tables.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TextIO

from policycheck.report.content import Content
from policycheck.report.forms import PLAIN, Look
from policycheck.report.json_report import format_time
from policycheck.report.rows import Evidence, Finding
from policycheck.text import visible, writable

TITLE = "CSV of the findings, for a spreadsheet"
SUFFIX = ".csv"
ENCODING = "utf-8"
NEEDS: tuple[str, ...] = ()
COLUMNS = (
    *Finding._fields[:-1],
    *(f"evidence_{field}" for field in Evidence._fields),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the start of a formula; some do so for the wide forms too."""
_REMEMBERED = 50_000


def write(content: Content, stream: TextIO, look: Look = PLAIN) -> None:
    """Write the findings of a content, with a header."""
    if look.bom:
        stream.write("\ufeff")
    rows = (_row(finding) for finding in _flat(content.findings()))
    write_table(stream, COLUMNS, rows, raw=look.raw)


def write_table(
    stream: TextIO,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    raw: bool = False,
) -> None:
    """Write a header and rows of any values; unless `raw`, every cell is made harmless."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    cells = _Cells(writable if raw else safe_cell)
    writer.writerows([cells[value] for value in row] for row in rows)


def _flat(chunks: Iterable[Sequence[Finding]]) -> Iterator[Finding]:
    for chunk in chunks:
        yield from chunk


def _row(finding: Finding) -> tuple[object, ...]:
    return (*finding[:-1], *finding.evidence)


class _Cells(dict[object, str]):
    """Values as cells, each distinct one made once."""

    def __init__(self, text: Callable[[str], str]) -> None:
        """Take what makes a cell of a text."""
        super().__init__()
        self._text = text

    def __missing__(self, value: object) -> str:
        if isinstance(value, bool | int | float):
            return str(value).lower()  # not remembered: True == 1
        if len(self) >= _REMEMBERED:
            self.clear()
        self[value] = cell = self._text(_shown(value))
        return cell


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return format_time(value)
    return ";".join(map(str, value)) if isinstance(value, tuple) else str(value)


def safe_cell(text: str) -> str:
    """Make a text harmless: no formula, no control character, nothing that hides."""
    return f"'{visible(text)}" if text.startswith(_FORMULA) else visible(text)
