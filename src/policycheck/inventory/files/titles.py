"""What stands above the header of a table: a title, a date, what PowerShell and Excel add."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from itertools import islice

from policycheck.inventory.documents.delimited import DELIMITERS

_MARK = re.compile(rb"""#TYPE |"?sep=.{1,2}"?\r?\n""", re.IGNORECASE)
"""Before the header, Windows PowerShell says of what type the rows of a CSV were, and Excel by
which sign its fields are parted."""
_SEEN = 64 * 1024
_LOOKED_AT = 30
_MOST_FILLED = 2
"""How many cells of a line above the header may say something: "Created on" and a date."""
_LONGEST_NAME = 80


def count_lines_above(start: bytes) -> int:
    """Return how many lines of a text that starts so stand above its header, if it is a table."""
    if start.lstrip()[:1] in (b"{", b"[", b"<"):
        return 0
    marked = bool(_MARK.match(start))
    text = start[:_SEEN].decode("utf-8", "replace").removeprefix("\ufeff")
    return marked + _count_title_lines(text.split("\n")[marked:])


def _count_title_lines(text: Sequence[str]) -> int:
    """Return how many lines are no table yet; 0 where the first is the header, or none is.

    A header is the first line with three names or more, all of them different, below which stands
    a line of as many cells. What stands above it must be parted from it: by an empty line, or
    because its cells do not follow the same pattern.
    """
    lines = [line.rstrip("\r") for line in islice(text, _LOOKED_AT)]
    for delimiter in DELIMITERS:
        rows = [_split(line, delimiter) for line in lines]
        header = next((at for at, row in enumerate(rows) if _count(row) > _MOST_FILLED), None)
        if header is None or not _is_header(rows[header]):
            continue
        below = next((row for row in rows[header + 1 :] if _count(row)), [])
        if not header and len(below) == len(rows[0]):
            return 0  # what other signs part (`app=all;web_app=all`) stands in its cells
        if header and _is_parted(rows[:header], rows[header]):
            return header if len(below) == len(rows[header]) else 0
    return 0


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _count(row: Sequence[str]) -> int:
    return sum(map(bool, row))


def _is_header(row: Sequence[str]) -> bool:
    names = [name for name in row if name]
    return len(set(names)) == len(names) and not any(
        name[0].isdigit() or len(name) > _LONGEST_NAME for name in names
    )


def _is_parted(above: Sequence[Sequence[str]], header: Sequence[str]) -> bool:
    if not _count(above[-1]) or len(above[0]) == len(header):
        return True
    return all(len(row) < _MOST_FILLED for row in above)


_LITERAL_TABS = re.compile(rb'\A"?\w[\w .]*(?:`t\w[\w .]*)+"?\r?\n')


def mend_lines(content: bytes) -> bytes:
    """Return a small text with line ends and tabs where something else stands for them.

    The old Macintosh ended lines with a carriage return. PowerShell takes `t for a tab in double
    quotes only: scripts that use others write both signs, and quotes around whole lines.
    """
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    if not _LITERAL_TABS.match(content):
        return content
    lines = (line.strip(b'\r"').replace(b'"', b"'") for line in content.split(b"\n"))
    return b"\n".join(lines).replace(b"`t", b"\t")
