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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.base import Source
from policycheck.inventory.files.spool import unused_path
from policycheck.inventory.staging.columns import (
    DEVICE_TEXTS,
    ITEM_TEXTS,
    drop_placeholder,
    join_ref_in_sql,
    trim_text,
)
from policycheck.inventory.staging.rows import DEVICE_HEADER, HEADER
from policycheck.inventory.staging.table import Relation, escape_glob

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

Line = tuple[int, bytes]
"""A record's number, and its text."""

_CHUNK = 64 * 1024 * 1024
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


def scan_plain(lines: Iterable[Line], source: Source, staging: Staging) -> Iterator[Line]:
    """Put the plain lines into the staging area, and yield the others."""
    for chunk in _chunk(lines):
        path = unused_path(staging.scratch, "lines", ".ndjson")
        with path.open("xb") as handle:
            handle.writelines(_number(number, line) for number, line in chunk)
        known = _scan_chunk(path, _sample(chunk), source, staging)
        path.unlink()
        yield from ((number, line) for number, line in chunk if number not in known)


def _chunk(lines: Iterable[Line]) -> Iterator[list[Line]]:
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


@dataclass(frozen=True)
class _Keys:
    """The keys of ours that lines hold."""

    device: tuple[str, ...]
    item: tuple[str, ...]


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


def _scan_chunk(path: Path, keys: _Keys, source: Source, staging: Staging) -> set[int]:
    """Scan numbered lines, and return the numbers of those that were used."""
    import duckdb

    staging.rows.use(DEVICE_HEADER)
    staging.rows.use("item_attributes" if name == "attributes" else name for name in keys.item)
    relation = Relation(_relate(keys, source.input_no), {"path": escape_glob(path)}, numbered=True)
    try:
        scanned = staging.scan_documents(relation)
    except duckdb.Error:
        return set()
    query = "SELECT DISTINCT record FROM read_parquet($1)"
    return {number for (number,) in staging.con.execute(query, [escape_glob(scanned)]).fetchall()}


def _relate(keys: _Keys, input_no: int) -> str:
    """Return the SQL of the lines as a table of `HEADER`: a row for each device and each item."""
    fields = ", ".join(f"{name} {_type(name)}" for name in keys.item) or "name VARCHAR"
    types = {"_r": "BIGINT", "_k": "BIGINT", "_l": "BIGINT"}
    types |= {name: _type(name) for name in keys.device} | {"items": f"STRUCT({fields})[]"}
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
    said_by = trim_text("source") if "source" in keys.device else "CAST(NULL AS VARCHAR)"
    names = [drop_placeholder(trim_text(name)) for name in _IDENTITIES if name in keys.device]
    named = f"coalesce({', '.join([*names, 'NULL', 'NULL'])})"
    ref = join_ref_in_sql("said_by", "named")
    cells = ", ".join(f"{_cell(name, keys)} AS c{at}" for at, name in enumerate(HEADER))
    return (
        f"(SELECT {input_no} AS input_no, _r AS record, {cells} FROM"
        " (SELECT *, unnest(list_prepend(NULL, coalesce(items, []))) AS item FROM"
        f" (SELECT *, {ref} AS ref FROM"
        f" (SELECT *, {said_by} AS said_by, {named} AS named FROM read_json($path,"
        f" format='newline_delimited', ignore_errors=true, columns={{{columns}}})"
        f" WHERE {_prove(keys)})) WHERE ref IS NOT NULL))"
    )


def _type(name: str) -> str:
    return "MAP(VARCHAR, VARCHAR)" if name in _MAPS else "VARCHAR"


def _prove(keys: _Keys) -> str:
    """Return the SQL that is true of a line of which nothing was lost."""
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
            f"coalesce(list_sum(list_transform(items, lambda item: {_name_item(keys)}))"
            " = len(items), true)",
            *(f"coalesce({each}, true)" for each in short),
        ]
    )


def _name_item(keys: _Keys) -> str:
    """Return the SQL that is 1 for an item that has a name, and so is an object, else 0."""
    names = [trim_text(f"item.{name}") for name in ("identifier", "name") if name in keys.item]
    return f"CAST(coalesce({', '.join([*names, 'NULL', 'NULL'])}) IS NOT NULL AS BIGINT)"


def _count(text: str, name: str) -> str:
    """Return the SQL of how many keys say something here: a map's own and those in it."""
    if name not in _MAPS:
        return f"CAST({text} IS NOT NULL AS BIGINT)"
    return f"CASE WHEN {text} IS NULL THEN 0 ELSE 1 + list_count(map_values({text})) END"


def _cell(name: str, keys: _Keys) -> str:
    """Return the SQL of a cell: a device's stand in its first row, before those of its items."""
    if name == "ref":
        return "ref"
    column = {"device_attributes": "attributes", "device_name": "name"}.get(name, name)
    if name in DEVICE_HEADER:
        if column not in keys.device:
            return "CAST(NULL AS VARCHAR)"
        made = {"listing": _list_kinds("listing"), "attributes": _pack("attributes")}
        return f"CASE WHEN item IS NULL THEN {made.get(column) or trim_text(column)} END"
    column = "attributes" if name == "item_attributes" else name
    if column not in keys.item:
        return "CAST(NULL AS VARCHAR)"
    return _pack("item.attributes") if column == "attributes" else trim_text(f"item.{column}")


def _list_kinds(listing: str) -> str:
    pairs = "lambda pair: pair.key || '=' || coalesce(trim(pair.value), '')"
    return f"array_to_string(list_transform(map_entries({listing}), {pairs}), ';')"


def _pack(attributes: str) -> str:
    trimmed = f"lambda pair: {{'key': pair.key, 'value': {trim_text('pair.value')}}}"
    entries = f"list_transform(map_entries({attributes}), {trimmed})"
    full = f"list_filter({entries}, lambda pair: pair.value IS NOT NULL)"
    return f"CASE WHEN len({full}) > 0 THEN CAST(to_json(map_from_entries({full})) AS VARCHAR) END"
