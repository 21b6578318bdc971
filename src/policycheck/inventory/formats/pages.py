"""Whether all pages of an export are among the inputs: one page is not the fleet."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policycheck.inventory.base import Source

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
