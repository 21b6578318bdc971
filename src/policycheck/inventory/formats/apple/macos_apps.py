"""A Mac's own word on its apps: system_profiler's report (JSON, XML, text) and Munki's list.

None of them names the Mac, unless system_profiler was asked for SPHardwareDataType, too. So the
device is named by whoever runs the audit. Both look at the whole disk, and list all apps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.documents.json_document import read_elements
from policycheck.inventory.documents.plist import read_plist
from policycheck.inventory.documents.values import Section, entries, section
from policycheck.inventory.formats.apple.macos_entries import (
    read_hardware,
    read_munki,
    read_profiler,
    read_software,
)
from policycheck.inventory.formats.apple.macos_text import is_profiler_text, read_text
from policycheck.inventory.formats.device_report import DeviceReport, add_report
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "macos-apps"
SOURCE = "macos"
TITLE = "macOS system_profiler (JSON, XML, text) and Munki's ApplicationInventory.plist"
LOOKS_FOR = (
    "JSON, a property list or text of system_profiler's SPApplicationsDataType, or a property"
    " list with bundleid"
)
FACTS = Facts(
    forms="json text xml binary",
    reports="state",
    names_device="some",
    listing="app=all",
    says="reported_at identifier name version publisher signer path os_user install_source",
    identifiers="macos_bundle",
)

_APPS, _HARDWARE, _SYSTEM = (
    "SPApplicationsDataType", "SPHardwareDataType", "SPSoftwareDataType",
)  # fmt: skip
_MOST_LEVELS = 16


def claims(head: Head) -> bool:
    """Claim by the data type, by the text's headings, or by Munki's keys."""
    if head.root == "plist":
        return "_dataType" in head.keys or {"bundleid", "CFBundleName"} <= set(head.keys)
    if head.form == "json":
        return _APPS in head.keys
    return head.form in ("text", "table") and is_profiler_text(head.start)


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read one Mac from each source."""
    for source in sources:
        try:
            _read_one(source, staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


def _read_one(source: Source, staging: Staging) -> None:
    if source.head.root == "plist":
        _add_mac(source, 1, *_read_list(read_plist(source)), staging)
    elif source.head.form == "json":
        for element in read_elements(source, staging, ()):
            _add_mac(source, element.record, *_read_types(section(element.value)), staging)
    else:
        _add_mac(source, 1, *_read_types(read_text(source)), staging)


def _add_mac(
    source: Source,
    record: int,
    said: dict[str, str],
    items: list[dict[str, str]],
    staging: Staging,
) -> None:
    if not items:
        raise UnreadableError("lists no app, which no Mac is without", "was it copied whole?")
    named = bool(said.get("serial") or said.get("udid"))
    device = {**({} if named else staging.name_device(source)), **said, "platform": "macos"}
    report = DeviceReport(device, items, {"app": "all"}, partial=source.cut, is_unnamed=True)
    add_report(source, record, report, staging)


def _read_list(value: object) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Return the device and the items of a property list of either kind."""
    parts = entries({"list": value}, "list") or []
    if not any("_dataType" in part for part in parts):
        return {}, [read_munki(part) for part in parts]
    types = {str(part.get("_dataType")): part.get("_items") for part in parts}
    device, items = _read_types(types)
    made_at = next((str(part["_timeStamp"]) for part in parts if "_timeStamp" in part), "")
    return {**device, **({"reported_at": made_at} if made_at else {})}, items


def _read_types(types: Section) -> tuple[dict[str, str], list[dict[str, str]]]:
    device = {
        **read_hardware((entries(types, _HARDWARE) or [{}])[0]),
        **read_software((entries(types, _SYSTEM) or [{}])[0]),
    }
    return device, [read_profiler(app) for app in _flatten(entries(types, _APPS) or [], 0)]


def _flatten(apps: list[Section], level: int) -> Iterator[Section]:
    """Yield apps and those below them: old systems nest what lies in a folder."""
    for app in apps:
        below = entries(app, "_items")
        if below is None:
            yield app
        elif level < _MOST_LEVELS:
            yield from _flatten(below, level + 1)
