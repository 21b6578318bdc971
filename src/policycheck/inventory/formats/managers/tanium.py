"""Tanium: endpoints with their applications."""

from __future__ import annotations

from policycheck.inventory.base import Facts
from policycheck.inventory.documents.values import (
    Section,
    entries,
    filled,
    raw_text,
    section,
    text,
    time,
)
from policycheck.inventory.formats.device_report import DeviceReport
from policycheck.inventory.formats.managers.reader import Api, ApiReader, marks
from policycheck.inventory.formats.managers.words import tell_platform


def _read_device(value: Section) -> DeviceReport | None:
    """Read an endpoint; a sensor's error stands in the place of an app's name."""
    node = section(value, "node")
    apps = entries(node, "installedApplications") or []
    names = [text(app, "name") for app in apps]
    failed = any(name.startswith("TSE-Error") for name in names)
    device = filled(
        device_id=raw_text(node, "computerID") or text(node, "id"),
        name=text(node, "name"),
        serial=text(node, "serialNumber"),
        platform=tell_platform(text(node, "os", "platform"), text(node, "os", "name")),
        reported_at=time(node, "eidLastSeen"),
    )
    items = [
        filled(kind="app", name=name, version=raw_text(app, "version"))
        for name, app in zip(names, apps, strict=True)
        if not name.startswith("TSE-Error")
    ]
    return DeviceReport(device, items, {"app": "all"} if items else {}, partial=failed)


READER = ApiReader(
    "tanium",
    "Tanium (endpoints with installed applications, JSON)",
    "JSON with data.endpoints.edges",
    Facts(
        forms="json",
        reports="state",
        names_device="yes",
        listing="app=all",
        says="reported_at name version",
    ),
    Api(
        marks("data.endpoints.edges.node.installedApplications"),
        ["data.endpoints.edges"],
        _read_device,
    ),
)
