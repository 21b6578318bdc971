"""Readers of device managers' interfaces: envelopes with pages of devices, or of one device's apps.

A manager's module says how its answers are told, which keys hold its lists, and how one record
becomes a report; what is the same for all of them stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.documents.json_document import ENVELOPE, read_elements
from policycheck.inventory.documents.values import Section, find, section, text
from policycheck.inventory.formats.device_report import DeviceReport, add_report
from policycheck.inventory.formats.pages import read_pages

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

ReadDevice = Callable[[Section], DeviceReport | None]
ReadApp = Callable[[Section], Mapping[str, str] | None]


@dataclass(frozen=True)
class Api:
    """What is peculiar to a manager."""

    marks: Sequence[frozenset[str]]
    """Paths of keys; where all of one set are there, the answer is this manager's.

    Scripts that follow the pages keep the records and drop the envelopes: bare ones are told, too.
    """
    lists: Sequence[str]
    """The paths of the lists of records."""
    read_device: ReadDevice
    """Reads one record; None where it tells of no device."""
    read_app: ReadApp | None = None
    """Reads a record of a list of apps that names no device; None where it is no such record."""
    empty: tuple[str, str] | None = None
    """A key and its value in an answer that leaves its list out, because nothing is in it."""


def marks(*sets: str) -> list[frozenset[str]]:
    """Return sets of paths that are written with blanks between them."""
    return [frozenset(paths.split()) for paths in sets]


class ApiReader:
    """Reads the answers of one manager. Fits `FormatReader`."""

    def __init__(self, name: str, title: str, looks_for: str, facts: Facts, api: Api) -> None:
        self.NAME = name
        self.SOURCE = name
        self.TITLE = title
        self.LOOKS_FOR = looks_for
        self.FACTS = facts
        self._api = api

    def claims(self, head: Head) -> bool:
        """Claim JSON that has all keys of one of the marks, or an answer without its list."""
        if head.form != "json":
            return False
        paths = set(head.paths)
        if any(mark <= paths for mark in self._api.marks):
            return True
        key, said = self._api.empty or ("", "")
        return key in head.keys and f'"{said}"' in head.start

    def read(self, sources: Sequence[Source], staging: Staging) -> None:
        """Read every source, then say if the last page is missing."""
        read_pages(sources, staging, self._read_one)

    def _read_one(self, source: Source, staging: Staging) -> bool:
        """Read a source; tell whether another page follows."""
        has_more = False
        count = 0
        apps: list[Mapping[str, str]] = []
        for element in read_elements(source, staging, self._api.lists):
            value = section(element.value)
            if element.where == ENVELOPE:
                has_more = _tells_of_more(value, count)
                continue
            if self._api.empty and text(value, self._api.empty[0]) == self._api.empty[1]:
                continue
            count += 1
            app = self._api.read_app(value) if self._api.read_app else None
            if app is not None:
                apps.append(app)
            elif report := self._api.read_device(value):
                add_report(source, element.record, report, staging)
            else:
                staging.records[source.input_no] += 1
                staging.reject(source, element.record, "is no device")
        if apps:
            device = staging.name_device(source)
            report = DeviceReport(device, apps, {"app": "managed"}, partial=True, is_unnamed=True)
            add_report(source, 1, report, staging)
        return has_more and not apps


def _tells_of_more(envelope: Section, count: int) -> bool:
    """Tell whether an envelope speaks of further pages, in any of the usual ways."""
    if any(text(envelope, key) for key in ("nextPageToken", "next", "@odata.nextLink")):
        return True
    if find(envelope, "has_more") is True or find(envelope, "meta", "has_next_results") is True:
        return True
    if any(
        find(held, "pageInfo", "hasNextPage") is True for held in section(envelope, "data").values()
    ):
        return True
    if text(envelope, "paging", "next"):
        return True
    totals = (text(envelope, key) for key in ("Total", "total", "count", "totalCount"))
    said = section(envelope, "message_response")
    return any(
        total.isdecimal() and len(total) < 12 and int(total) > count
        for total in (*totals, text(said, "total"))
    )
