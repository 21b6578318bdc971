"""What the oracle is asked: one control of one policy, over a world, at one moment.

A policy is the dict that its YAML holds, every scalar a text. Nothing here is shared
with the program: the catalogue is told again, by hand, as plain rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from kleene import Where, as_list, day_over, day_start


class Owner(NamedTuple):
    """The group that an app's vendor belonged to, from one day through another."""

    group: str
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True)
class App:
    """A row of the catalogue, and by which identifiers it can be told."""

    app_id: str
    categories: tuple[str, ...]
    vendor: str
    owners: tuple[Owner, ...] = ()
    vendor_country: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    identifiers: tuple[tuple[str, str], ...] = ()
    """(identifier type, platform)"""
    distinctive: bool = False
    client_of: tuple[str, ...] = ()
    """The apps whose service it opens: bans on those reach it."""
    hides: str | None = None
    """A category whose apps may run unseen inside it."""


class Meaning(NamedTuple):
    """What the catalogue says an item is."""

    app_id: str
    basis: str
    confidence: str


@dataclass(frozen=True)
class World:
    """All that is known beside policy and inventory: the catalogue, and the trees of `where`."""

    apps: Mapping[str, App]
    parents: Mapping[str, str | None]
    """The category above each."""
    lists: Mapping[str, list[dict]]
    recognise: Callable[[dict], tuple[Iterable[Meaning], Iterable[str]]]
    """An item's meanings, and the categories that it looks like."""
    wheres: Mapping[str, Where] = field(default_factory=dict)
    """By their SQL text."""

    def and_above(self, category: str | None) -> list[str]:
        """Return a category and all that it lies in."""
        return [category, *self.and_above(self.parents[category])] if category else []


@dataclass(frozen=True)
class Question:
    """One control of one policy, at one moment."""

    policy: dict
    control: dict
    world: World
    as_of: datetime
    drafts: bool = False
    assume: Mapping[str, str] = field(default_factory=dict)
    """A person's columns where neither people file nor anything else has one."""
    attestations: Sequence[dict] = ()
    """All that are on file, as dicts of their YAML."""

    @property
    def zone(self) -> str:
        return self.policy.get("timezone", "UTC")

    @property
    def subject(self) -> str:
        """The subject of what is found about a device, not about an item."""
        return self.control["id"]

    @property
    def selector(self) -> list[dict]:
        """What the control looks for, as a list of maps; for `attest` what contradicts it."""
        if "only" in self.control:
            return as_list(self.control["only"]["among"])
        if "attest" in self.control:
            return as_list(self.control["attest"].get("contradicted_by", []))
        return as_list(self.control.get("forbid") or self.control.get("require") or [])

    @property
    def approved(self) -> list[str]:
        if "only" in self.control:
            return as_list(self.control["only"]["apps"])
        return as_list(self.control.get("except_apps", []))

    @property
    def bans(self) -> bool:
        """Whether what is found speaks against the device."""
        return "require" not in self.control

    @property
    def grain(self) -> str:
        if "attest" in self.control:
            return self.control["attest"]["by"]
        return self.control.get("per", "device")

    def within(self, first: str | None, last: str | None) -> bool:
        """Tell whether the moment lies between two days, through the last; either may be open."""
        begun = first is None or self.as_of >= day_start(first, self.zone)
        return begun and (last is None or self.as_of < day_over(last, self.zone))

    def in_force(self) -> bool:
        statuses = ("active", "draft") if self.drafts else ("active",)
        return self.policy["status"] in statuses and all(
            self.within(holder.get("effective_from"), holder.get("effective_until"))
            for holder in (self.policy, self.control)
        )

    def words_given(self) -> list[dict]:
        """Return the attestations of this control that count today."""
        mine = (self.policy["policy"], self.control["id"])
        return [
            each
            for each in self.attestations
            if (each["policy"], each["control"]) == mine
            and self.within(each["date"], each["valid_until"])
        ]

    def stale(self, report: dict) -> bool:
        """Strictly older than `stale_after`; without it nothing grows stale."""
        after = self.policy.get("stale_after")
        return after is not None and self.as_of - age_from(report) > duration(after)

    def app_row(self, app: App) -> dict:
        """Return an app's columns as they are at this moment."""
        owners = [owner.group for owner in app.owners if self.within(owner.first, owner.last)]
        return {
            "app_id": app.app_id,
            "categories": sorted({c for own in app.categories for c in self.world.and_above(own)}),
            "vendor": app.vendor,
            "vendor_group": owners[0] if owners else app.vendor,
            "vendor_country": app.vendor_country,
            "attributes": app.attributes,
        }


def duration(text: str) -> timedelta:
    number = int(text[:-1])
    return {"d": timedelta(days=number), "h": timedelta(hours=number)}[text[-1]]


def age_from(report: dict) -> datetime:
    """Return the moment from which a report's age counts."""
    return report.get("reported_at") or report["received_at"]
