"""Our own table format: which column is what. CSV, Parquet and rows from documents share it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from policycheck.inventory.columns import (
    DEVICE_TEXTS,
    ITEM_TEXTS,
    drop_placeholder,
    find_listing_fault,
    find_value_fault,
    make_map,
    trim_text,
)
from policycheck.inventory.table import Shape
from policycheck.model import DEVICE_COLUMNS, ITEM_COLUMNS, Column

DEVICE_HEADERS = {"device_name" if name == "name" else name: name for name in DEVICE_TEXTS}
"""Header of a device's column -> column. An item has a `name` too, so the device's is longer."""
ITEM_HEADERS = ITEM_TEXTS
EXTRA_HEADERS = ("listing", "source", "partial")
IGNORED_HEADERS = ("received_at",)
"""Ours, but set by whoever runs the audit."""
DEVICE_ATTRIBUTE = "device.attributes."
ITEM_ATTRIBUTE = "item.attributes."
IDENTITIES = ("device_id", "serial", "udid", "device_name")
"""One of these must be there: what a device is called, best first."""
KNOWN_HEADERS = (*DEVICE_HEADERS, *ITEM_HEADERS, *EXTRA_HEADERS, *IGNORED_HEADERS)


def is_known(header: str) -> bool:
    """Tell whether a column is ours."""
    return header in KNOWN_HEADERS or header.startswith((DEVICE_ATTRIBUTE, ITEM_ATTRIBUTE))


def make_shape(
    header: Sequence[str],
    column: Callable[[int], str],
    read_attributes: Callable[[str], str] | None = None,
) -> Shape:
    """Return how a table with this header becomes ours.

    A column without a name is not read. `column` gives the SQL of the text of a column by its
    number. `read_attributes` is for rows from documents, which carry attributes as JSON in one
    column and name their device in `ref`.
    """
    texts = {name: f"t{number}" for number, name in enumerate(header) if name}
    made = {f"t{number}": column(number) for number, name in enumerate(header) if name}
    if read_attributes is None:
        made = {text: trim_text(sql) for text, sql in made.items()}
    for name in ("serial", "udid"):
        if name in texts:
            made[texts[name]] = drop_placeholder(made[texts[name]])
    device = {DEVICE_HEADERS[name]: text for name, text in texts.items() if name in DEVICE_HEADERS}
    item = {name: text for name, text in texts.items() if name in ITEM_HEADERS}
    extras = {name: text for name, text in texts.items() if name in EXTRA_HEADERS}
    if read_attributes:
        attributes, filled = _unpack_attributes(texts, extras, read_attributes)
    else:
        attributes, filled = _read_item_attributes(header, texts)
        extras |= _pack_device_attributes(header, texts)
    bare = f"coalesce({', '.join([*item.values(), *filled, 'NULL', 'NULL'])}) IS NULL"
    return Shape(
        ref=texts.get("ref", _name_device(texts)),
        device=device,
        item=item,
        faults=(*_find_identity_faults(texts, bare), *_find_value_faults(texts)),
        bare=bare,
        extras=extras,
        attributes=attributes,
        texts=made,
    )


def _unpack_attributes(
    texts: dict[str, str], extras: dict[str, str], read_attributes: Callable[[str], str]
) -> tuple[str, list[str]]:
    if "device_attributes" in texts:
        extras["attributes"] = texts["device_attributes"]
    packed = texts.get("item_attributes")
    return (read_attributes(packed), [packed]) if packed else ("", [])


def _name_device(texts: dict[str, str]) -> str:
    """Name a device by its best identity, and by the source that speaks of it."""
    identity = f"coalesce({', '.join(texts.get(name, 'NULL') for name in IDENTITIES)}, NULL)"
    source = texts.get("source")
    return f"coalesce({source} || '/', '') || {identity}" if source else identity


def attribute_parameter(number: int) -> str:
    """Return the name of the parameter that holds an attribute's name, by its column's number."""
    return f"attribute_{number}"


def name_attributes(header: Sequence[str]) -> dict[str, str]:
    """Return what the parameters of a header's attributes are bound to."""
    names = {}
    for number, name in enumerate(header):
        for start in (DEVICE_ATTRIBUTE, ITEM_ATTRIBUTE):
            if name.startswith(start):
                names[attribute_parameter(number)] = name.removeprefix(start)
    return names


def _read_item_attributes(header: Sequence[str], texts: dict[str, str]) -> tuple[str, list[str]]:
    entries = [
        (f"${attribute_parameter(number)}", texts[name])
        for number, name in enumerate(header)
        if name.startswith(ITEM_ATTRIBUTE)
    ]
    return (make_map(entries) if entries else ""), [text for _, text in entries]


def _pack_device_attributes(header: Sequence[str], texts: dict[str, str]) -> dict[str, str]:
    pairs = [
        f"${attribute_parameter(number)}, {texts[name]}"
        for number, name in enumerate(header)
        if name.startswith(DEVICE_ATTRIBUTE)
    ]
    return {"attributes": f"CAST(json_object({', '.join(pairs)}) AS VARCHAR)"} if pairs else {}


def _find_identity_faults(texts: dict[str, str], bare: str) -> list[str]:
    named = f"coalesce({texts.get('identifier', 'NULL')}, {texts.get('name', 'NULL')}, NULL)"
    no_device = f"no {', '.join(IDENTITIES[:-1])} or {IDENTITIES[-1]}"
    no_item = "an item needs an identifier or a name"
    faults = [f"CASE WHEN NOT ({bare}) AND {named} IS NULL THEN '{no_item}' END"]
    if "ref" in texts:
        return faults  # the reader of the document has seen to it
    return [f"CASE WHEN {_name_device(texts)} IS NULL THEN '{no_device}' END", *faults]


def _find_value_faults(texts: dict[str, str]) -> list[str]:
    columns: dict[str, Column] = {
        header: DEVICE_COLUMNS[name] for header, name in DEVICE_HEADERS.items()
    } | {name: ITEM_COLUMNS[name] for name in ITEM_HEADERS}
    columns["partial"] = Column("partial", "boolean")
    faults = [
        fault
        for name, column in columns.items()
        if name in texts and (fault := find_value_fault(column, texts[name], name))
    ]
    if "listing" in texts:
        faults.append(find_listing_fault(texts["listing"]))
    return faults
