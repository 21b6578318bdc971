"""What a terminal is shown of: headings, paragraphs and tables that fit its width."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.text import Text

from policycheck.report.forms import Look
from policycheck.text import visible

_LONGEST_CELL = 200
_LONGEST_PATH = 30
_GAP = "  "
_LEAST_OF_LAST = 18
"""Columns in which the longest reason stands whole; what is more goes on in the next line."""
_ADDRESS = re.compile(r"(?:https?|file)://[A-Za-z0-9._~:/?#@!$&'()*+,=%-]{1,2000}")
"""No blank, no quote, no control character: nothing that a terminal or a style could obey."""


def console_for(stream: TextIO, look: Look) -> Console:
    """Open a console on a stream that takes no text for markup, emoji or numbers to colour."""
    return Console(
        file=stream,
        width=look.width,
        color_system="auto" if look.colour else None,
        markup=False,
        emoji=False,
        highlight=False,
    )


def shown(text: str, style: str = "") -> Text:
    """Make a text from a file fit to be shown: visible, and cut where it is very long."""
    text = visible(text[: _LONGEST_CELL + 1])
    if len(text) > _LONGEST_CELL:
        text = text[:_LONGEST_CELL] + "…"
    return Text(text, style=style)


def print_heading(console: Console, text: str) -> None:
    """Print a line that starts a part."""
    print_paragraph(console, shown(text, "bold"), 0)


def print_paragraph(console: Console, text: Text, indent: int) -> None:
    """Print a text in as many lines as it needs."""
    for line in text.wrap(console, max(console.width - indent, 20)):
        _print_line(console, indent, line)


def shown_path(path: str) -> Text:
    """Make a path fit to be shown: of a long one its end, which tells files apart; and a link."""
    text = visible(path)
    text = text if len(text) <= _LONGEST_PATH else "…" + text[1 - _LONGEST_PATH :]
    try:
        return linked(Text(text), Path(path).absolute().as_uri())
    except ValueError:  # a text that is no path, such as one with a lone surrogate
        return Text(text)


def linked(text: Text, address: str) -> Text:
    """Make a text a link where the terminal can, and the address is one and nothing else."""
    if _ADDRESS.fullmatch(address):
        text.stylize(f"link {address}")
    return text


def print_table(
    console: Console, columns: Sequence[str], rows: Iterable[Sequence[Text]], indent: int = 2
) -> None:
    """Print rows below a header; of the columns the last shrinks, then the widest, until all fit.

    What does not fit is cut, but for the last column, which goes on in the next line.
    """
    lines = [[Text(column, style="dim") for column in columns], *map(list, rows)]
    room = max(console.width - indent - len(_GAP) * (len(columns) - 1), len(columns))
    natural = [max(cell.cell_len for cell in column) for column in zip(*lines, strict=True)]
    widths = _fit(natural, room)
    for line in lines:
        for cell, width in zip(line[:-1], widths, strict=False):
            _cut(cell, width)
        first, *rest = line[-1].wrap(console, widths[-1]) or [Text()]
        _print_line(console, indent, Text(_GAP).join([*line[:-1], first]))
        for more in rest:
            _print_line(console, indent + sum(widths[:-1]) + len(_GAP) * len(widths[:-1]), more)


def _cut(cell: Text, width: int) -> None:
    """Cut a cell to so many columns, with no gap before the ellipsis, and fill it up to them."""
    if cell.cell_len > width:
        cell.truncate(width - 1, overflow="crop")
        cell.rstrip()
        cell.append("…")
    cell.pad_right(width - cell.cell_len)


def _print_line(console: Console, indent: int, line: Text) -> None:
    line = Text(" " * indent) + line
    line.rstrip()
    console.print(line, soft_wrap=True)


def _fit(widths: Sequence[int], room: int) -> list[int]:
    """Narrow the last column, then cap the widest of the others, so that the sum fits."""
    *others, last = widths
    last = min(last, max(room - sum(others), _LEAST_OF_LAST))
    cap = max(others, default=1)
    while cap > 1 and sum(min(width, cap) for width in others) + last > room:
        cap -= 1
    return [*(min(width, cap) for width in others), last]
