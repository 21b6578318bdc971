"""Device managers whose answers are read by their interface: one function and one line each."""

from __future__ import annotations

from collections.abc import Mapping

from policycheck.inventory.documents.values import (
    Section,
    apple_form,
    entries,
    filled,
    find,
    flag,
    raw_text,
    section,
    text,
    time,
    user_of_path,
    version_number,
)
from policycheck.inventory.formats.device_report import DeviceReport
from policycheck.inventory.formats.managers.reader import Api, ApiReader
from policycheck.inventory.formats.managers.words import bundle_type, tell_owner, tell_platform


def _marks(*sets: str) -> list[frozenset[str]]:
    return [frozenset(paths.split()) for paths in sets]


def _read_workspace_one(value: Section) -> DeviceReport | None:
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


def _read_workspace_one_app(value: Section) -> Mapping[str, str] | None:
    if "bundle_id" not in value:
        return None
    return filled(
        kind="app",
        name=text(value, "name"),
        identifier=text(value, "bundle_id"),
        version=raw_text(value, "installed_version"),
    )


def _read_kandji(value: Section) -> DeviceReport | None:
    """Read a device, or a device's apps: those name it by its id only."""
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


def _read_simplemdm(value: Section) -> DeviceReport | None:
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


def _read_simplemdm_app(value: Section) -> Mapping[str, str] | None:
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


def _read_google_mobile(value: Section) -> DeviceReport | None:
    """Read a mobile device of Google's directory: its apps are those that touch Google's data."""
    if text(value, "kind") not in ("", "admin#directory#mobiledevice"):
        return None
    system = text(value, "os")
    platform = tell_platform(system, text(value, "type"))
    addresses = find(value, "email")
    mails = (
        [mail for mail in addresses if isinstance(mail, str)] if isinstance(addresses, list) else []
    )
    own = [mail for mail in mails if not mail.endswith("test-google-a.com")]
    apps = entries(value, "applications") or []
    device = filled(
        device_id=text(value, "resourceId") or text(value, "deviceId"),
        serial=text(value, "serialNumber"),
        platform=platform,
        os_version=version_number(system) if system else "",
        model=text(value, "model"),
        user_id=own[0] if own else "",
        reported_at=time(value, "lastSync"),
    )
    items = [
        filled(
            kind="app",
            name=text(app, "displayName"),
            identifier=text(app, "packageName"),
            identifier_type=bundle_type(platform),
            version=raw_text(app, "versionName"),
        )
        for app in apps
    ]
    status = filled(status=text(value, "status"))
    return DeviceReport(device, items, {"app": "managed"} if items else {}, status)


def _read_cloud_identity(value: Section) -> DeviceReport | None:
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


def _read_tanium(value: Section) -> DeviceReport | None:
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


def _read_hexnode(value: Section) -> DeviceReport | None:
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


API_READERS = (
    ApiReader(
        "workspace-one",
        "Workspace ONE UEM (devices, a device's apps; JSON)",
        "JSON with Devices, Page and Total, or app_items with bundle_id",
        Api(
            _marks("Devices.DeviceFriendlyName Devices.SerialNumber", "app_items.bundle_id"),
            ["Devices", "app_items"],
            _read_workspace_one,
            _read_workspace_one_app,
        ),
    ),
    ApiReader(
        "kandji",
        "Kandji / Iru (devices, a device's apps; JSON)",
        "JSON with device_id and apps that have app_name, or devices with last_check_in",
        Api(
            _marks("device_id apps.app_name", "device_id device_name serial_number last_check_in"),
            [],
            _read_kandji,
        ),
    ),
    ApiReader(
        "simplemdm",
        "SimpleMDM (devices, a device's apps; JSON)",
        "JSON with data of type device or installed_app and has_more",
        Api(
            _marks(
                "data.type data.attributes.identifier data.attributes.discovered_at",
                "data.type data.attributes.device_name data.attributes.unique_identifier",
            ),
            ["data"],
            _read_simplemdm,
            _read_simplemdm_app,
        ),
    ),
    ApiReader(
        "google-workspace",
        "Google Workspace (mobile devices, JSON)",
        "JSON with mobiledevices that have a resourceId",
        Api(_marks("mobiledevices.resourceId"), ["mobiledevices"], _read_google_mobile),
    ),
    ApiReader(
        "cloud-identity",
        "Google Cloud Identity (devices, JSON)",
        "JSON with devices that have ownerType and deviceType",
        Api(_marks("devices.ownerType devices.deviceType"), ["devices"], _read_cloud_identity),
    ),
    ApiReader(
        "tanium",
        "Tanium (endpoints with installed applications, JSON)",
        "JSON with data.endpoints.edges",
        Api(
            _marks("data.endpoints.edges.node.installedApplications"),
            ["data.endpoints.edges"],
            _read_tanium,
        ),
    ),
    ApiReader(
        "hexnode",
        "Hexnode (devices, JSON)",
        "JSON with results that have device_name, os_name and last_reported",
        Api(
            _marks("results.device_name results.os_name results.last_reported"),
            ["results"],
            _read_hexnode,
        ),
    ),
)
