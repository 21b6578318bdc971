"""Who makes an app, under which legal names, and who owned them when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Ownership:
    """The group that a vendor belonged to, from one day through another."""

    group: str
    from_: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether this was so on that day; an open end has no limit."""
        return (self.from_ is None or self.from_ <= day) and (
            self.until is None or day <= self.until
        )


@dataclass(frozen=True, slots=True)
class SigningTeam:
    """An Apple team id: evidence of who signed, never of which app it is."""

    id: str
    source: str
    seen_on: tuple[str, ...] = ()
    memory: bool = False


@dataclass(frozen=True, slots=True)
class Vendor:
    """A maker of apps, an owner of makers, or both."""

    vendor_id: str
    name: str
    country: str | None = None
    """ISO 3166, two letters, lower case; null where it is not known."""
    groups: tuple[Ownership, ...] = ()
    affiliates: tuple[str, ...] = ()
    """Vendors that are linked without being owned: Ant and Alibaba."""
    publishers: tuple[str, ...] = ()
    """Names under which stores and installers show it, native script included."""
    formerly: tuple[str, ...] = ()
    teams: tuple[SigningTeam, ...] = ()

    def group_on(self, day: date) -> str:
        """Return the owner group on that day; a vendor that nobody owns is its own."""
        return next((o.group for o in self.groups if o.holds_on(day)), self.vendor_id)

    @property
    def group_ids(self) -> frozenset[str]:
        """Every group this vendor ever belonged to, itself where nobody owned it."""
        return frozenset(o.group for o in self.groups) or frozenset({self.vendor_id})

    @property
    def aliases(self) -> tuple[str, ...]:
        """All names that may stand in a report's publisher column."""
        return (self.name, *self.publishers, *self.formerly)
