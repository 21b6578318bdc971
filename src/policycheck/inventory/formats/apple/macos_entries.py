"""Entries of system_profiler and of Munki, as columns."""

from __future__ import annotations

import re

from policycheck.inventory.documents.values import (
    Section,
    apple_form,
    filled,
    find,
    first_text,
    raw_text,
    text,
    user_of_path,
    version_number,
)

_TEAM = re.compile(r"\s*\(([A-Z0-9]{10})\)$")
_DEVELOPER = ("Developer ID Application: ", "Apple Development: ", "3rd Party Mac Developer ")
_STORES = {"mac_app_store": "app_store", "mac app store": "app_store"}


def read_profiler(app: Section) -> dict[str, str]:
    """Return one app of SPApplicationsDataType; it has no identifier, but its signing team."""
    path = raw_text(app, "path")
    publisher, team = _read_signer(app)
    return filled(
        kind="app",
        name=raw_text(app, "_name"),
        version=text(app, "version"),
        publisher=publisher,
        signer=team,
        install_source=_STORES.get(text(app, "obtained_from").lower(), ""),
        system="true" if path.startswith("/System/") else "",
        path=path,
        os_user=user_of_path(path),
    )


def read_munki(app: Section) -> dict[str, str]:
    """Return one app of Munki's list."""
    identifier, path = text(app, "bundleid"), raw_text(app, "path")
    return filled(
        kind="app",
        name=raw_text(app, "name") or raw_text(app, "CFBundleName"),
        identifier=identifier,
        identifier_type="macos_bundle" if identifier else "",
        version=text(app, "version"),
        system="true" if path.startswith("/System/") else "",
        path=path,
        os_user=user_of_path(path),
    )


def read_hardware(said: Section) -> dict[str, str]:
    """Return what SPHardwareDataType says of the Mac."""
    model = first_text(said, "machine_model", "machine_name")
    serial = text(said, "serial_number")
    return filled(
        device_id=serial,
        serial=serial,
        udid=text(said, "platform_UUID"),
        manufacturer="Apple" if model else "",
        model=model,
        form=apple_form(text(said, "machine_name")) or apple_form(model),
    )


def read_software(said: Section) -> dict[str, str]:
    """Return what SPSoftwareDataType says of the system."""
    return filled(
        name=text(said, "local_host_name"),
        os_version=version_number(text(said, "os_version")),
    )


def _read_signer(app: Section) -> tuple[str, str]:
    """Return the developer and the team that the first certificate names."""
    chain = find(app, "signed_by")
    first = raw_text(chain[0]) if isinstance(chain, list) and chain else ""
    team = _TEAM.search(first)
    if not team or not first.startswith(_DEVELOPER):
        return "", ""
    return first[: team.start()].split(": ", 1)[-1], team[1]
