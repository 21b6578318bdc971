"""Software bills of materials of a machine: CycloneDX (JSON, XML), SPDX (2 and 3), syft's own JSON.

Most of them describe one program or one image, which is nobody's device. A bill is taken for a
device's where its subject says so (CycloneDX: of type `device` or `operating-system`), or where
the user names the device (`--device`). Only what a system's own package manager or osquery found
is an app; the libraries within programs are not.

A bill lists what its scanner looked at, which it does not say: apps count as `managed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.documents.json_document import ENVELOPE, read_elements
from policycheck.inventory.documents.json_window import MAX_ELEMENT
from policycheck.inventory.documents.values import Section, entries, filled, section, text, time
from policycheck.inventory.documents.xml_document import read_xml
from policycheck.inventory.formats.item_list import Entry, ItemList, add_list
from policycheck.inventory.formats.sbom.spdx import read_graph, read_spdx, read_tags
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "sbom"
SOURCE = "sbom"
TITLE = "Software bill of materials of a device (CycloneDX, SPDX, syft)"
LOOKS_FOR = (
    "JSON with bomFormat, spdxVersion, SPDX 3's @graph, or artifacts beside descriptor; CycloneDX's"
    " XML; text that begins with SPDXVersion"
)
FACTS = Facts(
    forms="json text xml",
    reports="state",
    names_device="some",
    listing="app=managed",
    says="reported_at identifier name version publisher",
    identifiers=("android_package deb_package flatpak_id homebrew rpm_package snap_name winget_id"),
)

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
    """Claim by the names that the forms give themselves."""
    if head.form == "xml":
        return head.root == "bom" and "cyclonedx.org/schema/bom" in head.start
    if head.form != "json":
        return head.form in ("text", "table") and head.start.startswith("SPDXVersion:")
    keys = set(head.keys)
    spdx_3 = {"@context", "@graph"} <= keys and "spdx.org/rdf/3" in head.start
    syft = {"artifacts", "descriptor"} <= keys
    return "bomFormat" in keys or "spdxVersion" in keys or spdx_3 or syft


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read the bill of every source."""
    for source in sources:
        try:
            for subject, found, made in _list_bills(source, staging):
                add_list(source, _make_list(subject, found, made), staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


def _list_bills(
    source: Source, staging: Staging
) -> Iterator[tuple[Section, Iterable[Section], str]]:
    """Yield the subject, the components and the time of each bill."""
    if source.head.form == "xml":
        yield _read_cyclonedx(section(read_xml(source, keep=("type",))))
        return
    if source.head.form != "json":
        if source.size > MAX_ELEMENT:
            raise UnreadableError(f"is a bill of more than {MAX_ELEMENT >> 20} MiB")
        yield read_tags(source.lines())
        return
    for element in read_elements(source, staging, ()):
        bill = section(element.value)
        if element.where != ENVELOPE:
            yield _read_json(bill)


def _read_json(bill: Section) -> tuple[Section, Iterable[Section], str]:
    if "bomFormat" in bill:
        return _read_cyclonedx(bill)
    if "spdxVersion" in bill:
        return read_spdx(bill)
    if "@graph" in bill:
        return read_graph(bill)
    return {}, entries(bill, "artifacts") or [], ""


def _read_cyclonedx(bill: Section) -> tuple[Section, Iterable[Section], str]:
    subject = section(bill, "metadata", "component")
    return subject, _walk(_list_components(bill)), time(bill, "metadata", "timestamp")


def _list_components(value: Section) -> list[Section]:
    """Return the components of a bill or of another component, in JSON or in XML."""
    inner = section(value, "components")
    return entries(inner, "component") or [] if inner else entries(value, "components") or []


def _make_list(subject: Section, found: Iterable[Section], made: str) -> ItemList:
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
        waiting.extend(reversed(_list_components(component)))
    raise UnreadableError(f"holds more than {_MOST_NESTED} components")


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
