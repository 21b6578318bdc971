"""What Jamf's classic API says of a device, in XML or JSON."""

from __future__ import annotations

from policycheck.inventory.documents.values import (
    apple_form,
    filled,
    find,
    first_text,
    flag,
    section,
    text,
    time,
    version_number,
)
from policycheck.inventory.formats.device_report import DeviceReport
from policycheck.inventory.formats.jamf.apps import read_classic_list, read_mac_apps
from policycheck.inventory.formats.jamf.device import (
    read_ownership,
    report_mobile,
    tell_computer,
    tell_platform,
)

_CLASSIC_TIMES = (
    "report_date_utc", "last_inventory_update_utc", "last_contact_time_utc", "report_date",
)  # fmt: skip


def read_classic_computer(value: object) -> DeviceReport:
    """Return a computer of the classic API, alone or from a list without apps."""
    general = section(value, "general") or section(value)
    hardware = section(value, "hardware")
    user = section(value, "location") or section(value)
    model = first_text(hardware, "model_identifier", "model") or text(value, "model")
    device = filled(
        device_id=text(general, "id"),
        serial=text(general, "serial_number"),
        udid=text(general, "udid"),
        name=text(general, "name"),
        platform=tell_computer(text(hardware, "os_name"), text(general, "platform")),
        form=apple_form(text(hardware, "model")) or apple_form(model),
        os_version=version_number(text(hardware, "os_version")),
        manufacturer=text(hardware, "make"),
        model=model,
        managed=flag(general, "remote_management", "managed") or flag(general, "managed"),
        user_id=first_text(user, "email_address", "username"),
        reported_at=next(filter(None, (time(general, name) for name in _CLASSIC_TIMES)), ""),
    )
    items = list(read_mac_apps(read_classic_list(find(value, "software", "applications")) or ()))
    attributes = filled(department=text(user, "department"), site=text(general, "site", "name"))
    return DeviceReport(device, items, {"app": "all"} if items else {}, attributes)


def read_classic_mobile(value: object) -> DeviceReport:
    """Return a mobile device of the classic API, alone or from a list without apps."""
    general = section(value, "general") or section(value)
    user = section(value, "location") or section(value)
    model = first_text(general, "model_identifier", "model")
    device = filled(
        device_id=text(general, "id"),
        serial=text(general, "serial_number"),
        udid=text(general, "udid"),
        name=first_text(general, "display_name", "device_name", "name"),
        platform=tell_platform(model, text(general, "os_type")),
        form=apple_form(model),
        os_version=version_number(text(general, "os_version")),
        model=model,
        ownership=read_ownership(text(general, "device_ownership_level")),
        managed=flag(general, "managed"),
        user_id=first_text(user, "email_address", "username"),
        reported_at=time(general, "last_inventory_update_utc"),
    )
    apps = read_classic_list(find(value, "applications"))
    return report_mobile(device, apps, filled(department=text(user, "department")))
