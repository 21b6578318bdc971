"""androidqf's `packages.json`: all packages of a phone's main user, with files and certificates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.documents.json_document import read_elements
from policycheck.inventory.documents.values import entries, filled, flag, text
from policycheck.inventory.formats.android.shell import PACKAGE, name_profile, user_of
from policycheck.inventory.formats.item_list import Entry, ItemList, add_list
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "androidqf"
SOURCE = "androidqf"
TITLE = "androidqf, packages.json"
LOOKS_FOR = "a JSON list with name, third_party and installer"
FACTS = Facts(
    forms="json",
    reports="state",
    names_device="no",
    listing="app=all",
    says="identifier signer profile path os_user install_source",
    identifiers="android_package",
)


def claims(head: Head) -> bool:
    """Claim a list whose first entry has androidqf's fields."""
    return head.form == "json" and {"name", "third_party", "installer"} <= set(head.keys)


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read one device from each source."""
    for source in sources:
        try:
            packages = list(_read_packages(source, staging))
            device = {"platform": "android"}
            is_cut = staging.records[source.input_no] > 0  # nothing is counted yet but losses
            found = ItemList(packages, {"app": "all"}, device, partial=is_cut)
            add_list(source, found, staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


def _read_packages(source: Source, staging: Staging) -> Iterator[Entry]:
    for element in read_elements(source, staging, ()):
        package = text(element.value, "name")
        if not PACKAGE.fullmatch(package):
            yield Entry(element.record, {}, fault="holds no package's name")
            continue
        file = next(iter(entries(element.value, "files") or ()), {})
        uid = text(element.value, "uid")
        user = user_of(int(uid)) if uid.isdecimal() and len(uid) < 10 else None
        item = filled(
            kind="app",
            identifier=package,
            identifier_type="android_package",
            signer=text(file, "certificate", "Sha256"),
            install_source=text(element.value, "installer"),
            path=text(file, "path"),
            system=flag(element.value, "system"),
            os_user="" if user is None else str(user),
            profile="" if user is None else name_profile(user),
        )
        disabled = flag(element.value, "disabled") == "true"
        yield Entry(element.record, item, {"disabled": "true"} if disabled else {})
