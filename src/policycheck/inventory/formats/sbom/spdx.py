"""SPDX documents as the components of a bill: 2.x as JSON and as tag-value text, 3.0 as JSON-LD.

What comes out has CycloneDX's keys: type, name, version, publisher, purl. Sources: SPDX 2.3,
chapters 7 and 11; SPDX 3.0.1, profiles Core and Software.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from policycheck.inventory.documents.values import Section, entries, text, time

_PURPOSES = {"device": "device", "operatingSystem": "operating-system"}
_TAG = re.compile(r"([A-Za-z]{1,40}): ?(.*)")
_LONGEST_LINE = 10_000


def read_spdx(document: Section) -> tuple[Section, Iterator[Section], str]:
    """Return the subject, the components and the time of an SPDX 2 document."""
    packages = entries(document, "packages") or []
    found = (_read_package(package) for package in packages)
    return {}, found, time(document, "creationInfo", "created")


def _read_package(package: Section) -> Section:
    references = entries(package, "externalRefs") or []
    purls = (
        text(reference, "referenceLocator")
        for reference in references
        if text(reference, "referenceType") == "purl"
    )
    return {
        "name": text(package, "name"),
        "version": text(package, "versionInfo"),
        "publisher": _name_supplier(text(package, "supplier")),
        "purl": next(purls, ""),
    }


def _name_supplier(said: str) -> str:
    return said.partition(":")[2].strip()


def read_graph(document: Section) -> tuple[Section, Iterator[Section], str]:
    """Return the subject, the components and the time of an SPDX 3 document."""
    nodes = entries(document, "@graph") or []
    packages = [node for node in nodes if text(node, "type") == "software_Package"]
    names = {text(node, "spdxId"): text(node, "name") for node in nodes}
    roots = {root for node in nodes for root in _list_texts(node.get("rootElement"))}
    subjects = (
        {"type": _PURPOSES[purpose], "name": text(package, "name"), "version": _version(package)}
        for package in packages
        if text(package, "spdxId") in roots
        and (purpose := text(package, "software_primaryPurpose")) in _PURPOSES
    )
    found = (_read_node(package, names) for package in packages)
    made = (time(node, "created") for node in nodes if text(node, "type") == "CreationInfo")
    return next(subjects, {}), found, next(filter(None, made), "")


def _version(package: Section) -> str:
    return text(package, "software_packageVersion")


def _list_texts(said: object) -> list[str]:
    return [one for one in said if isinstance(one, str)] if isinstance(said, list) else []


def _read_node(package: Section, names: dict[str, str]) -> Section:
    identifiers = entries(package, "externalIdentifier") or []
    purls = (
        text(identifier, "identifier")
        for identifier in identifiers
        if text(identifier, "externalIdentifierType") == "packageUrl"
    )
    purpose = text(package, "software_primaryPurpose")
    return {
        "type": "application" if purpose == "application" else "",
        "name": text(package, "name"),
        "version": _version(package),
        "publisher": names.get(text(package, "suppliedBy"), ""),
        "purl": text(package, "software_packageUrl") or next(purls, ""),
    }


def read_tags(lines: Iterable[bytes]) -> tuple[Section, Iterator[Section], str]:
    """Return the subject, the components and the time of an SPDX 2 document in tag-value form."""
    packages: list[dict[str, str]] = []
    made = ""
    for line in lines:
        tag = _TAG.match(line[:_LONGEST_LINE].decode(errors="replace").strip())
        name, said = (tag[1], tag[2].strip()) if tag else ("", "")
        if name == "Created" and not packages:
            made = time({"created": said}, "created")
        elif name == "PackageName":
            packages.append({"name": said})
        elif packages:
            packages[-1] |= _read_tag(name, said)
    return {}, iter(packages), made


def _read_tag(name: str, said: str) -> dict[str, str]:
    if name == "PackageVersion":
        return {"version": said}
    if name == "PackageSupplier":
        return {"publisher": _name_supplier(said)}
    reference = said.split() if name == "ExternalRef" else []
    return {"purl": reference[2]} if len(reference) == 3 and reference[1] == "purl" else {}
