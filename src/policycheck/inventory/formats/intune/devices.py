"""Intune's Devices export: what it adds to the app lists, and the devices without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from policycheck.inventory.base import ROSTER, Head, Source
from policycheck.inventory.staging.columns import DEVICE_TEXTS, NO_VALUE, list_words
from policycheck.inventory.staging.scanning import scan_tables
from policycheck.inventory.staging.table import Relation, Shape

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from policycheck.inventory.staging.area import Staging

SYSTEM = "intune"
_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "device_id": ("deviceid",),
        "name": ("devicename",),
        "serial": ("serialnumber",),
        "platform": ("os", "devicetype"),
        "os_version": ("osversion",),
        "manufacturer": ("manufacturer",),
        "model": ("model",),
        "ownership": ("ownership", "ownertype"),
        "managed": ("managedby", "managementagent"),
        "user_id": ("upn", "primaryuserupn", "userprincipalname", "useremail",
                    "primaryuseremailaddress"),
        "reported_at": ("lastcontact", "lastcheck-in"),
    }
)  # fmt: skip
"""Our column -> the export's, squeezed; of several the first that is filled counts."""

_PLATFORM = """CASE
    WHEN {model} ILIKE 'ipad%' OR {platform} ILIKE 'ipados%' THEN 'ipados'
    WHEN {platform} ILIKE 'windows%' THEN 'windows'
    WHEN {platform} ILIKE 'ios%' OR {platform} ILIKE 'iphone%' THEN 'ios'
    WHEN {platform} ILIKE 'mac%' THEN 'macos'
    WHEN {platform} ILIKE 'android%' THEN 'android'
    WHEN {platform} ILIKE 'linux%' OR {platform} ILIKE 'ubuntu%' THEN 'linux'
    WHEN {platform} ILIKE 'chrome%' THEN 'chromeos' END"""
_FORM = """CASE
    WHEN model ILIKE 'iphone%' THEN 'phone'
    WHEN model ILIKE 'ipad%' THEN 'tablet'
    WHEN model ILIKE 'macbook%' THEN 'laptop'
    WHEN model ILIKE 'imac%' OR model ILIKE 'mac mini%' OR model ILIKE 'macmini%'
        OR model ILIKE 'mac studio%' OR model ILIKE 'mac pro%' THEN 'desktop' END"""
"""Only where the model leaves no doubt: a Windows device may be anything."""
_OWNERSHIP = """CASE lower(ownership)
    WHEN 'company' THEN 'corporate' WHEN 'corporate' THEN 'corporate' WHEN '1' THEN 'corporate'
    WHEN 'personal' THEN 'personal_enrolled' WHEN '2' THEN 'personal_enrolled' END"""
"""The numbers are those of Graph's managedDeviceOwnerType: an export job that adds localised
columns (`OwnerType_loc`) leaves them in the others."""
_MANAGED = """CASE
    WHEN managed ILIKE '%mdm%' OR managed ILIKE '%intune%' OR managed ILIKE '%co-managed%'
        OR managed ILIKE '%configmgr%' OR managed ILIKE '%googlecloud%' THEN 'true' END"""
ALL_APPS, MANAGED_APPS = "'app=all'", "'app=managed'"
_REPORTED = "CASE WHEN TRY_CAST(reported_at AS TIMESTAMPTZ) IS NOT NULL THEN reported_at END"
_TRANSLATED: Mapping[str, str] = MappingProxyType(
    {
        "platform": _PLATFORM.format(platform="platform", model="model"),
        "form": _FORM,
        "ownership": _OWNERSHIP,
        "managed": _MANAGED,
        "reported_at": _REPORTED,
    }
)


def load_devices(sources: Sequence[Source], parts: Sequence[int], staging: Staging) -> None:
    """Join the devices of these exports to the parts, and keep those that no part names.

    A device that several exports name is taken from the one with its latest check-in. One that no
    part names is an entry in Intune's roster.
    """
    con = staging.con
    found = scan_tables(sources, staging, _make_shape)
    in_apps, in_exports = (f"part IN ({', '.join(map(str, [*of, -1]))})" for of in (parts, found))
    _warn_of_times(found, staging)
    _drop_older(con, in_exports)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE intune_device AS WITH known AS (SELECT * REPLACE"
        f" ({', '.join(f'{sql} AS {name}' for name, sql in _TRANSLATED.items())})"
        f" FROM staged_device WHERE {in_exports})"
        f" SELECT * FROM staged_device WHERE NOT {in_apps} AND NOT {in_exports}"
        f" UNION ALL SELECT app.* REPLACE ({_fill_in()}) FROM staged_device AS app"
        f" LEFT JOIN known ON known.device_id = app.device_id WHERE app.{in_apps}"
        f" UNION ALL SELECT * REPLACE ('{SYSTEM}{ROSTER}' AS source) FROM known"
        f" WHERE device_id NOT IN (SELECT device_id FROM staged_device WHERE {in_apps})"
    )
    con.execute("DROP TABLE staged_device")
    con.execute("ALTER TABLE intune_device RENAME TO staged_device")


def _drop_older(con: DuckDBPyConnection, in_exports: str) -> None:
    con.execute(
        "DELETE FROM staged_device WHERE rowid IN (SELECT rowid FROM staged_device"
        f" WHERE {in_exports} QUALIFY row_number() OVER (PARTITION BY device_id ORDER BY"
        " TRY_CAST(reported_at AS TIMESTAMPTZ) DESC NULLS LAST, input_no, record) > 1)"
    )


def _warn_of_times(parts: Sequence[int], staging: Staging) -> None:
    """Say which exports have times that somebody's spreadsheet program wrote anew."""
    rows = staging.con.execute(
        "SELECT input_no, count(*), min(reported_at) FROM staged_device"
        " WHERE list_contains($1::INTEGER[], part) AND TRY_CAST(reported_at AS TIMESTAMPTZ) IS NULL"
        f" AND lower(reported_at) NOT IN {list_words(NO_VALUE)} GROUP BY 1 ORDER BY 1",
        [list(parts)],
    ).fetchall()
    for input_no, devices, example in rows:
        staging.warn_of_times(input_no, devices, example)


def _fill_in() -> str:
    """Return as SQL what an app export does not say; where both say something, its own stays."""
    both = "coalesce(app.platform, known.platform)"
    joined = {
        "platform": _PLATFORM.format(platform=both, model="known.model"),
        "managed": "'true'",  # Intune collects apps from enrolled devices only
        "listing": f"CASE known.ownership WHEN 'corporate' THEN {ALL_APPS} ELSE {MANAGED_APPS} END",
    }
    joined |= {
        name: f"coalesce(app.{name}, known.{name})"
        for name in DEVICE_TEXTS
        if name not in ("device_id", *joined)
    }
    return ", ".join(f"{sql} AS {name}" for name, sql in joined.items())


def _make_shape(head: Head, relation: Relation) -> tuple[Relation, Shape]:
    at = {name.replace(" ", "").lower(): f"c{number}" for number, name in enumerate(head.columns)}
    listed = {ours: _with_words(ours, theirs) for ours, theirs in _COLUMNS.items()}
    device = {
        ours: f"coalesce({', '.join(at[name] for name in theirs if name in at)}, NULL)"
        for ours, theirs in listed.items()
        if any(name in at for name in theirs)
    }
    fault = "CASE WHEN device_ref IS NULL THEN 'no DeviceId' END"
    return relation, Shape(at["deviceid"], device, {}, part_fault=fault, bare="true")


def _with_words(ours: str, theirs: Sequence[str]) -> tuple[str, ...]:
    """Return the columns to look into: where one holds numbers, its words stand beside it."""
    words = [f"{name}_loc" for name in theirs] if ours in ("platform", "managed") else []
    return (*words, *theirs)
