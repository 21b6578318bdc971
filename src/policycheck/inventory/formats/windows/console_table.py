"""A table that a program drew on a console: columns by their width, and what redirecting broke.

CJK characters take two columns. A spinner leaves its frames before a carriage return. And where
UTF-8 was read as GBK on its way into a file, the text is still sound in its encoding and wrong in
all its characters: `repair` brings back what can be brought back, cell by cell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

LOST = "\ufffd"
"""Stands where a byte was lost."""
_ELLIPSIS = "…".encode()


def settle(line: str) -> str:
    """Return what a console would show of a line: what follows its last carriage return."""
    return line.rstrip("\r\n").rsplit("\r", 1)[-1].lstrip("\ufeff")


def width(character: str) -> int:
    """Return how many columns a character takes."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def find_columns(header: str) -> tuple[int, ...]:
    """Return the columns at which the header's words start."""
    starts, at, blank = [], 0, True
    for character in header:
        if character != " " and blank:
            starts.append(at)
        blank = character == " "
        at += width(character)
    return tuple(starts)


def cut_cells(line: str, starts: tuple[int, ...]) -> tuple[str, ...] | None:
    """Return the cells of a line; None where a column does not start after a blank."""
    cells = [""] * len(starts)
    at, cell, before = 0, 0, " "
    for character in line:
        if cell + 1 < len(starts) and at >= starts[cell + 1]:
            if at != starts[cell + 1] or before != " ":
                return None
            cell += 1
        cells[cell] += character
        before = character
        at += width(character)
    return tuple(text.strip() for text in cells)


def is_broken(cells: Iterable[str]) -> bool:
    """Tell whether UTF-8 was read as GBK: then Chinese comes out of what is Chinese by chance."""
    sound = broken = 0
    for cell in cells:
        if cell.isascii():
            continue
        if _decode(cell, "strict"):
            broken += 1
        else:
            sound += 1
    return broken > 0 and broken * 10 >= sound


def repair(cell: str) -> str:
    """Return a cell as it was before UTF-8 was read as GBK, where that is better.

    What lost bytes keeps `LOST` in their place.
    """
    if cell.isascii():
        return cell
    return _decode(cell, "strict") or _decode(cell, "replace") or cell


def _decode(cell: str, errors: str) -> str:
    """Return the text behind a cell; "" if it is no better than the cell itself."""
    try:
        raw = cell.replace(LOST, "?").encode("gb18030")
        text = raw.replace(_ELLIPSIS[:2] + b"?", _ELLIPSIS).decode("utf-8", errors)
    except (UnicodeDecodeError, UnicodeEncodeError):
        return ""
    text = "".join(_join_lost(text))
    restored = sum(character >= "\u0800" and character != LOST for character in text)
    lost = text.count(LOST)
    return text if restored and restored >= lost else ""


def _join_lost(text: str) -> Iterator[str]:
    """Yield the characters of a text, and one mark for each stretch that was lost."""
    before = ""
    for character in text:
        is_rest = before == LOST and character in (LOST, "?")
        if not is_rest:
            yield character
            before = character
