"""The XML that FusionInventory, GLPI and OCS agents write: one device, all its software.

An agent reads the system's own registers, so its list of apps is `all`; where no software
section is there at all, it lists nothing. Ownership it cannot know. What identifies an app
depends on where the agent found it; what is no sure identifier is left out.

The n-th record is the n-th software entry. An inventory that is cut off names its device last,
and so is refused as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import MAX_RECORD, Facts, Head, Source
from policycheck.inventory.formats.agents.device import (
    name_source,
    read_device,
    read_device_attributes,
)
from policycheck.inventory.formats.agents.document import read_document
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "agent-xml"
SOURCE = "ocs"
TITLE = "FusionInventory, GLPI or OCS agent (XML)"
LOOKS_FOR = "XML with the root element REQUEST"
FACTS = Facts(
    forms="xml",
    reports="state",
    names_device="yes",
    listing="app=all",
    says="user_id reported_at identifier name version publisher path os_user",
    identifiers=(
        "android_package deb_package flatpak_id msix_pfn rpm_package snap_name win_uninstall_key"
    ),
)

Entry = Mapping[str, str]

_ANDROID_PACKAGE = re.compile(r"[A-Za-z]\w*(?:\.\w+)+")
_REVERSE_DNS = re.compile(r"[A-Za-z][\w-]*(?:\.[\w-]+){2,}")
_MSIX_FOLDER = re.compile(r"([^_\\/]+)_[\d.]+_[^_\\/]*_[^_\\/]*_([a-z0-9]{13})[\\/]?\Z")
_ARCHITECTURE = re.compile(r":[a-z0-9-]+\Z")
"""OCS writes `libc6:amd64` where dpkg can hold a package in several architectures."""
_DAY_FIRST = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})")
_NO_ANDROID_DATE = "2008-12-31"
"""What Android gives for every app of its system image."""
_COPYRIGHT = re.compile(r"copyright|©|\(c\)|^\d", re.IGNORECASE)
_NO_PUBLISHER = ("flatpak package", "appimage package")


def claims(head: Head) -> bool:
    """Claim XML whose root is REQUEST, as all three agents write it."""
    return head.form == "xml" and head.root == "REQUEST"


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read one device from each source."""
    for source in sources:
        try:
            _read_one(source, staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


def _read_one(source: Source, staging: Staging) -> None:
    document = read_document(source)
    device = read_device(document)
    ref, platform = device["device_id"], device.get("platform", "")
    is_whole = True
    for number, entry in enumerate(document.software, 1):
        item = read_item(entry, platform)
        if sum(map(len, item.values())) > MAX_RECORD // 4:
            staging.reject(source, number, f"longer than {MAX_RECORD // 4} characters")
            staging.records[source.input_no] += 1
            is_whole = False
        else:
            staging.rows.add_item(source.input_no, number, ref, item, {})
    staging.rows.add_device(
        source.input_no,
        0,
        ref,
        device,
        read_device_attributes(document),
        listing=("app=all" if is_whole else "app=managed") if document.software else "",
        source=name_source(document) or SOURCE,
        partial="" if is_whole else "true",
    )


def read_item(entry: Entry, platform: str) -> dict[str, str]:
    """Return the item's columns as texts; what is not said is not there."""
    identifier_type, identifier = _identify(entry, platform)
    item = {
        "kind": "app",
        "name": _read_name(entry),
        "version": entry.get("VERSION", ""),
        "publisher": _read_publisher(entry, platform),
        "identifier": identifier,
        "identifier_type": identifier_type if identifier else "",
        "os_user": entry.get("USERNAME", ""),
        "path": entry.get("FOLDER", ""),
        "installed_at": _read_date(entry),
    }
    if _origin(entry) == "android" and entry.get("NO_REMOVE") in ("0", "1"):
        item["system"] = "true" if entry["NO_REMOVE"] == "0" else "false"  # sic: 1 = removable
    return {name: text for name, text in item.items() if text}


def _read_name(entry: Entry) -> str:
    name = entry.get("NAME", "")
    return _ARCHITECTURE.sub("", name) if _origin(entry) == "deb" else name


def _origin(entry: Entry) -> str:
    """Say by which register the agent found an entry, in lower case."""
    if entry.get("FROM"):
        return entry["FROM"].lower()
    if entry.get("PUBLISHER") == "Flatpak package":  # how OCS says it
        return "flatpak"
    return "snap" if entry.get("COMMENTS") == "Snap package" else ""


def _identify(entry: Entry, platform: str) -> tuple[str, str]:
    """Return the type and the identifier of an entry; "" where nothing sure is said."""
    name, origin = _read_name(entry), _origin(entry)
    if origin in ("deb", "rpm"):
        return f"{origin}_package", name
    if origin == "snap":
        return "snap_name", name
    if origin == "flatpak":
        return "flatpak_id", _match_whole(_REVERSE_DNS, name)
    if origin == "android":
        return "android_package", _match_whole(_ANDROID_PACKAGE, entry.get("COMMENTS", ""))
    if origin == "registry" and platform == "windows":
        return "win_uninstall_key", entry.get("GUID", "")
    if origin == "uwp":
        folder = _MSIX_FOLDER.search(entry.get("FOLDER", ""))
        return "msix_pfn", f"{folder[1]}_{folder[2]}" if folder else ""
    return "", ""


def _match_whole(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""


def _read_publisher(entry: Entry, platform: str) -> str:
    """Return the publisher, where what stands in its place is one.

    OCS puts a package's home page there, agents on macOS the line with the copyright.
    """
    publisher = entry.get("PUBLISHER", "")
    if publisher.lower() in _NO_PUBLISHER or publisher.startswith(("http://", "https://")):
        return ""
    return "" if platform == "macos" and _COPYRIGHT.search(publisher) else publisher


def _read_date(entry: Entry) -> str:
    """Return the day of installation; the agents write it in four ways, without a zone."""
    text = entry.get("INSTALLDATE", "")
    if day_first := _DAY_FIRST.match(text):
        day, month, year = day_first.groups()
    elif year_first := _YEAR_FIRST.match(text):
        year, month, day = year_first.groups()
    else:
        return ""
    date = f"{year}-{month}-{day}"
    in_calendar = "01" <= month <= "12" and "01" <= day <= "31"
    return date if in_calendar and date != _NO_ANDROID_DATE else ""
