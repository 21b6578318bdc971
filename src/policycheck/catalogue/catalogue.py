"""All rules, loaded: the one thing that knows what an app is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from policycheck.catalogue.app import App
from policycheck.catalogue.category import Categories
from policycheck.catalogue.denial import Denial
from policycheck.catalogue.named_list import ListEntry, NamedList
from policycheck.catalogue.technique import Technique
from policycheck.catalogue.vendor import Vendor

if TYPE_CHECKING:
    from policycheck.catalogue.recognise import Recogniser


@dataclass(frozen=True)
class Override:
    """A workspace's file that takes the place of a shipped one. Reported, never silent."""

    kind: str
    id: str
    path: str
    shadows: str


@dataclass(frozen=True)
class Catalogue:
    """Apps, vendors, categories and lists by id. Every reference among them holds."""

    apps: Mapping[str, App]
    vendors: Mapping[str, Vendor]
    categories: Categories
    lists: Mapping[str, NamedList] = field(default_factory=lambda: MappingProxyType({}))
    techniques: Mapping[str, Technique] = field(default_factory=lambda: MappingProxyType({}))
    """How apps hide, by the technique's id."""
    denials: tuple[Denial, ...] = ()
    """What somebody found not to be what it looks like."""
    confusables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Character to the character that it is taken for, both lower case."""
    legal_forms: tuple[str, ...] = ()
    """Words that say what kind of company it is, and nothing about which."""
    sha256: str = ""
    """Of every file that went in, with its place below the rules folder."""
    overrides: tuple[Override, ...] = ()

    @cached_property
    def recogniser(self) -> Recogniser:
        """The catalogue made ready to be asked: once, for all audits by it."""
        from policycheck.catalogue.recognise import Recogniser

        return Recogniser(self)

    @property
    def vendor_groups(self) -> frozenset[str]:
        """Every id that may stand under `vendor_group`."""
        return frozenset(group for vendor in self.vendors.values() for group in vendor.group_ids)

    def vendor_of(self, app_id: str) -> Vendor:
        """Return who makes an app."""
        return self.vendors[self.apps[app_id].vendor]

    def vendor_group(self, app_id: str, day: date) -> str:
        """Return the group that owned an app's maker on that day."""
        return self.vendor_of(app_id).group_on(day)

    def all_categories(self, app_id: str) -> tuple[str, ...]:
        """Return an app's categories, and everything above them; sorted."""
        own = self.apps[app_id].categories
        above = (parent for category in own for parent in self.categories.parents(category))
        return tuple(sorted({*own, *above}))

    def clients_of(self, app_id: str) -> frozenset[str]:
        """Return the modified clients and wrappers through which an app is used."""
        return frozenset(app.app_id for app in self.apps.values() if app_id in app.client_of)

    def hosts(self, technique: Technique) -> frozenset[str]:
        """Return the apps inside which others run unseen by this technique.

        What opens one service only (`client_of`) hides no other.
        """
        host = technique.host
        if host is None:
            return frozenset()
        return frozenset(
            app.app_id
            for app in self.apps.values()
            if not app.client_of and self._is_within(app.app_id, host.categories)
        )

    def may_hide(self, technique: Technique, app_id: str) -> bool:
        """Say whether an app is one that people put into such a host."""
        host = technique.host
        return host is not None and self._is_within(app_id, host.hides)

    def _is_within(self, app_id: str, categories: Iterable[str]) -> bool:
        return not set(categories).isdisjoint(self.all_categories(app_id))

    def current(self, app_id: str) -> str | None:
        """Return an app's id today, given that or one it had formerly."""
        if app_id in self.apps:
            return app_id
        return next((app.app_id for app in self.apps.values() if app_id in app.formerly), None)

    def covers(
        self, entry: ListEntry, app_id: str, day: date, *, with_clients: bool = False
    ) -> bool:
        """Say whether a line of a list means this app, by who owned it on that day.

        `with_clients`: an app that it names stands for its modified clients and wrappers, too.
        """
        app = self.apps[app_id]
        names = {app_id, *app.client_of} if with_clients else {app_id}
        return (
            (not entry.apps or not names.isdisjoint(entry.apps))
            and (not entry.vendors or app.vendor in entry.vendors)
            and (not entry.vendor_groups or self.vendor_group(app_id, day) in entry.vendor_groups)
            and (
                not entry.categories
                or not set(entry.categories).isdisjoint(self.all_categories(app_id))
            )
        )
