"""Microsoft Intune's exports: AppInvRawData (who has which app) and Devices.

AppInvRawData says nothing of ownership, serial number or check-in; the Devices export does. Where
both are among the inputs they are joined on the device's id. A device that stands in the Devices
export only is a device whose apps nobody listed.

Intune lists all apps of a corporate device and only the managed ones of a personal one
(Microsoft's documentation), so without a Devices export every list counts as `managed`.
`ApplicationKey` is a hash and identifies nothing outside Intune; items have names only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.formats.intune.devices import SYSTEM, load_devices
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.scanning import scan_tables
from policycheck.inventory.staging.table import Relation, Shape

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "intune"
SOURCE = SYSTEM
TITLE = "Microsoft Intune (AppInvRawData and Devices, CSV)"
LOOKS_FOR = "a table with ApplicationKey, ApplicationName and DeviceId, or Intune's Devices export"
FACTS = Facts(
    forms="table",
    reports="state",
    names_device="yes",
    listing="app=all",
    says="user_id ownership managed reported_at name version publisher",
)

_FAULT = (
    "CASE WHEN device_ref IS NULL THEN 'no DeviceId'"
    " WHEN name IS NULL THEN 'no ApplicationName' END"
)
_DEVICE_MARKS = (
    "ownership", "ownertype", "lastcontact", "lastcheck-in", "managedby", "managementagent",
    "compliance", "compliantstate", "primaryuserupn", "upn",
)  # fmt: skip


def squeeze(header: str) -> str:
    """Return a column's name as both spellings share it: `Device ID` and `DeviceId`."""
    return header.replace(" ", "").lower()


def claims(head: Head) -> bool:
    """Claim the exports with apps, by `ApplicationKey`, and those with devices."""
    names = {squeeze(name) for name in head.columns}
    if {"applicationkey", "applicationname"} <= names:
        return True
    marks = names.intersection(_DEVICE_MARKS)
    return {"deviceid", "devicename"} <= names and len(marks) >= 2 and "device_id" not in names


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read the app exports, then fill in and add what the device exports say."""
    apps, devices = [], []
    for source in sources:
        names = {squeeze(name) for name in source.head.columns}
        if "applicationkey" not in names:
            devices.append(source)
        elif "deviceid" in names:
            apps.append(source)
        else:
            error = UnreadableError(
                "is Intune's AppInvAggregate: it counts apps and names no device",
                "export AppInvRawData: Apps > Monitor > Discovered apps > Export, or an export"
                " job with that reportName",
            )
            staging.refuse(source.input_no, source.path, error)
    parts = scan_tables(apps, staging, _make_shape)
    load_devices(devices, parts, staging)


def _make_shape(head: Head, relation: Relation) -> tuple[Relation, Shape]:
    at = {squeeze(name): f"c{number}" for number, name in enumerate(head.columns)}
    version = [at[name] for name in ("applicationversion", "applicationshortversion") if name in at]
    device = {
        "device_id": "deviceid", "name": "devicename", "platform": "platform",
        "os_version": "osversion", "user_id": "emailaddress",
    }  # fmt: skip
    item = {"name": at["applicationname"]}
    if version:
        item["version"] = f"coalesce({', '.join(version)})" if len(version) > 1 else version[0]
    if "applicationpublisher" in at:
        item["publisher"] = at["applicationpublisher"]
    columns = {ours: at[theirs] for ours, theirs in device.items() if theirs in at}
    return relation, Shape(at["deviceid"], columns, item, part_fault=_FAULT)
