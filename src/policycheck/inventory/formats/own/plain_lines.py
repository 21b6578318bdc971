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
from typing import TYPE_CHECKING

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

Line = tuple[int, bytes]
"""A record's number, and its text."""

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


def scan_plain(lines: Iterable[Line], source: Source, staging: Staging) -> Iterator[Line]:
    """Put the plain lines into the staging area, and yield the others."""
    path = unused_path(staging.scratch, "lines", "")
    path.mkdir()
    for chunk in _look_ahead(_write_chunks(lines, path)):
        used = _scan_chunk(chunk, source, staging)
        chunk.path.unlink()
        yield from ((number, line) for number, line in chunk.lines if number not in used)


def _write_chunks(lines: Iterable[Line], folder: Path) -> Iterator[_Chunk]:
    """Write the lines with their numbers to files, and look which of our keys are in them."""
    for at, chunk in enumerate(_cut_chunks(lines)):
        path = folder / f"{at}.ndjson"
        with path.open("xb") as handle:
            handle.writelines(_number(number, line) for number, line in chunk)
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
    for number, line in lines:
        chunk.append((number, line))
        size += len(line)
        if size > _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _number(number: int, line: bytes) -> bytes:
    """Return a line with its number, its keys and its lists counted; nothing if it is not plain."""
    line = line.strip()
    if len(line) > _LONGEST or not line.startswith(b'{"') or _LAST_COMMA.search(line):
        return b""
    if b'" :' in line or b"\\u0000" in line:  # keys that are not counted, texts that are none
        return b""
    odd = _ODD_VALUE.findall(line)
    nulls, lists = odd.count(b"n"), odd.count(b"[")
    if nulls + lists < len(odd):
        return b""
    said = line.count(b'":') - nulls
    return b'{"_r":"%d","_k":"%d","_l":"%d",%b\n' % (number, said, lists, line[1:])


def _sample(chunk: Sequence[Line]) -> Keys:
    """Look for our keys in some of the lines; a line with others is not plain."""
    device: set[str] = set()
    item: set[str] = set()
    for _, line in chunk[:: max(len(chunk) // _SAMPLES, 1)]:
        try:
            value = json.loads(line)
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


def _scan_chunk(chunk: _Chunk, source: Source, staging: Staging) -> set[int]:
    """Scan numbered lines, and return the numbers of those that were used."""
    import duckdb

    keys = chunk.keys
    try:
        staging.con.execute(
            f"CREATE OR REPLACE TEMP TABLE plain_line AS {select_lines(keys)}",
            {"path": escape_glob(chunk.path)},
        )
    except duckdb.Error:
        return set()
    no = source.input_no
    staging.add_devices(relate_devices(keys, no), select_items(keys, no), no)
    used = staging.con.execute("SELECT record FROM plain_line").fetchall()
    staging.con.execute("DROP TABLE plain_line")
    return {number for (number,) in used}
