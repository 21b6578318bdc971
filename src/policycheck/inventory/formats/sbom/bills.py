"""Software bills of materials of a machine: CycloneDX and SPDX (JSON), and syft's own JSON.

Most of them describe one program or one image, which is nobody's device. A bill is taken for a
device's where its subject says so (CycloneDX: of type `device` or `operating-system`), or where
the user names the device (`--device`). Only what a system's own package manager or osquery found
is an app; the libraries within programs are not.

A bill lists what its scanner looked at, which it does not say: apps count as `managed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

from policycheck.inventory.base import Head, Source, UnreadableError
from policycheck.inventory.documents.json_document import ENVELOPE, read_elements
from policycheck.inventory.documents.values import Section, entries, filled, section, text, time
from policycheck.inventory.formats.item_list import Entry, ItemList, add_list

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "sbom"
SOURCE = "sbom"
TITLE = "Software bill of materials of a device (CycloneDX, SPDX, syft; JSON)"
LOOKS_FOR = "JSON with bomFormat, spdxVersion, or artifacts beside source and descriptor"

_SUBJECTS = ("device", "operating-system")
_PURL = re.compile(r"pkg:(?P<type>[a-z0-9.+-]+)/(?:(?P<above>[^?@#]+)/)?(?P<name>[^/?@#]+)")
_TYPES = {
    "deb": "deb_package", "rpm": "rpm_package", "brew": "homebrew", "homebrew": "homebrew",
    "flatpak": "flatpak_id", "snap": "snap_name", "winget": "winget_id",
    "android": "android_package",
    "apk": "", "alpm": "", "swid": "", "chocolatey": "", "app": "", "application": "",
}  # fmt: skip
"""What a package URL's type says of its name, for the types that are of apps."""
_MOST_NESTED = 100_000


def claims(head: Head) -> bool:
    """Claim by the names that the three forms give themselves."""
    keys = set(head.keys)
    if head.form != "json":
        return False
    syft = {"artifacts", "descriptor"} <= keys
    return "bomFormat" in keys or "spdxVersion" in keys or syft


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read the bill of every source."""
    for source in sources:
        try:
            for element in read_elements(source, staging, ()):
                if element.where != ENVELOPE:
                    add_list(source, _read_bill(section(element.value)), staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


def _read_bill(bill: Section) -> ItemList:
    subject = section(bill, "metadata", "component")
    if "bomFormat" in bill:
        found, made = _walk(entries(bill, "components") or []), time(bill, "metadata", "timestamp")
    elif "spdxVersion" in bill:
        found = (_read_spdx(package) for package in entries(bill, "packages") or [])
        made = time(bill, "creationInfo", "created")
    else:
        found, made = iter(entries(bill, "artifacts") or []), ""
    items = [item for component in found if (item := _read_component(component))]
    is_device = text(subject, "type") in _SUBJECTS
    device = filled(
        name=text(subject, "name") if is_device else "",
        os_version=text(subject, "version") if text(subject, "type") == _SUBJECTS[1] else "",
        reported_at=made,
    )
    listed = [Entry(number, item) for number, item in enumerate(items, 1)]
    return ItemList(listed, {"app": "managed"} if listed else {}, device)


def _walk(components: Sequence[Section]) -> Iterator[Section]:
    """Yield components, and those within them, without recursion."""
    waiting = list(reversed(components))
    for _ in range(_MOST_NESTED):
        if not waiting:
            return
        component = waiting.pop()
        yield component
        waiting.extend(reversed(entries(component, "components") or []))
    raise UnreadableError(f"holds more than {_MOST_NESTED} components")


def _read_spdx(package: Section) -> dict[str, object]:
    references = entries(package, "externalRefs") or []
    purls = (
        text(reference, "referenceLocator")
        for reference in references
        if text(reference, "referenceType") == "purl"
    )
    supplier = text(package, "supplier").partition(":")[2].strip()
    return {
        "name": text(package, "name"), "version": text(package, "versionInfo"),
        "publisher": supplier, "purl": next(purls, ""),
    }  # fmt: skip


def _read_component(component: Section) -> dict[str, str]:
    """Return the item's columns; none for what is no app."""
    purl = _PURL.match(text(component, "purl"))
    kind = purl["type"] if purl else ""
    if kind not in _TYPES and not (not purl and text(component, "type") == "application"):
        return {}
    identifier_type = _TYPES.get(kind, "")
    publisher = text(component, "publisher") or text(component, "supplier", "name")
    return filled(
        kind="app",
        name=text(component, "name"),
        version=text(component, "version"),
        publisher=publisher,
        identifier=unquote(purl["name"]) if purl and identifier_type else "",
        identifier_type=identifier_type,
    )
