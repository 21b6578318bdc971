"""SimpleMDM: devices, and one device's apps."""

from __future__ import annotations

from collections.abc import Mapping

from policycheck.inventory.base import Facts
from policycheck.inventory.documents.values import (
    Section,
    apple_form,
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
    value = section(value, "data") or value  # one alone stands below it
    said = section(value, "attributes")
    if text(value, "type") != "device":
        return None
    model = text(said, "model_name")
    device = filled(
        device_id=raw_text(value, "id"),
        name=text(said, "device_name") or text(said, "name"),
        serial=text(said, "serial_number"),
        udid=text(said, "unique_identifier"),
        platform=tell_platform(model),
        form=apple_form(model),
        os_version=text(said, "os_version"),
        model=model,
        managed="true" if text(said, "status") == "enrolled" else "",
        reported_at=time(said, "last_seen_at"),
    )
    return DeviceReport(device)


def _read_app(value: Section) -> Mapping[str, str] | None:
    value = section(value, "data") or value  # one alone stands below it
    said = section(value, "attributes")
    if text(value, "type") != "installed_app":
        return None
    return filled(
        kind="app",
        name=text(said, "name"),
        identifier=text(said, "identifier"),
        version=raw_text(said, "short_version") or raw_text(said, "version"),
        installed_at=time(said, "discovered_at"),
    )


READER = ApiReader(
    "simplemdm",
    "SimpleMDM (devices, a device's apps; JSON)",
    "JSON with data of type device or installed_app and has_more",
    Facts(
        forms="json",
        reports="state",
        names_device="some",
        listing="app=managed",
        says="managed reported_at identifier name version",
    ),
    Api(
        marks(
            "data.type data.attributes.identifier data.attributes.discovered_at",
            "data.type data.attributes.device_name data.attributes.unique_identifier",
            "type attributes.identifier attributes.discovered_at",
            "type attributes.device_name attributes.unique_identifier",
        ),
        ["data"],
        _read_device,
        _read_app,
    ),
)
