"""Fleet (fleetdm): hosts with their software, and one host's software by itself.

A host's software is what osquery found there, or what the device said to its manager; the key
is there only if it was asked for (`populate_software=true`), and an empty list is what Fleet
shows before the first answer. So it lists only where something stands in it.

One host's software (`/hosts/:id/software`) names no host, and holds titles that are only
offered: what has no installed version is not installed. The fleet-wide counts
(`/software/versions`, `/software/titles`) name nobody's apps and are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.documents.json_document import ENVELOPE, read_elements
from policycheck.inventory.documents.values import Section, entries, find, section, text
from policycheck.inventory.formats.device_report import DeviceReport, add_report
from policycheck.inventory.formats.fleet.host import read_host, read_host_attributes
from policycheck.inventory.formats.fleet.software import list_kinds, read_software, read_titles
from policycheck.inventory.formats.fleet.table import is_hosts_report, make_shape
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.scanning import scan_tables

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "fleet"
SOURCE = "fleet"
TITLE = "Fleet (hosts and their software, JSON; hosts, CSV)"
LOOKS_FOR = "JSON with host or hosts that have a hardware_serial, or software that has a source"
FACTS = Facts(
    forms="json table",
    reports="state",
    names_device="some",
    listing="app=all browser_extension=all",
    says=(
        "user_id ownership managed reported_at identifier name version publisher "
        "signer path os_user"
    ),
    identifiers=(
        "android_package chromium_app_id deb_package firefox_addon_id homebrew "
        "ios_bundle macos_bundle rpm_package win_upgrade_code"
    ),
)

_LISTS = ("hosts", "software")


def claims(head: Head) -> bool:
    """Claim hosts by the fields that only Fleet gives them, and lists of their software."""
    paths = set(head.paths)
    if head.form == "table":
        return is_hosts_report(head)
    for host in ("host.", "hosts.", "spec.", ""):
        names = ("hostname", "uuid", "platform", "osquery_version")
        if paths >= {host + name for name in names}:
            return True
    if {"installed_versions", "source", "name"} <= paths:
        return True
    software = any(
        f"{key}.source" in paths and f"{key}.name" in paths
        for key in ("software", "software_titles")
    )
    return software and not paths.intersection(("hardware_serial", "software.extension"))


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read the hosts of every source."""
    tables = [source for source in sources if source.head.form == "table"]
    scan_tables(tables, staging, make_shape)
    for source in sources:
        if source.head.form == "table":
            continue
        try:
            _read_one(source, staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


def _read_one(source: Source, staging: Staging) -> None:
    _check_list(source.head.paths)
    lists = ("hosts",) if "hostname" in source.head.keys else _LISTS
    holds_titles = "installed_versions" in source.head.keys  # in no envelope
    titles: list[Section] = []
    has_more = False
    for element in read_elements(source, staging, lists):
        if element.where == "software" or holds_titles:
            titles.append(section(element.value))
        elif element.where == ENVELOPE:
            has_more = find(element.value, "meta", "has_next_results") is True
        else:
            value = element.value
            host = find(value, "host") or find(value, "spec") or value
            add_report(source, element.record, _make_report(host), staging)
    if titles:
        lost = staging.records[source.input_no] > 0  # so far, none was counted but the rejected
        _add_titles(source, titles, staging, is_part=has_more or source.cut or lost)
    elif has_more:
        message = "is one page of several: the devices of the others are not in it"
        staging.warn(source.path, message, "ask for the next page too, and name all the files")


def _make_report(host: object) -> DeviceReport:
    device = read_host(host)
    software = entries(host, "software")
    platform = device.get("platform", "")
    items = list(read_software(software or ()))
    listing = list_kinds(platform, device.get("ownership", "")) if items else {}
    return DeviceReport(device, items, listing, read_host_attributes(host))


def _check_list(paths: Sequence[str]) -> None:
    """Check that a list of software is one host's.

    Raises:
        UnreadableError: where it is one of the whole fleet.
    """
    of_fleet = "software_titles" in paths or "software.source" in paths
    if of_fleet and not {"software.installed_versions", "hostname"}.intersection(paths):
        raise UnreadableError(
            "is Fleet's list of all software: it counts hosts and names none",
            "export the hosts with their software: /api/v1/fleet/hosts?populate_software=true",
        )


def _add_titles(
    source: Source, titles: Sequence[Section], staging: Staging, *, is_part: bool
) -> None:
    """Add the software of one host, whose name the user must tell."""
    items = list(read_titles(titles))
    platform = _tell_platform(titles)
    device = {**staging.name_device(source), "platform": platform}
    listing = list_kinds(platform, "") if items else {}
    report = DeviceReport(device, items, listing, partial=is_part, is_unnamed=True)
    add_report(source, 1, report, staging)


_PLATFORM_SOURCES = {
    "apps": "macos", "programs": "windows", "deb_packages": "linux", "rpm_packages": "linux",
    "ios_apps": "ios", "ipados_apps": "ipados", "android_apps": "android",
}  # fmt: skip


def _tell_platform(titles: Sequence[Section]) -> str:
    """Return the platform that all titles with an installed version agree on."""
    installed = (title for title in titles if entries(title, "installed_versions"))
    platforms = {_PLATFORM_SOURCES.get(text(title, "source"), "") for title in installed}
    platforms.discard("")
    return platforms.pop() if len(platforms) == 1 else ""
