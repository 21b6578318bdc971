"""A list of items that belongs to one device, which somebody else may have to name.

For what a person saves from a command on a machine: each line or entry is a record, and a
record that cannot be used leaves the list incomplete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policycheck.inventory.base import MAX_RECORD, Source

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

_LONGEST = MAX_RECORD // 4
_NOBODY = "?"


@dataclass(frozen=True)
class Entry:
    """One record of a list: an item, or why there is none."""

    record: int
    item: Mapping[str, str]
    attributes: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True)
class ItemList:
    """What one source lists of one device."""

    entries: Sequence[Entry]
    listing: Mapping[str, str]
    """Kind -> visibility."""
    device: Mapping[str, str] = field(default_factory=dict)
    """The device's columns; without an id, `--device` gives it."""
    source: str = ""
    partial: bool = False


def add_list(source: Source, found: ItemList, staging: Staging) -> None:
    """Put a list into the staging area.

    Raises:
        UnreadableError: where nobody named the device.
    """
    columns = {name: said for name, said in found.device.items() if said}
    if not columns.keys() & {"device_id", "serial", "udid", "name"}:
        columns |= staging.name_device(source)
    ref = next((columns[key] for key in ("device_id", "serial", "udid", "name") if key in columns),
               _NOBODY)  # fmt: skip
    is_whole = not source.cut and not found.partial
    for entry in found.entries:
        fault = entry.fault or _find_fault(entry)
        if fault:
            staging.records[source.input_no] += 1
            staging.reject(source, entry.record, fault)
            is_whole = False
        else:
            item = {name: said for name, said in entry.item.items() if said}
            staging.rows.add_item(source.input_no, entry.record, ref, item, entry.attributes)
    if source.cut:
        staging.warn(source.path, "ends in the middle", "copy it once more")
    staging.rows.add_device(
        source.input_no,
        0,
        ref,
        columns,
        {},
        listing=";".join(
            f"{kind}={visibility if is_whole else 'managed'}"
            for kind, visibility in found.listing.items()
        ),
        source=found.source,
        partial="" if is_whole else "true",
    )


def _find_fault(entry: Entry) -> str:
    texts = [*entry.item.values(), *entry.attributes, *entry.attributes.values()]
    if sum(map(len, texts)) > _LONGEST:
        return f"longer than {_LONGEST} characters"
    if any("\x00" in text for text in texts):
        return "holds a NUL character"
    if not entry.item.get("identifier") and not entry.item.get("name"):
        return "an item needs an identifier or a name"
    return ""
