"""Jamf's advanced searches and Jamf School's list as tables.

The header of a search is whatever display fields its author chose. A field with several values
makes rows of its own, in which all else is blank: they continue the device above them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from policycheck.inventory.base import Head, Source
from policycheck.inventory.documents.delimited import Fault, Grammar, split_records
from policycheck.inventory.documents.values import (
    apple_form,
    filled,
    first_text,
    flag,
    text,
    time,
    user_of_path,
    version_number,
)
from policycheck.inventory.formats.device_report import DeviceReport, add_report
from policycheck.inventory.formats.jamf.alignment import settle_columns
from policycheck.inventory.formats.jamf.device import read_ownership, tell_platform

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

_DEVICE: Mapping[str, tuple[str, ...]] = {
    "device_id": ("JSS Computer ID", "JSS Mobile Device ID", "Jamf Pro Computer ID",
                  "Jamf Pro Mobile Device ID", "Computer ID", "Mobile Device ID"),
    "serial": ("Serial Number", "SerialNumber"),
    "udid": ("UDID", "DeviceUDID"),
    "name": ("Computer Name", "Display Name", "Device Name", "Name"),
    "os_version": ("Operating System Version", "OS Version", "iOS Version", "OsVersion",
                   "Operating System"),
    "manufacturer": ("Make",),
    "model": ("Model Identifier", "ModelIdentifier", "Model", "ModelName"),
    "user_id": ("Email Address", "OwnerEmail", "Username", "OwnerUsername"),
}  # fmt: skip
_TIMES = (
    "Last Inventory Update", "Last Check-in", "Last Check-In", "LastConnected", "Last Contact",
)  # fmt: skip
_STOCK = frozenset(
    {
        "activity monitor", "app store", "calculator", "calendar", "console", "contacts",
        "dictionary", "disk utility", "facetime", "font book", "mail", "maps", "messages", "notes",
        "photos", "preview", "quicktime player", "reminders", "safari", "system preferences",
        "system settings", "terminal", "textedit", "time machine",
    }
)  # fmt: skip
"""Apps of macOS itself, by their names: each Mac has most of them, of whatever version it is."""
_WITNESSES = 2
_NO_YEARS = ("0001", "1970", "9999")
_ATTRIBUTES = ("Department", "Building", "Site", "Position")
_APP = {
    "name": ("Application Title", "App Name", "Application Name"),
    "identifier": ("Application Bundle ID", "App Identifier", "Bundle ID"),
    "version": ("Application Short Version", "App Short Version", "Application Version",
                "App Version"),
    "path": ("Application Path",),
}  # fmt: skip
_COMPUTER_MARKS = (
    "JSS Computer ID", "Jamf Pro Computer ID", "Last Check-in", "Last Inventory Update",
    "Operating System", "Managed", "Asset Tag", "Site",
)  # fmt: skip
_MOBILE_MARKS = (
    "JSS Mobile Device ID", "Jamf Pro Mobile Device ID", "OS Version", "iOS Version",
    "Last Inventory Update", "Username", "Email Address", "Group", "Supervised",
)  # fmt: skip
_LONG_TIME = "%A, %B %d %Y at %I:%M %p"
"""Without a zone, so it counts as UTC like every other such time."""


def is_jamf_table(head: Head) -> bool:
    """Tell a search or Jamf School's list by display fields that stand together."""
    names = set(head.columns)
    if {"DeviceUDID", "SerialNumber"} <= names and names.intersection(("OsVersion", "EnrollType")):
        return True
    if {"Computer Name", "Serial Number"} <= names:
        return len(names.intersection(_COMPUTER_MARKS)) >= 2
    return {"Display Name", "Serial Number"} <= names and (
        len(names.intersection(_MOBILE_MARKS)) >= 2
    )


@dataclass
class _Device:
    """The row of a device, and the cells of all its rows that say something of an app."""

    record: int
    row: Mapping[str, str]
    apps: list[dict[str, str]] = field(default_factory=list)
    is_partial: bool = False


def read_table(source: Source, staging: Staging) -> None:
    """Read devices with the rows that continue them.

    Raises:
        UnreadableError: where its cells stand under names that are not theirs.
    """
    columns = settle_columns(source)
    unread: list[str] = []
    unproven = 0
    for device in _join_rows(source, columns, staging):
        report = _make_report(device, source.head)
        unproven += bool(report.items and not report.listing)
        said = first_text(device.row, *_TIMES)
        if "reported_at" not in report.device and said and said[:4] not in _NO_YEARS:
            unread.append(said)
        add_report(source, device.record, report, staging)
    if unread:
        staging.warn_of_times(source.input_no, len(unread), unread[0])
    if unproven:
        staging.warn(
            source.path,
            f"lists apps of {unproven:,} {'device' if unproven == 1 else 'devices'} and may leave"
            " others out: a search with a criterion on apps may show no more than what meets it",
            "what is listed counts, what is not is unknown; export computers-inventory or"
            " mobile-devices/detail by Jamf's API instead",
        )


def _join_rows(source: Source, columns: Sequence[str], staging: Staging) -> Iterator[_Device]:
    """Yield each device; a record is a device's row with those that continue it."""
    device: _Device | None = None
    identities = [name for key in ("device_id", "serial", "udid", "name") for name in _DEVICE[key]]
    for number, row in _read_rows(source, columns, staging):
        if row is None:
            if device:
                device.is_partial = True  # the row that was lost may have been its own
            continue
        if any(row.get(name) for name in identities):
            if device:
                yield device
            device = _Device(number, row)
        if device is None:
            staging.records[source.input_no] += 1
            staging.reject(source, number, "continues a device, and none stands above it")
        elif app := _read_app(row):
            device.apps.append(app)
    if device:
        yield device


def _read_rows(
    source: Source, columns: Sequence[str], staging: Staging
) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    """Yield the rows by their numbers; None for one that was rejected."""
    head, lines = source.head, source.lines()
    next(lines, None)  # the header
    cut = source.cut
    grammar = Grammar(head.delimiter, len(head.columns), source.encoding)
    for record in split_records(lines, grammar, cut=cut):
        row = None
        reason = record.reason if isinstance(record, Fault) else ""
        if not isinstance(record, Fault):
            try:
                row = next(csv.reader([record.raw.decode()], delimiter=head.delimiter))
            except csv.Error as error:
                reason = str(error)
        if row is None:
            staging.records[source.input_no] += 1
            staging.reject(source, record.number, reason)
            cut = cut or (isinstance(record, Fault) and record.last)
            yield record.number, None
            continue
        cells = (_unquote(cell.strip()) for cell in row)
        yield record.number, dict(zip(columns, cells, strict=True))
    if cut:
        staging.mark_cut(source)


def _unquote(cell: str) -> str:
    """Return a number that was quoted so that a spreadsheet takes it for text."""
    return cell[1:] if cell[:1] == "'" and cell[1:].lstrip("-").isdecimal() else cell


def _read_app(row: Mapping[str, str]) -> dict[str, str]:
    app = {column: first_text(row, *names) for column, names in _APP.items()}
    return app if app["name"] or app["identifier"] else {}


def _make_report(device: _Device, head: Head) -> DeviceReport:
    row = device.row
    columns = {column: first_text(row, *names) for column, names in _DEVICE.items()}
    is_computer = "Computer Name" in head.columns
    model, system = first_text(row, "Model", "ModelName"), row.get("Operating System", "")
    platform = "macos" if is_computer else tell_platform(columns["model"] or model, "")
    columns |= {
        "os_version": version_number(columns["os_version"]),
        "platform": "windows" if "windows" in system.lower() else platform,
        "form": apple_form(columns["model"]) or apple_form(model),
        "ownership": read_ownership(
            first_text(row, "Device Ownership Type", "Device Ownership Level")
        ),
        "managed": flag(row, "Managed") or flag(row, "IsManaged"),
        "reported_at": next(filter(None, (_read_time(row, name) for name in _TIMES)), ""),
    }
    listing = {"app": "all"} if is_computer and _is_whole(device.apps) else {}
    kind = "macos_bundle" if is_computer else "ios_bundle"
    items = [
        filled(
            kind="app",
            identifier_type=kind if app["identifier"] else "",
            os_user=user_of_path(app["path"]),
            **app,
        )
        for app in device.apps
    ]
    attributes = {name.lower(): text(row, name) for name in _ATTRIBUTES if text(row, name)}
    columns = filled(**columns)
    return DeviceReport(columns, items, listing, attributes, partial=device.is_partial)


def _is_whole(apps: Sequence[Mapping[str, str]]) -> bool:
    """Tell the apps of a Mac from those that a search was for: some are on every Mac."""
    names = {app["name"].lower().removesuffix(".app") for app in apps}
    return len(names & _STOCK) >= _WITNESSES


def _read_time(row: Mapping[str, str], name: str) -> str:
    words = text(row, name)
    try:
        return datetime.strptime(words, _LONG_TIME).isoformat()
    except ValueError:
        return time(row, name)
