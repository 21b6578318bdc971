"""Google Cloud Identity: devices, without their apps."""

from __future__ import annotations

from policycheck.inventory.base import Facts
from policycheck.inventory.documents.values import (
    Section,
    filled,
    text,
    time,
    version_number,
)
from policycheck.inventory.formats.device_report import DeviceReport
from policycheck.inventory.formats.managers.reader import Api, ApiReader, marks
from policycheck.inventory.formats.managers.words import tell_owner, tell_platform


def _read_device(value: Section) -> DeviceReport | None:
    device = filled(
        device_id=text(value, "deviceId") or text(value, "name"),
        serial=text(value, "serialNumber"),
        platform=tell_platform(text(value, "deviceType").replace("_", "")),
        os_version=version_number(text(value, "osVersion")),
        manufacturer=text(value, "manufacturer"),
        model=text(value, "model"),
        ownership=tell_owner(text(value, "ownerType")),
        reported_at=time(value, "lastSyncTime"),
    )
    return DeviceReport(device)


READER = ApiReader(
    "cloud-identity",
    "Google Cloud Identity (devices, JSON)",
    "JSON with devices that have ownerType and deviceType",
    Facts(
        forms="json",
        reports="state",
        names_device="yes",
        listing="",
        says="ownership reported_at",
    ),
    Api(
        marks("devices.ownerType devices.deviceType", "ownerType deviceType lastSyncTime"),
        ["devices"],
        _read_device,
    ),
)
