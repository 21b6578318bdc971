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
from policycheck.inventory.staging.columns import (
    DEVICE_TEXTS,
    ITEM_TEXTS,
    drop_nulls,
    drop_placeholder,
    find_value_fault,
    join_ref_in_sql,
    trim_text,
)
from policycheck.inventory.staging.rows import DEVICE_HEADER, HEADER
from policycheck.inventory.staging.table import escape_glob, list_item_columns
from policycheck.model import ITEM_COLUMNS

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

Line = tuple[int, bytes]
"""A record's number, and its text."""

_CHUNK = 32 * 1024 * 1024
_LONGEST = 256 * 1024
"""So that no device and no item of a plain line is longer than ours may be."""
_SHORT = 1000
_SAMPLES = 50
_ODD_VALUE = re.compile(rb'":(?! ?["{tf]) ?(.)')
"""What follows a key and is no text, no object and no boolean."""
_LAST_COMMA = re.compile(rb",[ \t]*[\]}]")
"""Which strict JSON does not allow, and DuckDB does."""
_IDENTITIES = ("device_id", "serial", "udid", "name")
_MAPS = ("listing", "attributes")


@dataclass(frozen=True)
class _Keys:
    """The keys of ours that lines hold."""

    device: tuple[str, ...]
    item: tuple[str, ...]


@dataclass(frozen=True)
class _Chunk:
    """Some lines, and the file in which the plain ones stand with their numbers."""

    path: Path
    lines: list[Line]
    keys: _Keys


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


def _sample(chunk: Sequence[Line]) -> _Keys:
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
    known = (*DEVICE_TEXTS, "source", "partial", "received_at", *_MAPS, "items")
    return _Keys(
        tuple(name for name in known if name in device),
        tuple(name for name in (*ITEM_TEXTS, "attributes") if name in item),
    )


def _scan_chunk(chunk: _Chunk, source: Source, staging: Staging) -> set[int]:
    """Scan numbered lines, and return the numbers of those that were used."""
    import duckdb

    keys = chunk.keys
    try:
        staging.con.execute(
            f"CREATE OR REPLACE TEMP TABLE plain_line AS {_select_lines(keys)}",
            {"path": escape_glob(chunk.path)},
        )
    except duckdb.Error:
        return set()
    no = source.input_no
    staging.add_devices(_relate_devices(keys, no), _select_items(keys, no), no)
    used = staging.con.execute("SELECT record FROM plain_line").fetchall()
    staging.con.execute("DROP TABLE plain_line")
    return {number for (number,) in used}


def _select_lines(keys: _Keys) -> str:
    """Return the SQL of the lines that nothing is lost of: their keys, `record` and `ref`."""
    fields = ", ".join(f"{name} {_type(name)}" for name in keys.item) or "name VARCHAR"
    types = {"_r": "BIGINT", "_k": "BIGINT", "_l": "BIGINT"}
    types |= {name: _type(name) for name in keys.device} | {"items": f"STRUCT({fields})[]"}
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
    said_by = trim_text("source") if "source" in keys.device else "CAST(NULL AS VARCHAR)"
    names = [drop_placeholder(trim_text(name)) for name in _IDENTITIES if name in keys.device]
    named = f"coalesce({', '.join([*names, 'NULL', 'NULL'])})"
    return (
        f"SELECT *, _r AS record, {join_ref_in_sql('said_by', 'named')} AS ref FROM"
        f" (SELECT *, {said_by} AS said_by, {named} AS named FROM read_json($path,"
        f" format='newline_delimited', ignore_errors=true, columns={{{columns}}})"
        f" WHERE {_prove(keys)}) WHERE named IS NOT NULL"
    )


def _relate_devices(keys: _Keys, input_no: int) -> str:
    """Return the SQL of the lines as a table of `HEADER`: a row for each device."""
    cells = ", ".join(f"{_cell(name, keys)} AS c{at}" for at, name in enumerate(HEADER))
    return f"(SELECT {input_no} AS input_no, record, {cells} FROM plain_line)"


def _select_items(keys: _Keys, input_no: int) -> str:
    """Return the SQL of the items as they are kept."""
    texts = {name: trim_text(f"item.{name}") for name in keys.item if name != "attributes"}
    attributes = _trim_map("item.attributes") if "attributes" in keys.item else ""
    columns = ", ".join(list_item_columns(texts, attributes))
    return (
        f"SELECT {input_no} || '/' || ref AS device_ref, record, {columns}"
        " FROM (SELECT ref, record, unnest(items) AS item FROM plain_line)"
    )


def _type(name: str) -> str:
    return "MAP(VARCHAR, VARCHAR)" if name in _MAPS else "VARCHAR"


def _prove(keys: _Keys) -> str:
    """Return the SQL that is true of a line of which nothing was lost, and its items sound."""
    of_items = " + ".join([_count(f"item.{name}", name) for name in keys.item] or ["0"])
    found = [_count(name, name) for name in keys.device if name != "items"]
    found.append("CAST(items IS NOT NULL AS BIGINT)")
    found.append(f"coalesce(list_sum(list_transform(items, lambda item: {of_items})), 0)")
    short = [
        f"strlen(CAST({name} AS VARCHAR)) <= {_SHORT}"
        for name in ("source", "partial", "listing")
        if name in keys.device
    ]
    return " AND ".join(
        [
            f"_k = {' + '.join(found)}",
            "_l = CAST(items IS NOT NULL AS BIGINT)",
            f"coalesce(list_bool_and(list_transform(items, lambda item: {_is_sound(keys)})), true)",
            *(f"coalesce({each}, true)" for each in short),
        ]
    )


def _is_sound(keys: _Keys) -> str:
    """Return the SQL that is true of an item that has a name, and so is an object, and no fault."""
    texts = {name: trim_text(f"item.{name}") for name in keys.item if name in ITEM_TEXTS}
    names = [texts[name] for name in ("identifier", "name") if name in texts]
    faults = filter(None, (find_value_fault(ITEM_COLUMNS[name], texts[name], "") for name in texts))
    named = f"coalesce({', '.join([*names, 'NULL', 'NULL'])}) IS NOT NULL"
    return f"{named} AND coalesce({', '.join([*faults, 'NULL', 'NULL'])}) IS NULL"


def _count(text: str, name: str) -> str:
    """Return the SQL of how many keys say something here: a map's own and those in it."""
    if name not in _MAPS:
        return f"CAST({text} IS NOT NULL AS BIGINT)"
    return f"CASE WHEN {text} IS NULL THEN 0 ELSE 1 + list_count(map_values({text})) END"


def _cell(name: str, keys: _Keys) -> str:
    """Return the SQL of a device's cell; those of items are null."""
    if name == "ref":
        return "ref"
    column = {"device_attributes": "attributes", "device_name": "name"}.get(name, name)
    if name not in DEVICE_HEADER or column not in keys.device:
        return "CAST(NULL AS VARCHAR)"
    if column == "listing":
        pairs = "lambda pair: pair.key || '=' || coalesce(trim(pair.value), '')"
        return f"array_to_string(list_transform(map_entries(listing), {pairs}), ';')"
    if column == "attributes":
        return f"CAST(to_json({_trim_map('attributes')}) AS VARCHAR)"
    return trim_text(column)


def _trim_map(attributes: str) -> str:
    """Return the SQL of a map of trimmed texts; null where none remains."""
    trimmed = f"lambda pair: {{'key': pair.key, 'value': {trim_text('pair.value')}}}"
    return drop_nulls(f"map_from_entries(list_transform(map_entries({attributes}), {trimmed}))")
