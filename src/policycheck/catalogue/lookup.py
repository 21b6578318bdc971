"""What does the catalogue know by this text? For `app lookup`, and for people who write rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from policycheck.catalogue.app import App
from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.names import Lookalikes, bare, plain
from policycheck.catalogue.publishers import Publishers
from policycheck.problems import nearest


class Match(IntEnum):
    """How a text led to an app, closest first."""

    ID = 1
    NAME = 2
    IDENTIFIER = 3
    LOOKALIKE = 4
    VENDOR = 5
    PART = 6
    NEAR = 7


@dataclass(frozen=True, slots=True)
class Hit:
    """An app that a text may mean, and the very text of the catalogue that it met."""

    app: App
    match: Match
    met: str


def look_up(catalogue: Catalogue, text: str) -> tuple[Hit, ...]:
    """Find apps by id, identifier, name, vendor, signing team, or a part of one; closest first.

    Each app is told once, by its closest match. Only where nothing is met is the nearest
    name offered.
    """
    search = _Search.of(catalogue, text)
    best: dict[str, Hit] = {}
    for app in catalogue.apps.values():
        hits = sorted(search.hits(app), key=lambda hit: hit.match)
        if hits:
            best[app.app_id] = hits[0]
    found = best.values() or _near(catalogue, text)
    return tuple(sorted(found, key=lambda hit: (hit.match, hit.app.app_id)))


@dataclass(frozen=True)
class _Search:
    """One text, folded once in each of the ways in which it is compared."""

    catalogue: Catalogue
    name: str
    skeleton: str
    vendors: frozenset[str]
    lookalikes: Lookalikes

    @classmethod
    def of(cls, catalogue: Catalogue, text: str) -> _Search:
        name = bare(plain(text))
        lookalikes = Lookalikes(catalogue.confusables)
        key = Publishers(catalogue.legal_forms).key
        wanted = key(text)
        vendors = frozenset(
            vendor.vendor_id
            for vendor in catalogue.vendors.values()
            if name == vendor.vendor_id
            or wanted in map(key, vendor.aliases)
            or any(team.id.casefold() == name for team in vendor.teams)
        )
        return cls(catalogue, name, lookalikes.skeleton(name), vendors, lookalikes)

    def hits(self, app: App) -> Iterator[Hit]:
        """Yield every way in which the text leads to the app."""
        for id_ in (app.app_id, *app.formerly):
            if self.name == id_:
                yield Hit(app, Match.ID, id_)
        for row in app.identifiers:
            if row.value.casefold() == self.name:
                yield Hit(app, Match.IDENTIFIER, row.value)
        for name in app.names:
            yield from self._name_hits(app, name)
        if app.vendor in self.vendors:
            yield Hit(app, Match.VENDOR, self.catalogue.vendors[app.vendor].name)

    def _name_hits(self, app: App, name: str) -> Iterator[Hit]:
        folded = plain(name)
        if folded == self.name:
            yield Hit(app, Match.NAME, name)
        elif self.skeleton and self.skeleton == self.lookalikes.skeleton(folded):
            yield Hit(app, Match.LOOKALIKE, name)
        elif self.name and self.name in folded:
            yield Hit(app, Match.PART, name)


def _near(catalogue: Catalogue, text: str) -> list[Hit]:
    named = {name: app for app in catalogue.apps.values() for name in (*app.names, app.app_id)}
    near = nearest(text, named)
    return [] if near is None else [Hit(named[near], Match.NEAR, near)]
