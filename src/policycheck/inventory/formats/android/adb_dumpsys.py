"""`adb shell dumpsys package`, alone or within a bug report: every package of every user.

A package stands there for each user that has it, installed or not; so each user's is an item of
its own, and a clone (user 999) shows. Old copies of system apps that an update hides are in a
section of their own, which is not read. The list counts as `all`.

The n-th record is the n-th package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.formats.android.shell import (
    PACKAGE,
    is_system_path,
    name_profile,
    read_property,
)
from policycheck.inventory.formats.item_list import Entry, ItemList, add_list
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "adb-dumpsys"
SOURCE = "adb-dumpsys"
TITLE = "adb shell dumpsys package, or a bug report (text)"
LOOKS_FOR = "text that starts as dumpsys package or a bug report does"
FACTS = Facts(
    forms="text",
    reports="state",
    names_device="no",
    listing="app=all",
    says="identifier version profile path os_user install_source",
    identifiers="android_package",
)

_START = re.compile(
    r"^(?:Packages:|Activity Resolver Table:|Database versions:|Verifiers:"
    r"|DUMP OF SERVICE (?:\w+ )?package:|== dumpstate: .*)\r?$",
    re.MULTILINE,
)
_PACKAGE = re.compile(r"  Package \[(.{1,500}?)\] \(\w+\):")
_VALUE = re.compile(r"\s{4,}(versionName|codePath|installerPackageName|firstInstallTime)=(.*)")
_FLAGS = re.compile(r"\s{4,}(?:pkgF|f)lags=\[ (.*) ?\]")
_USER = re.compile(r"\s{4,}User (\d{1,9}):(.*)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOST = 10_000
_MOST_PACKAGES = 200_000


@dataclass
class _Package:
    """A package as its lines come."""

    name: str
    values: dict[str, str] = field(default_factory=dict)
    users: dict[int, bool] = field(default_factory=dict)
    is_system: bool = False


def claims(head: Head) -> bool:
    """Claim text with one of the headings that stand at the start of such a dump."""
    return head.form in ("text", "table") and bool(_START.search(head.start))


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read one device from each source."""
    for source in sources:
        try:
            add_list(source, _read_one(source), staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


def _read_one(source: Source) -> ItemList:
    device = {"platform": "android"}
    packages: list[_Package] = []
    is_inside = has_section = False
    for raw in source.lines():
        line = raw[:_MOST].decode(errors="replace").rstrip()
        if line and not line.startswith(" "):
            is_inside = line == "Packages:"
            has_section = has_section or is_inside
            said = read_property(line)
            if said:
                device.setdefault(*said)
        elif is_inside:
            _read_line(line, packages)
        if len(packages) > _MOST_PACKAGES:
            raise UnreadableError(f"has more than {_MOST_PACKAGES} packages")
    if not has_section or not packages:
        hint = "save what `adb shell dumpsys package` prints"
        raise UnreadableError("is an Android dump without a list of packages", hint)
    users = {user for package in packages for user in package.users}
    has_profiles = any(name_profile(user) == "work" for user in users)
    entries = [
        entry
        for number, package in enumerate(packages, 1)
        for entry in _list_users(number, package, has_profiles=has_profiles)
    ]
    return ItemList(entries, {"app": "all"}, device)


def _read_line(line: str, packages: list[_Package]) -> None:
    start = _PACKAGE.match(line)
    if start:
        packages.append(_Package(start[1]))
    if not packages:
        return
    package = packages[-1]
    if value := _VALUE.fullmatch(line):
        package.values.setdefault(value[1], value[2].strip())
    elif flags := _FLAGS.match(line):
        package.is_system = package.is_system or "SYSTEM" in flags[1].split()
    elif user := _USER.match(line):
        package.users[int(user[1])] = " installed=false" not in user[2]


def _list_users(record: int, package: _Package, *, has_profiles: bool) -> Iterator[Entry]:
    if not PACKAGE.fullmatch(package.name):
        yield Entry(record, {}, fault="holds no package's name")
        return
    values = package.values
    path = values.get("codePath", "")
    is_system = package.is_system or is_system_path(path)
    day = _DAY.match(values.get("firstInstallTime", ""))
    item = {
        "kind": "app",
        "identifier": package.name,
        "identifier_type": "android_package",
        "version": values.get("versionName", "").removesuffix("null"),
        "install_source": values.get("installerPackageName", "").removesuffix("null"),
        "path": path,
        "system": "true" if is_system else "false",
        "installed_at": day[0] if day and not is_system else "",
    }
    if not package.users:
        yield Entry(record, item)
    for user, is_installed in package.users.items():
        if is_installed:
            profile = "personal" if user == 0 and has_profiles else name_profile(user)
            yield Entry(record, {**item, "os_user": str(user), "profile": profile})
