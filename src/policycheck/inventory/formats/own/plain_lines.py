"""Our JSON lines by the million: the plain ones, each distinct item looked at once.

The same apps are on thousands of devices. So the text of a line's items is cut where one seems to
end and the next to begin, and a piece that was met before is known by its number.

No cut is trusted. A piece is an item if it is a sound object by itself: one that was cut within
quotes is none. And the line must be a sound object with an empty list where its items were. Then
the whole is sound, too, and says just that.

A quick parser keeps the last of two equal keys. That nothing was lost is proven by the quotes: in
sound JSON two belong to each key and two to each text, and all that stand in a piece must be
accounted for by what was found. Whatever is not that plain is left to be read by itself: numbers
(their digits count), keys that are not ours, other blanks, values that cannot be used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import orjson

from policycheck.inventory.base import MAX_LINE
from policycheck.inventory.formats.own.device_line import (
    DEVICE_KEYS,
    ITEM_KEYS,
    OTHER_KEYS,
    Line,
    LineError,
    read_device,
    read_item,
)
from policycheck.inventory.staging.columns import ITEM_TEXTS
from policycheck.inventory.staging.rows import list_cells, pack

_CHUNK = 32 * 1024 * 1024
_KNOWN = 16 * 1024 * 1024
"""So much of the text of items is kept; then all are met anew."""
_ITEMS = re.compile(rb'"items": ?\[\{')
_DEVICE_KEYS = DEVICE_KEYS.union(OTHER_KEYS)
_ITEM_KEYS = ITEM_KEYS | {"attributes"}
ITEM_CELLS = (*ITEM_TEXTS, "attributes")


class Plain(NamedTuple):
    """A plain line."""

    line: Line
    device: Sequence[str]
    """Its cells under `DEVICE_HEADER`."""
    items: str
    """Their numbers, with commas between them."""


def read_chunks(lines: Iterable[Line]) -> Iterator[Chunk]:
    """Read each chunk of the lines in a thread while the one before it is used."""
    items = _Items()
    chunks = (Chunk(chunk, items) for chunk in _cut_chunks(lines))
    with ThreadPoolExecutor(1, "lines") as pool:
        coming = pool.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = pool.submit(next, chunks, None)
            yield chunk


def _cut_chunks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line.text)
        if size > _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


class _Items:
    """The distinct items of many lines, known by their text."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, str] = {}
        self._size = 0
        self._new: list[tuple[str, ...]] = []

    def take_new(self) -> tuple[int, Sequence[tuple[str, ...]]]:
        """Return the items that were met since the last time, and the number of the first.

        Each is a row under `ITEM_CELLS`; those after it have the numbers after its. Where it is 0,
        all that were met before it are forgotten.
        """
        new, self._new = self._new, []
        first = len(self._numbers) - len(new)
        if self._size > _KNOWN:
            self._numbers = {}
            self._size = 0
        return first, new

    def number(self, texts: Sequence[bytes]) -> str:
        """Return the numbers of items, given without their braces, with commas between them.

        Raises:
            LineError, JSONDecodeError: where one is not plain.
        """
        try:
            return ",".join(map(self._numbers.__getitem__, texts))
        except KeyError:
            for at, text in enumerate(texts):
                if text not in self._numbers:
                    self._add(at, text)
        return ",".join(map(self._numbers.__getitem__, texts))

    def _add(self, at: int, text: bytes) -> None:
        said = _load(b"{%b}" % text, _ITEM_KEYS)
        columns, attributes = read_item(at, said)
        self._new.append((*(columns.get(name, "") for name in ITEM_TEXTS), pack(attributes)))
        self._numbers[text] = str(len(self._numbers))
        self._size += len(text)


class Chunk:
    """Some lines: what the plain ones say, and the others as they stand."""

    def __init__(self, lines: Iterable[Line], items: _Items) -> None:
        self.plain: list[Plain] = []
        self.others: list[Line] = []
        for line in lines:
            try:
                self.plain.append(_read_plain(line, items))
            except (LineError, orjson.JSONDecodeError):
                self.others.append(line)
        self.first, self.items = items.take_new()
        """The items that were met here for the first time."""


def _read_plain(line: Line, items: _Items) -> Plain:
    """Read a plain line. Raises LineError or JSONDecodeError where it is none."""
    if len(line.text) >= MAX_LINE:
        raise LineError
    rest, texts = _cut_items(line.text)
    said = _load(rest, _DEVICE_KEYS)
    if said.get("items") not in ([], None):
        raise LineError
    device = list_cells(**read_device(said)._asdict())
    return Plain(line, device, items.number(texts))


def _cut_items(text: bytes) -> tuple[bytes, Sequence[bytes]]:
    """Return a line with no items in their list, and those, each without its braces."""
    begin = _ITEMS.search(text)
    end = text.rfind(b"}]")
    if not begin or end < begin.end():
        return text, ()
    items = text[begin.end() : end]
    separator = b"},{" if b"},{" in items else b"}, {"
    return text[: begin.end() - 1] + text[end + 1 :], items.split(separator)


def _load(text: bytes, keys: frozenset[str]) -> dict[str, object]:
    """Return an object that has no other keys. Raises LineError or JSONDecodeError.

    A list may be nowhere but under `items`.
    """
    said = orjson.loads(text)
    if not isinstance(said, dict) or not said.keys() <= keys or b"\\u0000" in text:
        raise LineError
    counted = said | {"items": None} if "items" in said else said
    if _count_quotes(counted) != _count_quotes_in(text):
        raise LineError
    return said


def _count_quotes(said: Mapping[str, object]) -> int:
    """Return how many quotes an object is written with. Raises LineError if it is not plain."""
    quotes = 2 * len(said)
    for value in said.values():
        if isinstance(value, str):
            quotes += 2
        elif isinstance(value, dict):
            quotes += _count_quotes(value)
        elif value is not None and not isinstance(value, bool):
            raise LineError
    return quotes


def _count_quotes_in(text: bytes) -> int:
    """Return how many quotes stand in sound JSON, without those that are part of a text."""
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return text.count(b'"')
