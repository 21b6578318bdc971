"""Addigy: devices as lists of facts, whose keys are words for people; apps are not among them."""

from __future__ import annotations

from policycheck.inventory.base import Facts
from policycheck.inventory.documents.values import (
    Section,
    apple_form,
    filled,
    first_text,
    text,
    time,
    version_number,
)
from policycheck.inventory.formats.device_report import DeviceReport
from policycheck.inventory.formats.managers.reader import Api, ApiReader
from policycheck.inventory.formats.managers.words import tell_platform


def _read_device(value: Section) -> DeviceReport | None:
    model = first_text(value, "Device Model Name", "Hardware Model")
    device = filled(
        device_id=text(value, "agentid"),
        name=text(value, "Device Name"),
        serial=text(value, "Serial Number"),
        udid=first_text(value, "UDID", "Mac UUID"),
        platform=tell_platform(model, text(value, "OS Platform")) or "macos",
        form=apple_form(model),
        os_version=version_number(first_text(value, "OS Version", "System Version")),
        manufacturer="Apple",
        model=model,
        user_id=text(value, "Current User"),
        reported_at=time(value, "Last Online"),
    )
    return DeviceReport(device)


READER = ApiReader(
    "addigy",
    "Addigy (devices, JSON)",
    "JSON with agentid and Serial Number",
    Facts(
        forms="json",
        reports="state",
        names_device="yes",
        listing="",
        says="user_id reported_at",
    ),
    Api([frozenset(("agentid", "Serial Number"))], [], _read_device),
)
