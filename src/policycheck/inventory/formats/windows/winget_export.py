"""`winget export`: the packages that winget could find again in one of its sources.

What is installed and matches no source is left out, so the list counts as `managed`. Neither
device nor user is named, and a name of a program neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.documents.json_document import ENVELOPE, read_elements
from policycheck.inventory.documents.values import entries, find, text
from policycheck.inventory.formats.item_list import Entry, ItemList, add_list
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "winget-export"
SOURCE = "winget"
TITLE = "winget export (JSON)"
LOOKS_FOR = "JSON with Sources or Packages that have a PackageIdentifier"
FACTS = Facts(
    forms="json",
    reports="state",
    names_device="no",
    listing="app=managed",
    says="identifier version install_source",
    identifiers="msstore_id winget_id",
)

_MARKS = ("Sources.Packages", "Packages.PackageIdentifier")


def claims(head: Head) -> bool:
    """Claim the two shapes that are found: packages below sources, and packages at the top."""
    return head.form == "json" and bool(set(head.paths) & set(_MARKS))


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read one device from each source."""
    for source in sources:
        try:
            packages = list(_read_packages(source, staging))
            device = {"platform": "windows"}
            add_list(source, ItemList(packages, {"app": "managed"}, device), staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


def _read_packages(source: Source, staging: Staging) -> Iterator[Entry]:
    record = 0
    for element in read_elements(source, staging, ("Sources", "Packages")):
        if element.where == ENVELOPE:
            continue
        store = text(element.value, "SourceDetails", "Name")
        is_package = element.where == "Packages"
        packages = [element.value] if is_package else entries(element.value, "Packages") or ()
        for package in packages:
            record += 1
            yield Entry(record, _read_item(package, store), _read_attributes(package))


def _read_item(package: object, store: str) -> dict[str, str]:
    identifier = text(package, "PackageIdentifier") or text(package, "Id")  # Id: schema 1.0
    return {
        "kind": "app",
        "identifier": identifier,
        "identifier_type": "msstore_id" if store == "msstore" else "winget_id",
        "version": text(package, "Version"),
        "install_source": store,
    }


def _read_attributes(package: object) -> dict[str, str]:
    scope = find(package, "Scope")
    return {"scope": scope} if isinstance(scope, str) and scope else {}
