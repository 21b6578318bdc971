"""Tanium: endpoints with their applications, and endpoints of Asset without."""

from __future__ import annotations

from policycheck.inventory.base import Facts
from policycheck.inventory.documents.values import (
    Section,
    entries,
    filled,
    first_text,
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
        device_id=raw_text(node, "computerID") or first_text(node, "computerId", "id"),
        name=first_text(node, "name", "computerName"),
        serial=text(node, "serialNumber"),
        platform=tell_platform(
            text(node, "os", "platform"),
            text(node, "os", "name"),
            text(node, "osPlatform"),
            text(node, "operatingSystem"),
        ),
        manufacturer=text(node, "manufacturer"),
        user_id=text(node, "userName"),
        reported_at=time(node, "eidLastSeen") or time(node, "updatedAt"),
    )
    items = [
        filled(kind="app", name=name, version=raw_text(app, "version"))
        for name, app in zip(names, apps, strict=True)
        if not name.startswith("TSE-Error")
    ]
    return DeviceReport(device, items, {"app": "all"} if items else {}, partial=failed)


READER = ApiReader(
    "tanium",
    "Tanium (endpoints with installed applications, Asset's endpoints; JSON)",
    "JSON with data.endpoints.edges or data.assetProductEndpoints.edges",
    Facts(
        forms="json",
        reports="state",
        names_device="yes",
        listing="app=all",
        says="user_id reported_at name version",
    ),
    Api(
        marks(
            "data.endpoints.edges.node.installedApplications",
            "data.assetProductEndpoints.edges.node.computerName",
        ),
        ["data.endpoints.edges", "data.assetProductEndpoints.edges"],
        _read_device,
    ),
)
