"""Whether all pages of an export are among the inputs: one page is not the fleet."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policycheck.inventory.base import Source
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging


@dataclass(frozen=True)
class _Page:
    source: Source
    count: int
    total: int


class Pages:
    """Collects the pages of each export, and tells of those that are not all there."""

    def __init__(self) -> None:
        self._pages: dict[Hashable, list[_Page]] = {}

    def add(self, source: Source, export: Hashable, count: int, total: str) -> None:
        """Take note of a page with so many records of a total; no number is no total."""
        page = _Page(source, count, int(total) if total.isdecimal() and len(total) < 12 else 0)
        self._pages.setdefault(export, []).append(page)

    def warn(self, staging: Staging) -> None:
        """Warn of each page of an export that lacks others."""
        for pages in self._pages.values():
            total = max(page.total for page in pages)
            found = sum(page.count for page in pages)
            if found >= total:
                continue
            for source in {page.source.input_no: page.source for page in pages}.values():
                staging.warn(
                    source.path,
                    f"is one page of several: {found} of {total} devices are among the inputs",
                    "ask for the other pages too, and name all the files",
                )


class Chain:
    """Pages that name the next one: whether the last is there, and each between."""

    def __init__(self) -> None:
        self._open: dict[int, Source] = {}
        self._starts: set[int] = {0}
        self._ends: set[int] = set()
        self._count = self._total = 0
        self._has_end = False

    def add(self, source: Source, count: int, total: int, follows: str) -> None:
        """Take note of a page with so many records of a total, and what it says of the next.

        A page may count its own records as the total; then the total says nothing. Where the
        link to the next page says how many records to skip, a page that lacks before it is
        noticed, for every page ends where another begins.
        """
        self._count += count
        self._total = max(self._total, total if total > count or not follows else 0)
        if not follows:
            self._has_end = True
            return
        self._open[source.input_no] = source
        skipped = _SKIP.search(follows)
        if skipped:
            self._ends.add(int(skipped[1]))
            self._starts.add(int(skipped[1]) - count)

    def warn(self, staging: Staging) -> None:
        """Warn of every page that names a next one, where some of them are missing."""
        fault = self._find_fault()
        if not fault:
            return
        for source in self._open.values():
            hint = "follow @odata.nextLink, and name all the files"
            staging.warn(source.path, f"is one page of several, and {fault}", hint)

    def _find_fault(self) -> str:
        if not self._has_end:
            return "the last one is not among the inputs"
        between = self._ends and not self._starts <= self._ends | {0}
        if between or self._count < self._total:
            return "one between is not among the inputs"
        return ""


def read_pages(
    sources: Sequence[Source], staging: Staging, read_one: Callable[[Source, Staging], bool]
) -> None:
    """Read sources that say whether a page follows them; warn where none of them is the last.

    `read_one` returns whether another page follows. A source that cannot be read is refused.
    """
    unfinished: list[Source] = []
    has_end = False
    for source in sources:
        try:
            if read_one(source, staging):
                unfinished.append(source)
            else:
                has_end = True
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)
    for source in () if has_end else unfinished:
        message = "is one page of several: the devices of the others are not in it"
        staging.warn(source.path, message, "ask for the next page too, and name all the files")


_SKIP = re.compile(r"[?&](?:\$|%24)skip=(\d{1,9})(?:&|$)", re.IGNORECASE)
