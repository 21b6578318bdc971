"""Jamf Pro: both APIs, list and single, JSON and XML; searches and Jamf School as CSV."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.documents.json_document import ENVELOPE, Element, read_elements
from policycheck.inventory.documents.values import entries, find, section, text
from policycheck.inventory.documents.xml_document import read_xml
from policycheck.inventory.formats.device_report import DeviceReport, add_report
from policycheck.inventory.formats.jamf.classic import read_classic_computer, read_classic_mobile
from policycheck.inventory.formats.jamf.device import read_computer, read_mobile
from policycheck.inventory.formats.jamf.table import is_jamf_table, read_table
from policycheck.inventory.formats.pages import Pages
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "jamf"
SOURCE = "jamf"
TITLE = "Jamf Pro (both APIs, advanced searches) and Jamf School (CSV)"
LOOKS_FOR = (
    "JSON or XML with computer(s) or mobile_device(s), JSON with results that have general and"
    " udid or mobileDeviceId, or a table with Jamf's display fields"
)
FACTS = Facts(
    forms="json table xml",
    reports="state",
    names_device="yes",
    listing="app=all",
    says=(
        "user_id ownership managed reported_at identifier name version path os_user install_source"
    ),
    identifiers="ios_bundle macos_bundle",
)

Read = Callable[[object], DeviceReport]

_CLASSIC: MappingProxyType[str, Read] = MappingProxyType(
    {
        "computer": read_classic_computer,
        "computers": read_classic_computer,
        "mobile_device": read_classic_mobile,
        "mobile_devices": read_classic_mobile,
    }
)
_LISTS = ("results", "computers", "mobile_devices")
_LISTED = frozenset({"id", "name", "managed", "username", "serial_number", "udid"})
"""What the classic API's lists say of a device."""
_IN_LIST = ("id", "name", "serialNumber", "udid", "modelIdentifier", "type", "wifiMacAddress")
"""What `/api/v2/mobile-devices` says of a device: no sections, and no apps."""
_SECTIONS = ("hardware", "userAndLocation", "operatingSystem", "applications")


def claims(head: Head) -> bool:
    """Claim by the names of elements and sections that only Jamf uses together."""
    if head.form == "table":
        return is_jamf_table(head)
    if head.form == "xml":
        return head.root in _CLASSIC
    return head.form == "json" and _claims_json(head)


def _claims_json(head: Head) -> bool:
    paths = set(head.paths)
    for above in ("results.", ""):
        names = {name.removeprefix(above) for name in paths if name.startswith(above)}
        if "mobileDeviceId" in names and names.intersection(("general", "deviceType")):
            return True
        if {"udid", "general"} <= names and names.intersection(
            (*_SECTIONS, "general.jamfBinaryVersion")
        ):
            return True
    if {"serialNumber", "udid", "type", "managed", "location"} <= paths:
        return True
    if any({f"{above}{name}" for name in _IN_LIST} <= paths for above in ("results.", "")):
        return True
    if paths >= _LISTED:
        return True
    single = ("computer.general", "mobile_device.general")
    return bool(paths.intersection(single)) or any(
        {f"{key}.id", f"{key}.name", f"{key}.udid"} <= paths
        or (head.keys == (key,) and f"{key}.id" in paths)
        for key in ("computers", "mobile_devices")
    )


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read every source, then say which pages are missing."""
    pages = Pages()
    for source in sources:
        try:
            if source.head.form == "table":
                read_table(source, staging)
            elif source.head.form == "xml":
                _read_xml(source, staging)
            else:
                _read_json(source, staging, pages)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)
    pages.warn(staging)


def _read_xml(source: Source, staging: Staging) -> None:
    content, root = read_xml(source), source.head.root
    devices: Sequence[object] = [content]
    if root in ("computers", "mobile_devices"):
        devices = entries(content, root.removesuffix("s")) or []
    for record, device in enumerate(devices, 1):
        add_report(source, record, _CLASSIC[root](device), staging)


def _read_json(source: Source, staging: Staging, pages: Pages) -> None:
    counts: Counter[str] = Counter()
    kind = ""
    for element in read_elements(source, staging, _LISTS):
        if element.where == ENVELOPE:
            total = text(element.value, "totalCount")
            pages.add(source, kind, counts.pop(kind, 0), total)
            continue
        kind = _tell_kind(element)
        counts[kind] += 1
        value = element.value if element.where else find(element.value, kind) or element.value
        read_device = _CLASSIC.get(kind) or (read_mobile if kind == "mobile" else read_computer)
        add_report(source, element.record, read_device(value), staging)


def _tell_kind(element: Element) -> str:
    if element.where in _CLASSIC:
        return element.where
    value = section(element.value)
    for key in ("computer", "mobile_device"):
        if not element.where and section(value, key):
            return key
    if value.keys() >= _LISTED:
        return "mobile_devices" if "device_name" in value else "computers"
    is_mobile = "mobileDeviceId" in value or "general" not in value
    return "mobile" if is_mobile else "computer_inventory"
