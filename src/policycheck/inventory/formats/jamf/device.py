"""What the Jamf Pro API says of a device.

A section that nobody asked for is null or absent. A Mac without a single app does not exist, so
of a computer an empty list, too, means that nobody listed them.
"""

from __future__ import annotations

from policycheck.inventory.documents.values import (
    Section,
    apple_form,
    entries,
    filled,
    find,
    first_text,
    flag,
    raw_text,
    section,
    text,
    time,
    version_number,
)
from policycheck.inventory.formats.device_report import DeviceReport
from policycheck.inventory.formats.jamf.apps import read_mac_apps, read_mobile_apps

OWNERSHIPS = {
    "institutional": "corporate", "corporate": "corporate",
    "accountdrivendeviceenrollment": "corporate",
    "personal": "personal_enrolled", "personaldeviceprofile": "personal_enrolled",
    "userenrollment": "personal_enrolled", "accountdrivenuserenrollment": "personal_enrolled",
}  # fmt: skip


def read_computer(value: object) -> DeviceReport:
    """Return a computer of `/api/v1|v2|v3/computers-inventory`."""
    general, hardware = section(value, "general"), section(value, "hardware")
    user = section(value, "userAndLocation")
    system = section(value, "operatingSystem")
    model = text(hardware, "modelIdentifier")
    device = filled(
        device_id=text(value, "id"),
        serial=text(hardware, "serialNumber"),
        udid=text(value, "udid"),
        name=text(general, "name"),
        platform=tell_computer(text(general, "platform"), text(system, "name")),
        form=apple_form(text(hardware, "model")) or apple_form(model),
        os_version=version_number(text(system, "version")),
        manufacturer=text(hardware, "make"),
        model=model or text(hardware, "model"),
        managed=flag(general, "remoteManagement", "managed"),
        user_id=first_text(user, "email", "emailAddress", "username"),
        reported_at=next(
            filter(None, (time(general, name) for name in _COMPUTER_TIMES)),
            "",
        ),
    )
    items = list(read_mac_apps(entries(value, "applications") or ()))
    attributes = {
        **_read_extensions(value, general),
        **filled(site=text(general, "site", "name")),
    }
    return DeviceReport(device, items, {"app": "all"} if items else {}, attributes)


_COMPUTER_TIMES = ("reportDate", "lastCheckIn", "lastContact", "lastContactTime")
_MOBILE_TIMES = ("lastInventoryUpdateDate", "lastInventoryUpdateTimestamp", "lastInventoryUpdate")


def read_mobile(value: object) -> DeviceReport:
    """Return a device of `/api/v2/mobile-devices/detail` or of one `/{id}/detail`.

    The list has sections, the single device has most of it at its top and its apps below `ios`.
    """
    general = section(value, "general") or section(value)
    hardware = section(value, "hardware") or section(value, "ios") or section(value)
    user = section(value, "userAndLocation") or section(value, "location") or section(value)
    model = first_text(hardware, "modelIdentifier", "model")
    ownership = read_ownership(
        first_text(general, "deviceOwnershipType", "deviceOwnershipLevel")
        or first_text(value, "deviceOwnershipType", "deviceOwnershipLevel")
    )
    platform = tell_platform(model, first_text(value, "deviceType", "type"))
    device = filled(
        device_id=first_text(value, "mobileDeviceId", "id"),
        serial=text(hardware, "serialNumber") or text(value, "serialNumber"),
        udid=text(general, "udid") or text(value, "udid"),
        name=first_text(general, "displayName", "name", "deviceName"),
        platform=platform,
        form=apple_form(model),
        os_version=version_number(text(general, "osVersion")),
        manufacturer="Apple" if platform in ("ios", "ipados") else "",
        model=model,
        ownership=ownership,
        managed=flag(general, "managed"),
        user_id=first_text(user, "emailAddress", "email", "username"),
        reported_at=next(filter(None, (time(general, name) for name in _MOBILE_TIMES)), ""),
    )
    apps = entries(value, "applications")
    if apps is None:
        apps = entries(value, "ios", "applications")
    attributes = {**_read_extensions(value, general), **filled(department=text(user, "department"))}
    return report_mobile(device, apps, attributes)


def report_mobile(
    device: dict[str, str], apps: list[Section] | None, attributes: dict[str, str]
) -> DeviceReport:
    """Return the report of a mobile device with its apps; None where nobody listed them.

    A personal enrolment shows managed apps only; so may one whose kind is not told.
    """
    is_whole = device.get("ownership") == "corporate"
    listing = {"app": "all" if is_whole else "managed"} if apps is not None else {}
    return DeviceReport(device, list(read_mobile_apps(apps or ())), listing, attributes)


def read_ownership(words: str) -> str:
    """Return our word for an ownership in any of Jamf's spellings."""
    return OWNERSHIPS.get(words.lower().replace(" ", "").replace("_", ""), "")


def tell_computer(*words: str) -> str:
    """Return the platform of a computer by what names it or its system."""
    said = " ".join(words).lower()
    if "mac" in said or "os x" in said:
        return "macos"
    return "windows" if "windows" in said else ""


def tell_platform(model: str, type_: str) -> str:
    """Return the platform of a mobile device by its model, else by its type."""
    form, system = apple_form(model), type_.lower()
    if form == "tablet":
        return "ipados"
    if form == "phone":
        return "ios"
    if system in ("ipados", "android"):
        return system
    if system == "ios" and not model:
        return "ios"
    return "other" if system in ("tvos", "watchos", "visionos", "appletv") else ""


def _read_extensions(value: object, general: object) -> dict[str, str]:
    """Return the extension attributes that have a value, by their names."""
    found = [*(entries(value, "extensionAttributes") or ())]
    if general is not value:
        found += entries(general, "extensionAttributes") or ()
    texts = {}
    for attribute in found:
        values = find(attribute, "values")
        words = [raw_text(word) for word in values] if isinstance(values, list) else []
        words = [*filter(None, [*words, raw_text(attribute, "value")])]
        if words and raw_text(attribute, "name"):
            texts[raw_text(attribute, "name")] = ", ".join(words)
    return texts
