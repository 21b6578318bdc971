"""A table on a sheet of its own: head, widths, filter, colours; rows go straight to a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from policycheck.report.phrases import Phrases
from policycheck.text import visible

MOST_ROWS = 1_048_575
"""Excel's, without the head; what is more goes on a further sheet."""
COLOURS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "status_overdue": ("#9c0006", "#ffc7ce"),
        "waiver_lapsed": ("#9c0006", "#ffc7ce"),
        "severity_critical": ("#9c0006", "#ffc7ce"),
        "severity_high": ("#9c3a00", "#ffd9b3"),
        "status_in_grace": ("#7f6000", "#ffeb9c"),
        "severity_medium": ("#7f6000", "#ffeb9c"),
        "status_waived": ("#404040", "#e0e0e0"),
    }
)
"""Letters and ground of cells that say this phrase; it says the same without colour."""
_EPOCH = datetime(1899, 12, 30)
_DAY = 86_400
_REMEMBERED = 50_000
Value = str | int | float | bool | date | None


class Column(NamedTuple):
    """A column's head (a phrase), its width in characters, and whether its words are coloured."""

    head: str
    width: int = 14
    coloured: bool = False


class Formats:
    """The formats that cells have."""

    def __init__(self, book: Workbook, say: Phrases) -> None:
        """Make them, those of colours by the words that are coloured."""
        self.head: Format = book.add_format(
            {"bold": True, "bottom": 1, "bg_color": "#e8eef4", "text_wrap": True, "valign": "top"}
        )
        self.title: Format = book.add_format({"bold": True, "font_size": 16})
        self.moment: Format = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.day: Format = book.add_format({"num_format": "yyyy-mm-dd"})
        self.count: Format = book.add_format({"num_format": "#,##0"})
        self.share: Format = book.add_format({"num_format": "0.0%"})
        self.colours: dict[str, Format] = {
            say(phrase): book.add_format({"font_color": letters, "bg_color": ground})
            for phrase, (letters, ground) in COLOURS.items()
        }


class Writer:
    """Writes values into cells by their type; a text is only ever a text."""

    def __init__(self, sheet: Worksheet, formats: Formats) -> None:
        """Write to a sheet."""
        self._sheet = sheet
        self._formats = formats
        self._numbers: dict[date, float] = {}

    def write(self, row: int, values: Iterable[Value]) -> None:
        """Write a row; an empty value leaves its cell empty."""
        sheet, formats = self._sheet, self._formats
        for column, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(row, column, visible(value))
            elif value is None:
                continue
            elif isinstance(value, bool):
                sheet.write_boolean(row, column, value)
            elif isinstance(value, float):
                sheet.write_number(row, column, value, formats.share)
            elif isinstance(value, int):
                sheet.write_number(row, column, value, formats.count)
            else:
                kind = formats.moment if isinstance(value, datetime) else formats.day
                sheet.write_number(row, column, self._number(value), kind)

    def _number(self, value: date) -> float:
        """Return a date as Excel's number of days; most of a fleet's moments repeat."""
        if value not in self._numbers:
            if len(self._numbers) >= _REMEMBERED:
                self._numbers.clear()
            self._numbers[value] = _serial(value)
        return self._numbers[value]


def _serial(value: date) -> float:
    if not isinstance(value, datetime):
        return float((value - _EPOCH.date()).days)
    moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return (moment.replace(microsecond=0) - _EPOCH).total_seconds() / _DAY


class Sheets:
    """The sheets of a workbook in a language, each with a table."""

    def __init__(self, book: Workbook, say: Phrases) -> None:
        """Add to a workbook."""
        self.book = book
        self.say = say
        self.formats = Formats(book, say)

    def add(
        self, name: str, columns: Sequence[Column], rows: Iterator[Sequence[Value]]
    ) -> list[Worksheet]:
        """Write a table to as many sheets as it needs, and return them. name: a phrase."""
        sheets: list[Worksheet] = []
        count = MOST_ROWS
        while count == MOST_ROWS:
            number = len(sheets) + 1
            told = self.say(name) if number == 1 else f"{self.say(name)} {number}"
            sheet = self.book.add_worksheet(told)
            sheets.append(sheet)
            count = self._fill(sheet, columns, islice(rows, MOST_ROWS))
        return sheets

    def _fill(
        self, sheet: Worksheet, columns: Sequence[Column], rows: Iterable[Sequence[Value]]
    ) -> int:
        """Write a head and rows to a sheet, and return how many rows."""
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, self.say.head(column.head), self.formats.head)
        sheet.freeze_panes(1, 0)
        writer = Writer(sheet, self.formats)
        count = 0
        for count, row in enumerate(rows, start=1):
            writer.write(count, row)
        sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
        for place, column in enumerate(columns):
            if column.coloured:
                _colour(sheet, self.formats, (1, place, max(count, 1), place))
        return count


def _colour(sheet: Worksheet, formats: Formats, area: tuple[int, int, int, int]) -> None:
    """Colour the cells of an area by the words that stand in them."""
    for word, look in formats.colours.items():
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look}
        sheet.conditional_format(*area, rule)
