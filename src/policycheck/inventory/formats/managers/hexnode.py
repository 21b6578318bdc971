"""Hexnode: devices, without their apps."""

from __future__ import annotations

from policycheck.inventory.base import Facts
from policycheck.inventory.documents.values import (
    Section,
    filled,
    flag,
    raw_text,
    text,
    time,
)
from policycheck.inventory.formats.device_report import DeviceReport
from policycheck.inventory.formats.managers.reader import Api, ApiReader, marks
from policycheck.inventory.formats.managers.words import tell_platform


def _read_device(value: Section) -> DeviceReport | None:
    device = filled(
        device_id=raw_text(value, "id"),
        name=text(value, "device_name"),
        serial=text(value, "serial_number"),
        udid=text(value, "udid"),
        platform=tell_platform(text(value, "os_name")),
        os_version=text(value, "os_version"),
        model=text(value, "model_name"),
        user_id=text(value, "user", "email") or text(value, "user", "name"),
        managed=flag(value, "enrolled"),
        reported_at=time(value, "last_reported"),
    )
    return DeviceReport(device)


READER = ApiReader(
    "hexnode",
    "Hexnode (devices, JSON)",
    "JSON with results that have device_name, os_name and last_reported",
    Facts(
        forms="json",
        reports="state",
        names_device="yes",
        listing="",
        says="user_id reported_at",
    ),
    Api(
        marks(
            "results.device_name results.os_name results.last_reported",
            "device_name os_name last_reported",
        ),
        ["results"],
        _read_device,
    ),
)
