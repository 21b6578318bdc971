"""ManageEngine: Endpoint Central's computers and one computer's software; MDM's devices.

A missing value is written `--`. The apps of a mobile device come by another call, whose answer may
hold changes only, and nobody published one; they are not read.
"""

from __future__ import annotations

from collections.abc import Mapping

from policycheck.inventory.base import Facts
from policycheck.inventory.documents.values import (
    Section,
    filled,
    first_text,
    text,
    time,
    version_number,
)
from policycheck.inventory.formats.device_report import DeviceReport
from policycheck.inventory.formats.managers.reader import Api, ApiReader, marks
from policycheck.inventory.formats.managers.words import tell_platform

_OWNERS = {"1": "corporate", "2": "personal_enrolled"}


def _read_device(value: Section) -> DeviceReport | None:
    """Read a computer of Endpoint Central, or a device of MDM."""
    if "resource_id" in value:
        return DeviceReport(_read_computer(value))
    device = filled(
        device_id=text(value, "device_id"),
        name=text(value, "device_name"),
        serial=text(value, "serial_number"),
        udid=text(value, "udid"),
        platform=tell_platform(text(value, "model"), text(value, "platform_type")),
        os_version=text(value, "os_version"),
        model=text(value, "model"),
        ownership=_OWNERS.get(text(value, "owned_by"), ""),
        managed="false" if text(value, "is_removed") == "true" else "true",
        user_id=text(value, "user", "user_email") or text(value, "user", "user_name"),
    )
    return DeviceReport(device)


def _read_computer(value: Section) -> Mapping[str, str]:
    return filled(
        device_id=text(value, "resource_id"),
        name=first_text(value, "resource_name", "full_name"),
        platform=tell_platform(text(value, "os_platform_name"), text(value, "os_name")),
        os_version=version_number(text(value, "os_version")),
        managed="true",
        user_id=first_text(value, "owner_email_id", "owner"),
        reported_at=time(value, "last_contact_time"),
    )


def _read_app(value: Section) -> Mapping[str, str] | None:
    if "software_name" not in value:
        return None
    return filled(
        kind="app",
        name=text(value, "software_name"),
        version=text(value, "software_version"),
        publisher=text(value, "manufacturer_name"),
        installed_at=time(value, "installed_date"),
        path=text(value, "location"),
    )


READER = ApiReader(
    "manageengine",
    "ManageEngine (Endpoint Central's computers and software, MDM's devices; JSON)",
    "JSON with message_response of computers or installedsoftware, or devices with owned_by",
    Facts(
        forms="json",
        reports="state",
        names_device="some",
        listing="app=managed",
        says="user_id ownership managed reported_at name version publisher path",
    ),
    Api(
        marks(
            "message_response.computers.resource_id",
            "message_response.installedsoftware.software_name",
            "devices.device_id devices.owned_by devices.platform_type",
            "device_id owned_by platform_type",
            "resource_id resource_name agent_version",
        ),
        ["message_response.computers", "message_response.installedsoftware", "devices"],
        _read_device,
        _read_app,
    ),
)
