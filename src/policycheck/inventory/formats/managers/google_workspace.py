"""Google Workspace: the mobile devices of its directory, and the Chrome devices."""

from __future__ import annotations

from policycheck.inventory.base import Facts
from policycheck.inventory.documents.values import (
    Section,
    entries,
    filled,
    find,
    raw_text,
    text,
    time,
    version_number,
)
from policycheck.inventory.formats.device_report import DeviceReport
from policycheck.inventory.formats.managers.reader import Api, ApiReader, marks
from policycheck.inventory.formats.managers.words import bundle_type, tell_platform


def _read_chrome_device(value: Section) -> DeviceReport:
    device = filled(
        device_id=text(value, "deviceId"),
        serial=text(value, "serialNumber"),
        platform="chromeos",
        os_version=version_number(text(value, "osVersion")),
        model=text(value, "model"),
        user_id=text(value, "annotatedUser"),
        reported_at=time(value, "lastSync"),
    )
    return DeviceReport(device, attributes=filled(status=text(value, "status")))


def _read_device(value: Section) -> DeviceReport | None:
    """Read a mobile device of Google's directory: its apps are those that touch Google's data."""
    if text(value, "kind") == "admin#directory#chromeosdevice":
        return _read_chrome_device(value)
    if text(value, "kind") not in ("", "admin#directory#mobiledevice"):
        return None
    system = text(value, "os")
    platform = tell_platform(system, text(value, "type"))
    addresses = find(value, "email")
    mails = (
        [mail for mail in addresses if isinstance(mail, str)] if isinstance(addresses, list) else []
    )
    own = [mail for mail in mails if not mail.endswith("test-google-a.com")]
    apps = entries(value, "applications") or []
    device = filled(
        device_id=text(value, "resourceId") or text(value, "deviceId"),
        serial=text(value, "serialNumber"),
        platform=platform,
        os_version=version_number(system) if system else "",
        model=text(value, "model"),
        user_id=own[0] if own else "",
        reported_at=time(value, "lastSync"),
    )
    items = [
        filled(
            kind="app",
            name=text(app, "displayName"),
            identifier=text(app, "packageName"),
            identifier_type=bundle_type(platform),
            version=raw_text(app, "versionName"),
        )
        for app in apps
    ]
    status = filled(status=text(value, "status"))
    return DeviceReport(device, items, {"app": "managed"} if items else {}, status)


READER = ApiReader(
    "google-workspace",
    "Google Workspace (mobile and Chrome devices, JSON)",
    "JSON with mobiledevices that have a resourceId, or chromeosdevices",
    Facts(
        forms="json",
        reports="state",
        names_device="yes",
        listing="app=managed",
        says="user_id reported_at identifier name version",
        identifiers="android_package",
    ),
    Api(
        marks(
            "mobiledevices.resourceId",
            "kind resourceId deviceId type status",
            "chromeosdevices.deviceId",
        ),
        ["mobiledevices", "chromeosdevices"],
        _read_device,
        empty=("kind", "admin#directory#mobiledevices"),
    ),
)
