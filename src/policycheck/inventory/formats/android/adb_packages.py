"""`adb shell pm list packages`, with any of its switches: a package a line.

Which switches were given does not show: the list may hold third-party apps only, system apps
only or one user's, so it counts as `managed`. Several lists of one device (one for each user,
`-3` and `-s`) are judged together. `-u` also lists what was uninstalled: do not use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.formats.android.shell import (
    PACKAGE,
    is_system_path,
    name_profile,
    read_property,
    user_of,
)
from policycheck.inventory.formats.item_list import Entry, ItemList, add_list
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "adb-packages"
SOURCE = "adb"
TITLE = "adb shell pm list packages (text)"
LOOKS_FOR = "lines that start with package:"
FACTS = Facts(
    forms="text",
    reports="state",
    names_device="no",
    listing="app=managed",
    says="identifier profile path os_user install_source",
    identifiers="android_package",
)

_LINE = re.compile(r"^package:\S", re.MULTILINE)
_MOST = 10_000
_SUFFIX = re.compile(r"\s+(?:(installer)=|(uid):|(versionCode):)(\S*)\Z")
_USER = re.compile(r"\d{1,9}")


def claims(head: Head) -> bool:
    """Claim text that has a line of `pm list packages` near its start."""
    return head.form in ("text", "table") and bool(_LINE.search(head.start))


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read one list from each source; the second list of a device is another source."""
    for number, source in enumerate(sources, 1):
        name = SOURCE if number == 1 else f"{SOURCE}-{number}"
        try:
            add_list(source, _read_one(source, name), staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


def _read_one(source: Source, name: str) -> ItemList:
    found: list[Entry] = []
    record = 0
    device = {"platform": "android"}
    for raw in source.lines():
        line = raw[:_MOST].decode(errors="replace").strip()
        said = read_property(line)
        if said:
            device.setdefault(*said)
        if line.startswith("package:"):
            record += 1
            found += _read_line(record, line.removeprefix("package:"))
    return ItemList(found, {"app": "managed"}, device, name)


def _read_line(record: int, rest: str) -> Iterator[Entry]:
    said: dict[str, str] = {}
    while suffix := _SUFFIX.search(rest):
        said[next(filter(None, suffix.groups()[:3]))] = suffix[4]
        rest = rest[: suffix.start()]
    path, _, package = rest.rpartition("=")
    if not PACKAGE.fullmatch(package):
        yield Entry(record, {}, fault="holds no package's name")
        return
    item = {
        "kind": "app",
        "identifier": package,
        "identifier_type": "android_package",
        "install_source": said.get("installer", "").removesuffix("null"),
        "path": path,
        "system": "true" if is_system_path(path) else "",
    }
    attributes = {"version_code": said["versionCode"]} if said.get("versionCode") else {}
    users: list[int | None] = [user_of(int(uid)) for uid in _USER.findall(said.get("uid", ""))]
    for user in users or [None]:
        whose = {} if user is None else {"os_user": str(user), "profile": name_profile(user)}
        yield Entry(record, {**item, **whose}, attributes)
