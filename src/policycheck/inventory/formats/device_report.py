"""One device's report out of a document: its identity, its bounds, and what its list is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policycheck.inventory.base import MAX_RECORD, Source
from policycheck.inventory.staging.columns import UNSET_SERIALS, join_ref

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

IDENTITIES = ("device_id", "serial", "udid", "name")
"""What a device is called, best first."""

_LONGEST = MAX_RECORD // 4


@dataclass(frozen=True)
class DeviceReport:
    """What one record says of one device, as texts of our columns."""

    device: Mapping[str, str]
    items: Iterable[Mapping[str, str]] = ()
    listing: Mapping[str, str] = field(default_factory=dict)
    """Kind -> visibility, for the kinds that the report lists."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    partial: bool = False
    """Whether it says only a part of what it could, such as a page of a device's apps."""
    is_unnamed: bool = False
    """Whether reports of its kind name no device, so that nobody need have named it."""


def add_report(source: Source, record: int, report: DeviceReport, staging: Staging) -> None:
    """Put a device and its items into the staging area, or reject the record.

    An item without identifier and name may be any app: it is left out, and then no list of the
    device counts as complete. A report that lists nothing is the system's roster.
    """
    device = {name: said for name, said in report.device.items() if said}
    ref = next((device[name] for name in IDENTITIES if _names(device.get(name, ""))), "")
    ref = ref or ("?" if report.is_unnamed else "")
    items = list(report.items)
    said_by = report.source
    if not items and not report.listing:
        said_by = staging.name_roster(source.input_no, report.source)
    ref = join_ref(said_by, ref) if ref else ref
    named = [item for item in items if item.get("identifier") or item.get("name")]
    fault = _find_fault(ref, device, report.attributes, named)
    if fault:
        staging.records[source.input_no] += 1  # what is used is counted when it is scanned
        staging.reject(source, record, fault)
        return
    is_whole = len(named) == len(items) and not report.partial
    listing = ";".join(
        f"{kind}={visibility if is_whole else 'managed'}"
        for kind, visibility in report.listing.items()
    )
    staging.rows.add_device(
        source.input_no,
        record,
        ref,
        device,
        report.attributes,
        listing=listing,
        source=said_by,
        partial="" if is_whole else "true",
    )
    for item in named:
        said = {name: text for name, text in item.items() if text}
        staging.rows.add_item(source.input_no, record, ref, said, {})


def _names(identity: str) -> bool:
    return bool(identity) and identity.lower() not in UNSET_SERIALS


def _find_fault(
    ref: str,
    device: Mapping[str, str],
    attributes: Mapping[str, str],
    items: Iterable[Mapping[str, str]],
) -> str:
    if not ref:
        return "names no device: no id, serial, udid or name"
    said = sum(map(len, device.values()))
    if said + sum(len(name) + len(text) for name, text in attributes.items()) > _LONGEST:
        return f"what it says of its device is longer than {_LONGEST} characters"
    if any(sum(map(len, item.values())) > _LONGEST for item in items):
        return f"an item is longer than {_LONGEST} characters"
    return ""
