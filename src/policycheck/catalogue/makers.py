"""Who published or signed an item, and which of the named apps are theirs.

A publisher or a signer alone names no app: it turns a name that anybody could use into
a likely one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.publishers import Publishers, signer_names

_TEAM = re.compile(r"[A-Z0-9]{10}")


class Makers:
    """Vendors by every name and signing team that they use."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._key = Publishers(catalogue.legal_forms).key
        self._by_alias: dict[str, set[str]] = {}
        self._by_team: dict[str, set[str]] = {}
        for vendor in catalogue.vendors.values():
            for alias in vendor.aliases:
                self._by_alias.setdefault(self._key(alias), set()).add(vendor.vendor_id)
            for team in vendor.teams:
                self._by_team.setdefault(team.id, set()).add(vendor.vendor_id)
        self._teams_by_vendor = {
            vendor.vendor_id: frozenset(team.id for team in vendor.teams)
            for vendor in catalogue.vendors.values()
        }
        self._makers_of = {
            app.app_id: frozenset({app.vendor, *catalogue.vendors[app.vendor].group_ids})
            for app in catalogue.apps.values()
        }
        self._teams_of = {
            app.app_id: frozenset(r.value for r in app.identifiers if r.type == "apple_team_id")
            for app in catalogue.apps.values()
        }
        self._all_teams_of = {
            app_id: teams.union(*map(self._teams_by_vendor.__getitem__, self._makers_of[app_id]))
            for app_id, teams in self._teams_of.items()
        }
        self._publishers: dict[str, set[str]] = {}
        self._signers: dict[str, tuple[frozenset[str], set[str]]] = {}

    def published(self, apps: Iterable[str], publisher: str) -> tuple[str, ...]:
        """Return those of the apps whose maker, or the maker's owner, goes by this name."""
        if publisher not in self._publishers:
            self._publishers[publisher] = self._by_alias.get(self._key(publisher), set())
        vendors = self._publishers[publisher]
        return tuple(app for app in apps if not self._makers_of[app].isdisjoint(vendors))

    def signed(self, apps: Iterable[str], signer: str) -> tuple[str, ...]:
        """Return those of the apps whose maker signs so: by Apple team id or by subject."""
        if signer not in self._signers:
            self._signers[signer] = self._read_signer(signer)
        names, vendors = self._signers[signer]
        return tuple(
            app
            for app in apps
            if not self._teams_of[app].isdisjoint(names)
            or not self._makers_of[app].isdisjoint(vendors)
        )

    def contradicts(self, apps: Iterable[str], signer: str) -> bool:
        """Say whether an Apple team signed that is none of these makers, and theirs are known."""
        return (
            any(map(_TEAM.fullmatch, signer_names(signer)))
            and all(self._all_teams_of[app] for app in apps)
            and not self.signed(apps, signer)
        )

    def _read_signer(self, signer: str) -> tuple[frozenset[str], set[str]]:
        names = signer_names(signer)
        vendors: set[str] = set()
        for name in names:
            vendors |= self._by_team.get(name, set())
            vendors |= self._by_alias.get(self._key(name), set())
        return frozenset(names), vendors
