"""Kandji, also called Iru: devices, one device's details, and one device's apps."""

from __future__ import annotations

from policycheck.inventory.base import Facts
from policycheck.inventory.documents.values import (
    Section,
    entries,
    filled,
    flag,
    raw_text,
    section,
    text,
    time,
    user_of_path,
    version_number,
)
from policycheck.inventory.formats.device_report import DeviceReport
from policycheck.inventory.formats.managers.reader import Api, ApiReader, marks
from policycheck.inventory.formats.managers.words import tell_platform


def _read_details(value: Section) -> DeviceReport:
    """Read one device's details, which stand in groups."""
    general, hardware = section(value, "general"), section(value, "hardware_overview")
    user = section(general, "assigned_user")
    device = filled(
        device_id=text(general, "device_id"),
        name=text(general, "device_name"),
        serial=text(hardware, "serial_number"),
        udid=text(hardware, "udid"),
        platform=tell_platform(text(general, "platform")),
        os_version=version_number(text(general, "os_version")),
        model=text(hardware, "model_identifier") or text(general, "model"),
        managed=flag(value, "mdm", "mdm_enabled"),
        user_id=text(user, "email") or text(user, "name"),
        reported_at=time(value, "mdm", "last_check_in"),
    )
    return DeviceReport(device)


def _read_device(value: Section) -> DeviceReport | None:
    """Read a device, or a device's apps: those name it by its id only."""
    if section(value, "general"):
        return _read_details(value)
    apps = entries(value, "apps")
    platform = tell_platform(text(value, "platform"))
    user = section(value, "user")
    device = filled(
        device_id=text(value, "device_id"),
        name=text(value, "device_name"),
        serial=text(value, "serial_number"),
        platform=platform,
        os_version=version_number(text(value, "os_version")),
        model=text(value, "model"),
        managed="true",
        user_id=text(user, "email") or text(user, "name"),
        reported_at=time(value, "last_check_in"),
    )
    items = [
        filled(
            kind="app",
            name=text(app, "app_name"),
            identifier=text(app, "bundle_id"),
            identifier_type="macos_bundle" if text(app, "path").startswith("/") else "",
            version=raw_text(app, "version"),
            path=text(app, "path"),
            os_user=user_of_path(text(app, "path")),
        )
        for app in apps or ()
    ]
    return DeviceReport(device, items, {"app": "all"} if items else {})


READER = ApiReader(
    "kandji",
    "Kandji / Iru (devices, a device's details, a device's apps; JSON)",
    "JSON with device_id and apps that have app_name, or devices with last_check_in",
    Facts(
        forms="json",
        reports="state",
        names_device="yes",
        listing="app=all",
        says="user_id managed reported_at identifier name version path os_user",
        identifiers="macos_bundle",
    ),
    Api(
        marks(
            "device_id apps.app_name",
            "device_id device_name serial_number last_check_in",
            "general.device_id general.device_name mdm.mdm_enabled",
        ),
        [],
        _read_device,
    ),
)
