"""Our own table format: which column is what. CSV, Parquet and rows from documents share it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from policycheck.inventory.staging.columns import (
    DEVICE_TEXTS,
    ITEM_TEXTS,
    drop_placeholder,
    find_listing_fault,
    find_value_fault,
    join_ref_in_sql,
    make_map,
    read_map,
    trim_text,
)
from policycheck.inventory.staging.table import Shape
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
NO_IDENTITY = f"no {', '.join(IDENTITIES[:-1])} or {IDENTITIES[-1]}"
KNOWN_HEADERS = (*DEVICE_HEADERS, *ITEM_HEADERS, *EXTRA_HEADERS, *IGNORED_HEADERS)


def is_known(header: str) -> bool:
    """Tell whether a column is ours."""
    return header in KNOWN_HEADERS or header.startswith((DEVICE_ATTRIBUTE, ITEM_ATTRIBUTE))


def make_shape(header: Sequence[str], column: Callable[[int], str]) -> Shape:
    """Return how a table with this header becomes ours.

    `column` gives the SQL of the text of a column by its number. Every text is trimmed; those
    of devices later, where they are few.
    """
    raw = {name: column(number) for number, name in enumerate(header)}
    texts = {name: f"t{number}" for number, name in enumerate(header)}
    made = {text: trim_text(raw[name]) for name, text in texts.items()}
    for name in ("serial", "udid"):
        if name in texts:
            made[texts[name]] = drop_placeholder(made[texts[name]])
    made |= {f"r{number}": raw[name] for number, name in enumerate(header)}
    device = {
        **{ours: f"r{header.index(name)}" for name, ours in DEVICE_HEADERS.items() if name in raw},
        **{name: f"r{header.index(name)}" for name in EXTRA_HEADERS if name in raw},
        **_pack_device_attributes(header, texts),
    }
    item = {name: text for name, text in texts.items() if name in ITEM_HEADERS}
    entries = [
        (f"${attribute_parameter(number)}", texts[name])
        for number, name in enumerate(header)
        if name.startswith(ITEM_ATTRIBUTE)
    ]
    bare = _tell_bare([*item.values(), *(text for _, text in entries)])
    identity = _name_device(texts)
    nobody = f"CASE WHEN {identity} IS NULL THEN '{NO_IDENTITY}' END"
    return Shape(
        ref=identity,
        device=device,
        item=item,
        refined=_refine({name: text for name, text in device.items() if name != "attributes"}),
        faults=(nobody, *_find_item_faults(item, bare)),
        device_faults=_find_device_faults(device),
        bare=bare,
        attributes=make_map(entries) if entries else "",
        texts=made,
    )


def make_document_shape(header: Sequence[str]) -> Shape:
    """Return how rows from documents become ours; their readers have trimmed every text.

    They name their device in `ref` and carry attributes as JSON in one column each. A column
    without a name is not read.
    """
    texts = {name: f"c{number}" for number, name in enumerate(header) if name}
    device = {ours: texts[name] for name, ours in DEVICE_HEADERS.items() if name in texts}
    device |= {name: texts[name] for name in EXTRA_HEADERS if name in texts}
    if "device_attributes" in texts:
        device["attributes"] = texts["device_attributes"]
    item = {name: text for name, text in texts.items() if name in ITEM_HEADERS}
    packed = texts.get("item_attributes", "")
    bare = _tell_bare([*item.values(), *filter(None, [packed])])
    return Shape(
        ref=texts["ref"],
        device=device,
        item=item,
        faults=_find_item_faults(item, bare),
        device_faults=_find_device_faults(device),
        bare=bare,
        only_bare=True,
        attributes=read_map(packed) if packed else "",
    )


def _tell_bare(texts: Sequence[str]) -> str:
    return f"coalesce({', '.join([*texts, 'NULL', 'NULL'])}) IS NULL"


def _refine(device: Mapping[str, str]) -> dict[str, str]:
    refined = {name: trim_text(name) for name in device}
    for name in ("serial", "udid"):
        if name in refined:
            refined[name] = drop_placeholder(refined[name])
    return refined


def _name_device(texts: dict[str, str]) -> str:
    """Name a device by its best identity, and by the source that speaks of it."""
    identity = f"coalesce({', '.join(texts.get(name, 'NULL') for name in IDENTITIES)}, NULL)"
    source = texts.get("source")
    return join_ref_in_sql(source, identity) if source else identity


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


def _pack_device_attributes(header: Sequence[str], texts: dict[str, str]) -> dict[str, str]:
    pairs = [
        f"${attribute_parameter(number)}, {texts[name]}"
        for number, name in enumerate(header)
        if name.startswith(DEVICE_ATTRIBUTE)
    ]
    return {"attributes": f"CAST(json_object({', '.join(pairs)}) AS VARCHAR)"} if pairs else {}


def _find_item_faults(item: Mapping[str, str], bare: str) -> tuple[str, ...]:
    named = f"coalesce({item.get('identifier', 'NULL')}, {item.get('name', 'NULL')}, NULL)"
    nameless = "an item needs an identifier or a name"
    return (
        f"CASE WHEN NOT ({bare}) AND {named} IS NULL THEN '{nameless}' END",
        *_find_value_faults(ITEM_COLUMNS, item),
    )


def _find_device_faults(device: Iterable[str]) -> tuple[str, ...]:
    names = {name: name for name in device}
    partial = {"partial": Column("partial", "boolean")}
    faults = _find_value_faults({**DEVICE_COLUMNS, **partial}, names)
    return (*faults, find_listing_fault("listing")) if "listing" in names else tuple(faults)


def _find_value_faults(columns: Mapping[str, Column], texts: Mapping[str, str]) -> list[str]:
    return [
        fault
        for name, text in texts.items()
        if name in columns and (fault := find_value_fault(columns[name], text, name))
    ]
