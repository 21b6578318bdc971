"""Under which name each cell of an advanced search stands.

A search with a field of several values (a device's groups) writes that field's cells at the end of
every row, though its name stands elsewhere in the header: all between stand one column to the left
of their names, and an address passes for a serial number. What some fields look like tells.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType

from policycheck.inventory.base import Source
from policycheck.inventory.report_file import UnreadableError

_MULTIPLE = ("Group", "Computer Group", "Mobile Device Group")
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}|(?=.*(::|[0-9A-Fa-f]{3}))[0-9A-Fa-f:]+")
_HARDWARE = re.compile(r"([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}")
_VERSION = re.compile(r"\D{0,20}\d+(\.\d+)*\b.{0,40}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,4}[./]\d{1,2}[./]\d.*|\w+, \w+ \d.*")
_MANAGED = re.compile(r"managed|unmanaged|true|false|yes|no", re.IGNORECASE)
_LOOKS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "IP Address": _ADDRESS,
        "Wi-Fi MAC Address": _HARDWARE,
        "OS Version": _VERSION,
        "iOS Version": _VERSION,
        "Last Inventory Update": _TIME,
        "Last Enrollment": _TIME,
        "Managed": _MANAGED,
    }
)
"""What a field's cells look like, where they say anything."""
_NOTHING = ("", "not present", "n/a", "unknown")
_LOOKED_AT = 200


def settle_columns(source: Source) -> tuple[str, ...]:
    """Return the names of a search's cells, in the order that the cells have.

    Raises:
        UnreadableError: where they stand under names that are not theirs, and no order fits.
    """
    columns = source.head.columns
    rows = list(islice(_read_rows(source, len(columns)), _LOOKED_AT))
    doubt = _find_doubt(columns, rows)
    if not doubt:
        return columns
    for name in filter(columns.__contains__, _MULTIPLE):
        at = columns.index(name)
        moved = (*columns[:at], *columns[at + 1 :], name)
        if not _find_doubt(moved, rows):
            return moved
    raise UnreadableError(
        f"has cells under names that are not theirs: {doubt}",
        "export the search once more, without the fields that have several values",
    )


def _read_rows(source: Source, width: int) -> Iterator[Sequence[str]]:
    lines = source.lines()
    next(lines, None)  # the header
    texts = (line.decode("utf-8", "replace") for line in islice(lines, _LOOKED_AT * 10))
    try:
        for row in csv.reader(texts, delimiter=source.head.delimiter):
            if len(row) == width and row[0].strip():
                yield row
    except csv.Error:
        return


def _find_doubt(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return an example of a field that never looks as it should; "" where there is none."""
    for number, name in enumerate(columns):
        looks = _LOOKS.get(name)
        said = [row[number].strip() for row in rows] if looks else []
        said = [cell for cell in said if cell.lower() not in _NOTHING]
        if looks and said and not any(map(looks.fullmatch, said)):
            return f"{name} is {said[0][:40]!r}"
    return ""
