"""Android Management API: devices with their application reports.

Reports are there only if the device's policy asks for them; without them nothing is listed. On a
fully managed device they name every app. With a work profile they show that profile and nothing
else, so the list counts as `managed`. Rows of apps that were removed are no apps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.documents.json_document import ENVELOPE, read_elements
from policycheck.inventory.documents.values import Section, entries, filled, find, text, time
from policycheck.inventory.formats.device_report import DeviceReport, add_report
from policycheck.inventory.formats.pages import read_pages

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "android-management"
SOURCE = "android-management"
TITLE = "Android Management API, devices (JSON)"
LOOKS_FOR = "JSON devices called enterprises/.../devices/..., or with a managementMode"
FACTS = Facts(
    forms="json",
    reports="state",
    names_device="yes",
    listing="app=all",
    says="user_id ownership managed reported_at identifier name version profile install_source",
    identifiers="android_package",
)

_NAMED = re.compile(r'"name"\s*:\s*"enterprises/[^"/]{1,200}/devices/')
_MARKS = ("managementMode", "applicationReports", "appliedState", "appliedPolicyName")
_OWNERSHIP = {"COMPANY_OWNED": "corporate", "PERSONALLY_OWNED": "personal_enrolled"}


def claims(head: Head) -> bool:
    """Claim devices by their resource name, or by fields that only this API has."""
    if head.form != "json" or "kind" in head.keys:
        return False
    marks = {f"{above}{mark}" for above in ("", "devices.") for mark in _MARKS}
    return bool(_NAMED.search(head.start)) or len(marks.intersection(head.paths)) >= 1


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read the devices of every source."""
    read_pages(sources, staging, _read_one)


def _read_one(source: Source, staging: Staging) -> bool:
    """Read a source; tell whether another page follows its last one."""
    has_more = False
    for element in read_elements(source, staging, ("devices",)):
        if element.where == ENVELOPE:
            has_more = bool(text(element.value, "nextPageToken"))
        else:
            add_report(source, element.record, _read_device(element.value), staging)
    return has_more


def _read_device(value: object) -> DeviceReport:
    reports = entries(value, "applicationReports")
    mode = text(value, "managementMode")
    profile = "work" if mode == "PROFILE_OWNER" else ""
    visibility = "all" if mode == "DEVICE_OWNER" else "managed"
    device = filled(
        device_id=text(value, "name"),
        serial=text(value, "hardwareInfo", "serialNumber"),
        platform="android",
        os_version=text(value, "softwareInfo", "androidVersion"),
        manufacturer=text(value, "hardwareInfo", "manufacturer"),
        model=text(value, "hardwareInfo", "model"),
        ownership=_OWNERSHIP.get(text(value, "ownership"), ""),
        managed="true",
        user_id=text(value, "user", "accountIdentifier") or text(value, "userName"),
        reported_at=time(value, "lastStatusReportTime"),
    )
    attributes = filled(
        state=text(value, "state"),
        management_mode=mode,
        enterprise_specific_id=text(value, "hardwareInfo", "enterpriseSpecificId"),
    )
    listing = {"app": visibility} if reports else {}
    return DeviceReport(device, list(_read_apps(reports or (), profile)), listing, attributes)


def _read_apps(reports: Sequence[Section], profile: str) -> Iterator[dict[str, str]]:
    for report in reports:
        if text(report, "state") == "REMOVED":
            continue
        origin = text(report, "applicationSource")
        fingerprints = find(report, "signingKeyCertFingerprints")
        signers = fingerprints if isinstance(fingerprints, list) else []
        yield filled(
            kind="app",
            identifier=text(report, "packageName"),
            identifier_type="android_package",
            name=text(report, "displayName"),
            version=text(report, "versionName") or text(report, "versionCode"),
            signer=next((signer for signer in signers if isinstance(signer, str)), ""),
            install_source=text(report, "installerPackageName"),
            profile=profile,
            system=("true" if origin.startswith("SYSTEM_APP") else "false") if origin else "",
        )
