"""Lists that policies refer to by name: who put what on it, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One line of a list. Keys are ANDed, the values of a key ORed, as in a policy's selector."""

    apps: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    vendor_groups: tuple[str, ...] = ()
    from_: date | None = None
    until: date | None = None
    source: str = ""

    def holds_on(self, day: date) -> bool:
        """Say whether the line is in force on that day, the last one included."""
        return (self.from_ is None or self.from_ <= day) and (
            self.until is None or day <= self.until
        )


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list kept apart from the policies that use it."""

    list_id: str
    title: Mapping[str, str]
    source: str
    entries: tuple[ListEntry, ...] = ()

    def on(self, day: date) -> tuple[ListEntry, ...]:
        """Return the lines that are in force on that day."""
        return tuple(entry for entry in self.entries if entry.holds_on(day))
