"""What Apple's MDM answers say: of the device, of its apps, and what the list is worth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from policycheck.inventory.documents.values import (
    Section,
    apple_form,
    entries,
    filled,
    find,
    first_text,
    raw_text,
    section,
    text,
)
from policycheck.inventory.formats.device_report import DeviceReport
from policycheck.inventory.formats.jamf.apps import NOT_INSTALLED

_NOT_YET = (
    "Installing", "DownloadWaiting", "DownloadPaused", "DownloadFailed", "DownloadCancelled",
)  # fmt: skip
_PHONE_UDID = re.compile(r"[0-9a-fA-F]{40}|0000[0-9A-F]{4}-[0-9A-F]{16}")
_MAC_UDID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def identify(content: Section) -> str:
    """Return what an answer calls its device."""
    udid = text(content, "UDID") or text(content, "QueryResponses", "UDID")
    return udid or text(content, "EnrollmentID")


def read_information(content: Section) -> dict[str, str]:
    """Return the device's columns out of the answer to DeviceInformation."""
    said = section(content, "QueryResponses")
    model = first_text(said, "ProductName", "Model", "ModelName")
    return filled(
        serial=text(said, "SerialNumber"),
        name=text(said, "DeviceName"),
        platform=_tell_platform(model, text(said, "ModelName")),
        form=apple_form(model) or apple_form(text(said, "ModelName")),
        os_version=text(said, "OSVersion"),
        manufacturer="Apple",
        model=model,
        managed="true",
    )


def report_installed(content: Section, device: Mapping[str, str]) -> DeviceReport:
    """Return the device with all its apps, as far as the command asked for them.

    An app that is only being installed is none yet, but the list is not whole then. A user
    enrolment shows what is managed.
    """
    apps = entries(content, "InstalledApplicationList") or []
    type_ = _tell_type(device)
    items = [_read_app(app, type_) for app in apps if not _is_coming(app)]
    is_personal = device.get("ownership") == "personal_enrolled"
    listing = {"app": "managed" if is_personal else "all"}
    return DeviceReport(device, items, listing, partial=len(items) < len(apps))


def report_managed(content: Section, device: Mapping[str, str]) -> DeviceReport:
    """Return the device with the apps that its manager installed and that are there."""
    apps = section(content, "ManagedApplicationList")
    items = list(_read_managed(apps, _tell_type(device)))
    return DeviceReport(device, items, {"app": "managed"}, source="apple-mdm-managed")


def _read_managed(apps: Section, type_: str) -> Iterator[dict[str, str]]:
    for identifier, app in apps.items():
        if text(app, "Status").lower() not in NOT_INSTALLED:
            yield filled(kind="app", identifier=identifier.strip(), identifier_type=type_)


def _is_coming(app: Section) -> bool:
    return any(find(app, name) is True for name in _NOT_YET)


def _read_app(app: Section, type_: str) -> dict[str, str]:
    identifier = text(app, "Identifier")
    install_source = ""
    if find(app, "BetaApp") is True:
        install_source = "testflight"
    elif find(app, "AdHocCodeSigned") is True:
        install_source = "ad_hoc"
    elif find(app, "AppStoreVendable") is True:
        install_source = "app_store"
    return filled(
        kind="app",
        name=raw_text(app, "Name"),
        identifier=identifier,
        identifier_type=type_ if identifier else "",
        version=first_text(app, "ShortVersion", "Version"),
        install_source=install_source,
    )


def _tell_type(device: Mapping[str, str]) -> str:
    """Return the type of the identifiers; "" where the device may be a Mac or a phone."""
    platform, udid = device.get("platform", ""), device.get("udid", "")
    if platform == "macos" or (not platform and _MAC_UDID.fullmatch(udid)):
        return "macos_bundle"
    if platform in ("ios", "ipados") or (not platform and _PHONE_UDID.fullmatch(udid)):
        return "ios_bundle"
    return ""


def _tell_platform(model: str, family: str) -> str:
    form = apple_form(model) or apple_form(family)
    if form in ("phone", "tablet"):
        return "ios" if form == "phone" else "ipados"
    if form or model.lower().startswith("mac") or family.lower().startswith("mac"):
        return "macos"
    return "other" if model.lower().startswith(("appletv", "watch", "realitydevice")) else ""
