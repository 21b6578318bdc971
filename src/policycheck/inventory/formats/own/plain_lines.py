"""Our JSON lines by the million: DuckDB reads the plain ones, and proves that it lost nothing.

DuckDB's JSON reader is quick and lenient: it rounds numbers, and drops keys that it was not asked
for and keys that stand twice. So a line goes to it with its number and with the count of the keys
in it that say something, and what comes back is used only where as many were found under our
names. Whatever is not that plain is left to be read line by line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from policycheck.inventory.base import Source
from policycheck.inventory.files.spool import unused_path
from policycheck.inventory.formats.own.plain_sql import (
    MAPS,
    Keys,
    relate_devices,
    select_items,
    select_lines,
)
from policycheck.inventory.staging.columns import DEVICE_TEXTS, ITEM_TEXTS
from policycheck.inventory.staging.table import escape_glob

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging


class Line(NamedTuple):
    """One record, and where it stands."""

    source: Source
    record: int
    """Its number in the source."""
    text: bytes


_CHUNK = 32 * 1024 * 1024
_LONGEST = 256 * 1024
"""So that no device and no item of a plain line is longer than ours may be."""
_SAMPLES = 50
_ODD_VALUE = re.compile(rb'":(?! ?["{tf]) ?(.)')
"""What follows a key and is no text, no object and no boolean."""
_LAST_COMMA = re.compile(rb",[ \t]*[\]}]")
"""Which strict JSON does not allow, and DuckDB does."""


@dataclass(frozen=True)
class _Chunk:
    """Some lines, and the file in which the plain ones stand with their numbers."""

    path: Path
    lines: list[Line]
    keys: Keys


def scan_plain(lines: Iterable[Line], staging: Staging) -> Iterator[Line]:
    """Put the plain lines, of one source or many, into the staging area, and yield the others."""
    path = unused_path(staging.scratch, "lines", "")
    path.mkdir()
    for chunk in _look_ahead(_write_chunks(lines, path)):
        used = _scan_chunk(chunk, staging)
        chunk.path.unlink()
        yield from (line for line in chunk.lines if (line.source.input_no, line.record) not in used)


def _write_chunks(lines: Iterable[Line], folder: Path) -> Iterator[_Chunk]:
    """Write the lines with their numbers to files, and look which of our keys are in them."""
    for at, chunk in enumerate(_cut_chunks(lines)):
        path = folder / f"{at}.ndjson"
        with path.open("xb") as handle:
            handle.writelines(map(_number, chunk))
        yield _Chunk(path, chunk, _sample(chunk))


def _look_ahead(chunks: Iterator[_Chunk]) -> Iterator[_Chunk]:
    """Prepare each chunk in a thread while the one before it is used."""
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


def _number(line: Line) -> bytes:
    """Return a line with its number, its keys and its lists counted; nothing if it is not plain."""
    text = line.text.strip()
    if len(text) > _LONGEST or not text.startswith(b'{"') or _LAST_COMMA.search(text):
        return b""
    if b'" :' in text or b"\\u0000" in text:  # keys that are not counted, texts that are none
        return b""
    odd = _ODD_VALUE.findall(text)
    nulls, lists = odd.count(b"n"), odd.count(b"[")
    if nulls + lists < len(odd):
        return b""
    said = text.count(b'":') - nulls
    place = (line.source.input_no, line.record)
    return b'{"_i":"%d","_r":"%d","_k":"%d","_l":"%d",%b\n' % (*place, said, lists, text[1:])


def _sample(chunk: Sequence[Line]) -> Keys:
    """Look for our keys in some of the lines; a line with others is not plain."""
    device: set[str] = set()
    item: set[str] = set()
    for line in chunk[:: max(len(chunk) // _SAMPLES, 1)]:
        try:
            value = json.loads(line.text)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            device.update(value)
            items = value.get("items")
            item.update(*(each for each in items or () if isinstance(each, dict))
                        if isinstance(items, list) else ())  # fmt: skip
    known = (*DEVICE_TEXTS, "source", "partial", "received_at", *MAPS, "items")
    return Keys(
        tuple(name for name in known if name in device),
        tuple(name for name in (*ITEM_TEXTS, "attributes") if name in item),
    )


def _scan_chunk(chunk: _Chunk, staging: Staging) -> set[tuple[int, int]]:
    """Scan numbered lines, and return input and number of those that were used."""
    import duckdb

    keys = chunk.keys
    try:
        staging.con.execute(
            f"CREATE OR REPLACE TEMP TABLE plain_line AS {select_lines(keys)}",
            {"path": escape_glob(chunk.path)},
        )
    except duckdb.Error:
        return set()
    staging.add_devices(relate_devices(keys), select_items(keys))
    used = staging.con.execute("SELECT _i, record FROM plain_line").fetchall()
    staging.con.execute("DROP TABLE plain_line")
    return set(used)
