"""The JSON that GLPI's agent writes, and that GLPI hands on: the same as its XML, in small letters.

What an entry is and how it is identified is read by the functions that read the XML. A `partial`
inventory holds the sections that changed: it proves presence, not absence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.documents.json_document import ENVELOPE, read_elements
from policycheck.inventory.documents.values import Section, entries, flag, raw_text, section
from policycheck.inventory.formats.agents.agent_xml import read_item
from policycheck.inventory.formats.agents.device import (
    name_source,
    read_device,
    read_device_attributes,
)
from policycheck.inventory.formats.agents.document import Document
from policycheck.inventory.formats.device_report import DeviceReport, add_report
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "agent-json"
SOURCE = "glpi-agent"
TITLE = "GLPI agent (JSON)"
LOOKS_FOR = "JSON with deviceid and content, or with content that has versionclient or hardware"
FACTS = Facts(
    forms="json",
    reports="both",
    names_device="yes",
    listing="app=all",
    says="user_id reported_at identifier name version publisher path os_user",
    identifiers=(
        "android_package deb_package flatpak_id msix_pfn rpm_package snap_name win_uninstall_key"
    ),
)

_SECTIONS = ("hardware", "bios", "operatingsystem", "accesslog", "users")
_MARKS = frozenset(f"content.{name}" for name in (*_SECTIONS, "softwares"))
_DEVICES = ("", "computer", "phone")
_BITS = {"true": "1", "false": "0"}
_RENAMED = {"INSTALL_DATE": "INSTALLDATE"}


def claims(head: Head) -> bool:
    """Claim JSON with the agent's version, or with its device id beside its content.

    Behind a long list of software either may stand where nobody looks: then by the sections.
    """
    if head.form != "json":
        return False
    named = {"deviceid", "content"} <= set(head.keys) or "content.versionclient" in head.paths
    return named or len(_MARKS.intersection(head.paths)) > 1


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read the devices of every source, usually one."""
    for source in sources:
        try:
            for element in read_elements(source, staging, ()):
                if element.where != ENVELOPE:
                    _read_one(source, element.record, section(element.value), staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


def _read_one(source: Source, record: int, inventory: Section, staging: Staging) -> None:
    kind = raw_text(inventory, "itemtype")
    action = raw_text(inventory, "action")
    fault = ""
    if kind.lower() not in _DEVICES:
        fault = f"is the inventory of a {kind[:40]}"
    elif action not in ("", "inventory"):
        fault = f"is an agent's answer to {action[:40]}, not a device's inventory"
    if fault:
        staging.records[source.input_no] += 1
        staging.reject(source, record, fault)
        return
    document = _make_document(inventory)
    try:
        device = read_device(document)
    except UnreadableError:
        device = {}  # which add_report rejects
    platform = device.get("platform", "")
    report = DeviceReport(
        device,
        [{"kind": "app", **read_item(entry, platform)} for entry in document.software],
        {"app": "all"} if document.software else {},
        read_device_attributes(document),
        name_source(document) or SOURCE,
        flag(inventory, "partial") == "true",
    )
    add_report(source, record, report, staging)


def _make_document(inventory: Section) -> Document:
    """Return what the XML of the same inventory would have said."""
    content = section(inventory, "content")
    sections = {
        name.upper(): tuple(map(_shout, entries(content, name) or ())) for name in _SECTIONS
    }
    tag = raw_text(inventory, "tag")
    sections["ACCOUNTINFO"] = ({"KEYNAME": "tag", "KEYVALUE": tag},) if tag else ()
    top = {
        "DEVICEID": raw_text(inventory, "deviceid"),
        "VERSIONCLIENT": raw_text(content, "versionclient"),
    }
    return Document(top, sections, tuple(map(_shout, entries(content, "softwares") or ())))


def _shout(entry: Section) -> dict[str, str]:
    """Return the texts of a section by their names in XML; what lies below keeps both names."""
    texts: dict[str, str] = {}
    for key, value in entry.items():
        name = _RENAMED.get(key.upper(), key.upper())
        if isinstance(value, dict):
            texts.update({f"{name}_{below.upper()}": raw_text(value, below) for below in value})
        else:
            texts[name] = raw_text(value)
    if texts.get("NO_REMOVE") in _BITS:
        texts["NO_REMOVE"] = _BITS[texts["NO_REMOVE"]]
    return texts
