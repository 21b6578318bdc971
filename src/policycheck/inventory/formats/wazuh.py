"""Wazuh's syscollector: packages and agents from the API, and raw events (4.x, and 5.0's sync).

The API's answer is a snapshot, by agent; it is whole if it holds as many items as it says there
are. Events are what changed since an earlier state that is not in them: they prove presence
only, and an event of a removal says nothing here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import MAX_RECORD, Facts, Head, Source
from policycheck.inventory.documents.json_document import ENVELOPE, Element, read_elements
from policycheck.inventory.documents.values import Section, filled, find, section, text, time
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "wazuh"
SOURCE = "wazuh"
TITLE = "Wazuh syscollector (API, events)"
LOOKS_FOR = "JSON with data.affected_items of packages or agents, or dbsync_packages events"
FACTS = Facts(
    forms="json",
    reports="both",
    names_device="some",
    listing="app=all",
    says="reported_at identifier name version publisher path",
    identifiers="deb_package homebrew rpm_package snap_name",
)

_LISTS = ("data.affected_items", "data.items", "items")
_TYPES = {"deb": "deb_package", "rpm": "rpm_package", "homebrew": "homebrew", "snap": "snap_name"}
_PLATFORMS = {
    "deb": "linux", "rpm": "linux", "pacman": "linux", "snap": "linux", "apk": "linux",
    "win": "windows", "pkg": "macos", "macports": "macos",
}  # fmt: skip
_NO_APPS = ("pypi", "npm")
_SYSTEMS = ("windows", "darwin", "macos", "linux")
_GONE = ("deleted", "delete")
_LONGEST = MAX_RECORD // 4


def claims(head: Head) -> bool:
    """Claim what only Wazuh calls so."""
    paths = set(head.paths)
    for above in _LISTS[:2]:
        named = {path.removeprefix(f"{above}.") for path in paths if path.startswith(f"{above}.")}
        package = {"name", "format", "architecture"} <= named
        agent = {"id", "name", "lastKeepAlive"} <= named
        if package or agent:
            return True
    if {"data.name", "data.format", "operation", "type"} <= paths:
        return "dbsync_packages" in head.start
    return {"metadata.module", "items.data.package"} <= paths


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read every source."""
    for source in sources:
        try:
            _Reading(source, staging).read()
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


class _Reading:
    """One source: items go to the staging area as they come, their agents at the end."""

    def __init__(self, source: Source, staging: Staging) -> None:
        self._source = source
        self._staging = staging
        self._devices: dict[str, dict[str, str]] = {}
        self._records: dict[str, int] = {}
        self._platforms: dict[str, str] = {}
        self._items: Counter[str] = Counter()
        self._is_whole = not source.cut
        self._count = 0

    def read(self) -> None:
        for element in read_elements(self._source, self._staging, _LISTS):
            if element.where == ENVELOPE:
                said = section(element.value, "data")
                total = text(said, "total_affected_items") or text(said, "totalItems")
                self._is_whole = self._is_whole and total == str(self._count)
            else:
                self._read_element(element)
        self._is_whole = self._is_whole and not self._staging.records[self._source.input_no]
        for ref, device in self._devices.items():
            self._add_device(ref, device)
        if not self._is_whole and self._items:
            message = "is a part of what an agent lists: it proves presence, not absence"
            self._staging.warn(self._source.path, message, "ask for all packages of each agent")

    def _read_element(self, element: Element) -> None:
        value = section(element.value)
        self._count += 1
        if "lastKeepAlive" in value or (element.where and "format" not in value and "os" in value):
            self._devices[text(value, "id")] = _read_agent(value)
            self._records[text(value, "id")] = element.record
            return
        self._is_whole = self._is_whole and element.where in _LISTS[:2]
        package = section(value, "data", "package") or section(value, "data") or value
        if text(value, "operation").lower() in _GONE:
            return
        ref = self._name_agent(value)
        item = _read_package(package)
        fault = "an item needs an identifier or a name" if not item.get("name") else ""
        if sum(map(len, item.values())) > _LONGEST:
            fault = f"longer than {_LONGEST} characters"
        if fault:
            self._staging.records[self._source.input_no] += 1
            self._staging.reject(self._source, element.record, fault)
        elif text(package, "format").lower() not in _NO_APPS:
            self._items[ref] += 1
            platform = _PLATFORMS.get(_tell_format(package), "")
            self._platforms.setdefault(ref, platform)
            self._staging.rows.add_item(self._source.input_no, element.record, ref, item, {})

    def _name_agent(self, value: Section) -> str:
        """Return the agent's id, and take note of the agent; else what the user calls it.

        Raises:
            UnreadableError: where nobody named it.
        """
        agent = text(value, "agent_id") or text(value, "agent", "id")
        if agent:
            self._devices.setdefault(agent, {"device_id": agent})
            return agent
        if "?" not in self._devices:
            self._devices["?"] = dict(self._staging.name_device(self._source))
        return "?"

    def _add_device(self, ref: str, device: dict[str, str]) -> None:
        if self._platforms.get(ref):
            device.setdefault("platform", self._platforms[ref])
        visibility = "all" if self._is_whole else "managed"
        listing = f"app={visibility}" if self._items[ref] else ""
        partial = "" if self._is_whole or not self._items[ref] else "true"
        self._staging.rows.add_device(
            self._source.input_no,
            self._records.get(ref, 0),
            ref,
            device,
            {},
            listing=listing,
            partial=partial,
        )


def _read_agent(agent: Section) -> dict[str, str]:
    system = section(agent, "os")
    words = f"{text(system, 'platform')} {text(system, 'uname')} {text(system, 'name')}".lower()
    platform = next((known for known in _SYSTEMS if known in words), "")
    return filled(
        device_id=text(agent, "id"),
        name=text(agent, "name"),
        platform="macos" if platform == "darwin" else platform,
        os_version=text(system, "version"),
        reported_at=time(agent, "lastKeepAlive"),
    )


def _tell_format(package: Section) -> str:
    return (text(package, "format") or text(package, "type")).lower()


def _read_package(package: Section) -> dict[str, str]:
    identifier_type = _TYPES.get(_tell_format(package), "")
    name = text(package, "name")
    return filled(
        kind="app",
        name=name,
        version=text(package, "version"),
        publisher=text(package, "vendor"),
        identifier=name if identifier_type else "",
        identifier_type=identifier_type,
        path=text(package, "path") or text(package, "location"),
        installed_at=time(package, "install_time") or time(find(package, "installed")),
    )
