"""Workspace ONE UEM: devices of the search, and one device's apps."""

from __future__ import annotations

import re
from collections.abc import Mapping

from policycheck.inventory.base import Facts
from policycheck.inventory.documents.values import (
    Section,
    apple_form,
    filled,
    raw_text,
    text,
    time,
)
from policycheck.inventory.formats.device_report import DeviceReport
from policycheck.inventory.formats.managers.reader import Api, ApiReader, marks
from policycheck.inventory.formats.managers.words import tell_owner, tell_platform


def _read_device(value: Section) -> DeviceReport | None:
    """Read a device of Workspace ONE's search; it has no apps."""
    owner = text(value, "Ownership")
    device = filled(
        device_id=text(value, "Id", "Value") or text(value, "Uuid"),
        name=text(value, "DeviceReportedName") or text(value, "DeviceFriendlyName"),
        serial=text(value, "SerialNumber"),
        udid=text(value, "Udid"),
        platform=tell_platform(text(value, "Platform"), text(value, "Model")),
        form=apple_form(text(value, "Model")),
        os_version=text(value, "OperatingSystem"),
        model=text(value, "Model"),
        ownership=tell_owner(owner),
        managed="true" if text(value, "EnrollmentStatus") == "Enrolled" else "",
        user_id=text(value, "UserEmailAddress") or text(value, "UserName"),
        reported_at=time(value, "LastSeen"),
    )
    return DeviceReport(device)


def _read_app(value: Section) -> Mapping[str, str] | None:
    """Read an app; one that is only assigned, or was removed, is no item. Yet one to be removed."""
    if "bundle_id" not in value:
        return None
    if re.match(
        r"not|removed|uninstalled|pending ?(install|release)",
        text(value, "installed_status").lower(),
    ):
        return {}
    return filled(
        kind="app",
        name=text(value, "name"),
        identifier=text(value, "bundle_id"),
        version=raw_text(value, "installed_version"),
    )


READER = ApiReader(
    "workspace-one",
    "Workspace ONE UEM (devices, a device's apps; JSON)",
    "JSON with Devices, Page and Total, or app_items with bundle_id",
    Facts(
        forms="json",
        reports="state",
        names_device="some",
        listing="app=managed",
        says="user_id ownership managed reported_at identifier name version",
    ),
    Api(
        marks(
            "Devices.DeviceFriendlyName Devices.SerialNumber",
            "Devices Page PageSize Total",
            "app_items.bundle_id",
            "DeviceFriendlyName SerialNumber",
            "bundle_id installed_version",
        ),
        ["Devices", "app_items"],
        _read_device,
        _read_app,
    ),
)
