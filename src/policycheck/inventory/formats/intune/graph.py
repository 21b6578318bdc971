"""Microsoft Graph's answers on Intune devices, with their apps where those were asked for.

`managedDevices` lists devices; only `?$expand=detectedApps` on one device gives its apps. Where
both are among the inputs, the answer with apps is the device's report. As in Intune's exports,
all apps of a corporate device are listed and only the managed ones of a personal one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.documents.json_document import (
    ENVELOPE,
    Element,
    read_elements,
    split_document,
)
from policycheck.inventory.documents.values import (
    Section,
    apple_form,
    entries,
    filled,
    find,
    first_text,
    raw_text,
    section,
    text,
    time,
    version_number,
)
from policycheck.inventory.formats.device_report import DeviceReport, add_report
from policycheck.inventory.formats.pages import Chain
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "intune-graph"
SOURCE = "intune"
TITLE = "Microsoft Intune (Graph managedDevices with detectedApps, JSON)"
LOOKS_FOR = "JSON from Graph's deviceManagement/managedDevices, or with managedDeviceOwnerType"
FACTS = Facts(
    forms="json",
    reports="state",
    names_device="yes",
    listing="app=all",
    says="user_id ownership managed reported_at name version publisher",
)

_LISTS = ("value", "responses")
_DEVICE_KEYS = ("managedDeviceOwnerType", "managedDeviceName", "azureADDeviceId", "managementAgent")
_OWNERSHIPS = {
    "company": "corporate", "corporate": "corporate", "personal": "personal_enrolled",
}  # fmt: skip
_PLATFORMS = (
    ("ipados", "ipados"), ("ios", "ios"), ("iphone", "ios"), ("mac", "macos"),
    ("windows", "windows"), ("android", "android"), ("linux", "linux"), ("ubuntu", "linux"),
    ("chrome", "chromeos"),
)  # fmt: skip
_AGENTS = ("mdm", "intune", "configurationmanager", "googlecloud")


def claims(head: Head) -> bool:
    """Claim by Graph's context, or by fields that only a managed device has."""
    if head.form != "json":
        return False
    context = "@odata.context" in head.keys and any(
        f"deviceManagement/{name}" in head.start for name in ("managedDevices", "detectedApps")
    )
    paths = set(head.paths)
    return context or any(
        f"{above}deviceName" in paths and any(f"{above}{key}" in paths for key in _DEVICE_KEYS)
        for above in ("", "value.", "responses.body.")
    )


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read every source; a device with apps in one of them is left out of the others."""
    with_apps = _find_devices_with_apps(sources) if len(sources) > 1 else frozenset()
    chain = Chain()
    for source in sources:
        try:
            for envelope, count in _read_one(source, with_apps, staging):
                total = text(envelope, "@odata.count")
                known = int(total) if total.isdecimal() and len(total) < 12 else 0
                chain.add(source, count, known, text(envelope, "@odata.nextLink"))
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)
    chain.warn(staging)


def _find_devices_with_apps(sources: Sequence[Source]) -> frozenset[str]:
    found: set[str] = set()
    for source in sources:
        with suppress(UnreadableError):  # it is told when the source is read
            devices = map(_unwrap, split_document(source, _LISTS))
            found.update(text(each, "id") for each in devices if entries(each, "detectedApps"))
    return frozenset(found)


def _unwrap(element: Element) -> Section:
    if element.where == "responses":
        return section(element.value, "body")
    return section(element.value) if element.where != ENVELOPE else {}


def _read_one(
    source: Source, with_apps: frozenset[str], staging: Staging
) -> Iterator[tuple[Section, int]]:
    """Add the devices of a source; yield the envelopes of its lists with the lists' lengths."""
    count = 0
    for element in read_elements(source, staging, _LISTS):
        if element.where == ENVELOPE:
            envelope = section(element.value)
            if "responses" not in source.head.keys:
                yield envelope, count
            count = 0
            continue
        count += 1
        device = _unwrap(element)
        _check_device(device)
        if not entries(device, "detectedApps") and text(device, "id") in with_apps:
            staging.records[source.input_no] += 1  # its apps stand in another input
            continue
        add_report(source, element.record, _make_report(device), staging)


def _check_device(device: Section) -> None:
    """Check that it is a device.

    Raises:
        UnreadableError: where it is an app of the whole tenant.
    """
    if "deviceCount" in device and "deviceName" not in device:
        raise UnreadableError(
            "is Graph's list of detected apps: it counts apps and names no device",
            "ask for managedDevices/{id}?$expand=detectedApps, or export AppInvRawData",
        )


def _make_report(device: Section) -> DeviceReport:
    apps = entries(device, "detectedApps")
    platform = _read_platform(device)
    ownership = first_text(device, "managedDeviceOwnerType", "ownerType").lower()
    agent = text(device, "managementAgent").lower()
    is_managed = bool(apps) or any(word in agent for word in _AGENTS)
    columns = filled(
        device_id=text(device, "id"),
        serial=text(device, "serialNumber"),
        udid=text(device, "udid"),
        name=first_text(device, "deviceName", "managedDeviceName"),
        platform=platform,
        form=apple_form(text(device, "model")),
        os_version=version_number(text(device, "osVersion")),
        manufacturer=text(device, "manufacturer"),
        model=text(device, "model"),
        ownership=_OWNERSHIPS.get(ownership, ""),
        managed="true" if is_managed else "",
        user_id=first_text(device, "userPrincipalName", "emailAddress"),
        reported_at=time(device, "lastSyncDateTime"),
    )
    listing = {}
    if apps or (apps is not None and platform in ("ios", "ipados")):
        listing = {"app": "all" if columns.get("ownership") == "corporate" else "managed"}
    items = [_read_app(app) for app in apps or ()]
    attributes = filled(management_state=text(device, "managementState"))
    has_more = find(device, "detectedApps@odata.nextLink") is not None
    return DeviceReport(columns, items, listing, attributes, partial=has_more)


def _read_platform(device: Section) -> str:
    if apple_form(text(device, "model")) == "tablet":
        return "ipados"
    system = text(device, "operatingSystem").lower()
    return next((ours for start, ours in _PLATFORMS if system.startswith(start)), "")


def _read_app(app: Section) -> dict[str, str]:
    return filled(
        kind="app",
        name=raw_text(app, "displayName"),
        version=text(app, "version"),
        publisher=text(app, "publisher"),
    )
