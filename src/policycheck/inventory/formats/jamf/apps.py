"""The apps that Jamf Pro lists, as items; both APIs spell them in their own way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policycheck.inventory.documents.values import (
    Section,
    entries,
    filled,
    find,
    first_text,
    raw_text,
    section,
    text,
    user_of_path,
)

NOT_INSTALLED = (
    "managedbutuninstalled", "needsredemption", "redeeming", "prompting",
    "promptingforlogin", "prompting for login", "pending", "installing", "failed",
    "userrejected", "updaterejected", "managementrejected",
)  # fmt: skip
"""What Apple answers of a managed app that is not there (lower case)."""


def read_classic_list(value: object) -> list[Section] | None:
    """Return a list of the classic API, which in XML stands in elements beside its size."""
    if value == "":
        return []
    wrapped = section(value)
    if "application" in wrapped:
        return entries(wrapped, "application")
    if set(wrapped) == {"size"}:
        return []
    return entries({"list": value}, "list")


def read_mac_apps(apps: Iterable[Section]) -> Iterator[dict[str, str]]:
    """Yield the items of a Mac's apps."""
    for app in apps:
        identifier, path = first_text(app, "bundleId", "bundle_id"), raw_text(app, "path")
        yield filled(
            kind="app",
            name=raw_text(app, "name"),
            identifier=identifier,
            identifier_type="macos_bundle" if identifier else "",
            version=first_text(app, "cfBundleShortVersionString", "version"),
            install_source="app_store" if find(app, "macAppStore") is True else "",
            system="true" if path.startswith("/System/") else "",
            path=path,
            os_user=user_of_path(path),
        )


def read_mobile_apps(apps: Iterable[Section]) -> Iterator[dict[str, str]]:
    """Yield the items of a mobile device's apps, without those that are not installed."""
    for app in apps:
        if text(app, "managementStatus").lower() in NOT_INSTALLED:
            continue
        identifier = text(app, "identifier")
        yield filled(
            kind="app",
            name=raw_text(app, "name") or raw_text(app, "application_name"),
            identifier=identifier,
            identifier_type="ios_bundle" if identifier else "",
            version=first_text(
                app, "shortVersion", "version", "application_short_version", "application_version"
            ),
        )
