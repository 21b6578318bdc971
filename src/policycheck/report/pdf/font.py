"""The font of the PDF, and which characters it can show: PDF/A has to show each one.

Its layout is that of the OpenType specification: a directory of tables, `cmap` in format 12.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from itertools import pairwise
from pathlib import Path
from struct import iter_unpack, unpack_from
from typing import NamedTuple

import pylopdf_fonts_zh_cn

from policycheck.text import visible

FAMILY = "Noto Sans SC"
FOLDER = Path(pylopdf_fonts_zh_cn.__file__).parent
_FILE = "NotoSansSC-Regular.otf"
_FULL = 12
"""The format of a table that maps all of Unicode."""
_LONGEST = 120
_RUN = 12
"""Characters after which a word without a blank may be broken."""
_BREAK = "\u200b"


class Coverage(NamedTuple):
    """Ranges of characters, sorted."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def has(self, character: str) -> bool:
        """Tell whether a character lies in one."""
        code = ord(character)
        place = bisect_right(self.starts, code) - 1
        return place >= 0 and code <= self.ends[place]


@cache
def coverage() -> Coverage:
    """Read which characters the font has."""
    data = (FOLDER / _FILE).read_bytes()
    (tables,) = unpack_from(">H", data, 4)
    directory = {
        name: offset for name, _, offset, _ in iter_unpack(">4sIII", data[12 : 12 + 16 * tables])
    }
    start = directory[b"cmap"]
    (count,) = unpack_from(">H", data, start + 2)
    places = [start + unpack_from(">HHI", data, start + 4 + 8 * n)[2] for n in range(count)]
    place = next(place for place in places if unpack_from(">H", data, place)[0] == _FULL)
    (groups,) = unpack_from(">I", data, place + 12)
    rows = [*iter_unpack(">III", data[place + 16 : place + 16 + 12 * groups])]
    return Coverage(tuple(row[0] for row in rows), tuple(row[1] for row in rows))


def legible(text: str | None, most: int = _LONGEST) -> str:
    r"""Return a text that the font can show, on one line, cut where very long.

    What it cannot show is written out (`\u1f600`); long words may be broken.
    """
    shown = visible(text or "-")
    if len(shown) > most:
        shown = f"{shown[:most]}…"
    known = coverage()
    shown = "".join(c if known.has(c) else f"\\u{ord(c):04x}" for c in shown)
    return _breakable(shown)


def _breakable(text: str) -> str:
    """Let a long word of letters be broken; Chinese is broken anyway."""
    parts: list[str] = []
    run = 0
    for character, following in pairwise(f"{text} "):
        run = 0 if character == " " else run + 1
        parts.append(character)
        if run >= _RUN and following != " ":
            parts.append(_BREAK)
            run = 0
    return "".join(parts)
