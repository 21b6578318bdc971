"""Fleet's hosts report (CSV): devices without their software."""

from __future__ import annotations

from policycheck.inventory.base import Head
from policycheck.inventory.formats.fleet.host import LINUX, PLATFORMS
from policycheck.inventory.staging.columns import list_words
from policycheck.inventory.staging.table import Relation, Shape

_COLUMNS = {
    "device_id": ("id",),
    "serial": ("hardware_serial",),
    "udid": ("uuid",),
    "name": ("computer_name", "display_name", "hostname"),
    "platform": ("platform",),
    "os_version": ("os_version",),
    "manufacturer": ("hardware_vendor",),
    "model": ("hardware_model",),
    "reported_at": ("detail_updated_at", "seen_time"),
}
_PLATFORM = (
    "CASE "
    + " ".join(f"WHEN platform = '{theirs}' THEN '{ours}'" for theirs, ours in PLATFORMS.items())
    + f" WHEN platform IN {list_words(LINUX)} THEN 'linux' END"
)
_REPORTED = "CASE WHEN TRY_CAST(reported_at AS TIMESTAMPTZ) IS NOT NULL THEN reported_at END"
_NEVER = "2000-01-01T00:00:00Z"
_KERNEL = "nullif(regexp_extract(os_version, '10[.]0[.][0-9.]+'), '')"
_NUMBERS = "nullif(regexp_extract(os_version, '[0-9]+([.][0-9]+)*'), '')"
_VERSION = f"coalesce({_KERNEL}, {_NUMBERS}, os_version)"


def is_hosts_report(head: Head) -> bool:
    """Tell Fleet's hosts report by its columns."""
    return {"hostname", "uuid", "osquery_version", "hardware_serial"} <= set(head.columns)


def make_shape(head: Head, relation: Relation) -> tuple[Relation, Shape]:
    """Return how the report's columns become ours."""
    at = {name: f"nullif(trim(c{number}), '')" for number, name in enumerate(head.columns)}
    for name in _COLUMNS["reported_at"]:
        if name in at:
            at[name] = f"nullif({at[name]}, '{_NEVER}')"
    device = {
        ours: f"coalesce({', '.join(at[name] for name in theirs if name in at)}, NULL)"
        for ours, theirs in _COLUMNS.items()
        if any(name in at for name in theirs)
    }
    device["source"] = "'fleet roster'"
    refined = {"platform": _PLATFORM, "reported_at": _REPORTED, "os_version": _VERSION}
    refined = {name: sql for name, sql in refined.items() if name in device}
    ref = f"coalesce({at.get('id', 'NULL')}, {at['uuid']}, {at['hardware_serial']})"
    fault = "CASE WHEN device_ref IS NULL THEN 'names no device: no id, uuid or serial' END"
    return relation, Shape(ref, device, {}, refined=refined, part_fault=fault, bare="true")
