"""The SQL by which DuckDB reads plain lines of ours, and proves that it lost nothing of them."""

from __future__ import annotations

from dataclasses import dataclass

from policycheck.inventory.staging.columns import (
    ITEM_TEXTS,
    drop_nulls,
    drop_placeholder,
    find_value_fault,
    join_ref_in_sql,
    trim_text,
)
from policycheck.inventory.staging.rows import DEVICE_HEADER, HEADER
from policycheck.inventory.staging.table import list_item_columns
from policycheck.model import ITEM_COLUMNS

MAPS = ("listing", "attributes")
_IDENTITIES = ("device_id", "serial", "udid", "name")
_SHORT = 1000


@dataclass(frozen=True)
class Keys:
    """The keys of ours that lines hold."""

    device: tuple[str, ...]
    item: tuple[str, ...]


def select_lines(keys: Keys) -> str:
    """Return the SQL of the lines that nothing is lost of: their keys, `record` and `ref`."""
    fields = ", ".join(f"{name} {_type(name)}" for name in keys.item) or "name VARCHAR"
    types = {"_i": "INTEGER", "_r": "BIGINT", "_k": "BIGINT", "_l": "BIGINT"}
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


def relate_devices(keys: Keys) -> str:
    """Return the SQL of the lines as a table of `HEADER`: a row for each device."""
    cells = ", ".join(f"{_cell(name, keys)} AS c{at}" for at, name in enumerate(HEADER))
    return f"(SELECT _i AS input_no, record, {cells} FROM plain_line)"


def select_items(keys: Keys) -> str:
    """Return the SQL of the items as they are kept."""
    texts = {name: trim_text(f"item.{name}") for name in keys.item if name != "attributes"}
    attributes = _trim_map("item.attributes") if "attributes" in keys.item else ""
    columns = ", ".join(list_item_columns(texts, attributes))
    return (
        f"SELECT _i || '/' || ref AS device_ref, record, {columns}"
        " FROM (SELECT _i, ref, record, unnest(items) AS item FROM plain_line)"
    )


def _type(name: str) -> str:
    return "MAP(VARCHAR, VARCHAR)" if name in MAPS else "VARCHAR"


def _prove(keys: Keys) -> str:
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


def _is_sound(keys: Keys) -> str:
    """Return the SQL that is true of an item that has a name, and so is an object, and no fault."""
    texts = {name: trim_text(f"item.{name}") for name in keys.item if name in ITEM_TEXTS}
    names = [texts[name] for name in ("identifier", "name") if name in texts]
    faults = filter(None, (find_value_fault(ITEM_COLUMNS[name], texts[name], "") for name in texts))
    named = f"coalesce({', '.join([*names, 'NULL', 'NULL'])}) IS NOT NULL"
    return f"{named} AND coalesce({', '.join([*faults, 'NULL', 'NULL'])}) IS NULL"


def _count(text: str, name: str) -> str:
    """Return the SQL of how many keys say something here: a map's own and those in it."""
    if name not in MAPS:
        return f"CAST({text} IS NOT NULL AS BIGINT)"
    return f"CASE WHEN {text} IS NULL THEN 0 ELSE 1 + list_count(map_values({text})) END"


def _cell(name: str, keys: Keys) -> str:
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
