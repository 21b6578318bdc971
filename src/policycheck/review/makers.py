"""Who made an unknown item, and what controlled apps are by the same makers or their kin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from datetime import date
from typing import Literal

from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.publishers import Publishers, signer_names
from policycheck.catalogue.vendor import Vendor
from policycheck.review.candidate import UnknownItem

FEW_PRODUCTS = 3
"""A maker who shows more unknown products than this has many trades: that Microsoft makes Teams,
too, says nothing of each of its printer drivers."""
_SIGNER, _PUBLISHER = "signer ", "publisher "
_NOBODY = "unknown"
"""The vendor that stands for authors who are not known."""


class Makers:
    """Publishers and signers of controlled apps: those of the catalogue, and those of the fleet."""

    def __init__(self, catalogue: Catalogue, controlled: frozenset[str], day: date) -> None:
        self._key = Publishers(catalogue.legal_forms).key
        self._related: dict[str, tuple[str, frozenset[str]]] = {}
        """Maker -> how it is related to the maker of the apps, in words, and the apps."""
        self._names = {id_: catalogue.apps[id_].name for id_ in controlled}
        made: dict[str, set[str]] = {}
        for app_id in controlled:
            made.setdefault(catalogue.apps[app_id].vendor, set()).add(app_id)
        made.pop(_NOBODY, None)
        for vendor in catalogue.vendors.values():
            apps = made.get(vendor.vendor_id, set())
            words = ""
            if not apps and vendor.vendor_id != _NOBODY:
                words, apps = _kin(catalogue, vendor, made, day)
            if apps:
                self._relate(vendor, words, frozenset(apps))

    def _relate(self, vendor: Vendor, words: str, apps: frozenset[str]) -> None:
        for alias in vendor.aliases:
            self._related.setdefault(f"{_PUBLISHER}{self._key(alias)}", (words, apps))
        for team in vendor.teams:
            self._related.setdefault(f"{_SIGNER}{team.id}", (words, apps))

    def learn(self, item: UnknownItem, apps: Set[str]) -> None:
        """Note who published and signed an app that is surely there, if it is controlled."""
        for maker in self._makers_of(item) if apps else ():
            words, known = self._related.get(maker, ("", frozenset()))
            self._related[maker] = (words, known | apps)

    def related(self, items: Sequence[UnknownItem]) -> tuple[dict[int, list[str]], dict[str, int]]:
        """Return the makers of controlled apps that items have, by their place in the row.

        Not those who show many unknown products: these are returned apart, by name, with how
        many. Products differ in their `UnknownItem.key`.
        """
        found: dict[int, list[str]] = {}
        for place, item in enumerate(items):
            makers = [maker for maker in self._makers_of(item) if maker in self._related]
            if makers:
                found[place] = makers
        products = {(maker, items[place].key) for place in found for maker in found[place]}
        counts = Counter(maker for maker, _ in products)
        many: dict[str, int] = {}
        for place in found:
            for maker in found[place]:
                if counts[maker] > FEW_PRODUCTS:
                    many.setdefault(_name(maker, items[place]), counts[maker])
            found[place] = [maker for maker in found[place] if counts[maker] <= FEW_PRODUCTS]
        return {place: makers for place, makers in found.items() if makers}, many

    def explain(self, maker: str, item: UnknownItem) -> tuple[str, frozenset[str]]:
        """Return what makes an item by such a maker a neighbour, in words, and the apps."""
        words, apps = self._related[maker]
        done = "signed" if maker.startswith(_SIGNER) else "published"
        return f"{done} by {_name(maker, item)}{words}, as {self._tell(apps)}", apps

    def knows(self, column: Literal["publisher", "signer"], text: str) -> bool:
        """Say whether a publisher or a signer, as reported, makes a controlled app."""
        return any(maker in self._related for maker in self._keys(column, text))

    def _makers_of(self, item: UnknownItem) -> tuple[str, ...]:
        return (
            *(self._keys("signer", item.signer) if item.signer else ()),
            *(self._keys("publisher", item.publisher) if item.publisher else ()),
        )

    def _keys(self, column: Literal["publisher", "signer"], text: str) -> tuple[str, ...]:
        if column == "publisher":
            return (f"{_PUBLISHER}{self._key(text)}",)
        return tuple(f"{_SIGNER}{name}" for name in dict.fromkeys(signer_names(text)))

    def _tell(self, apps: frozenset[str]) -> str:
        names = sorted(self._names[app] for app in apps if app in self._names)
        shown = " and ".join(names[:2])
        return f"{shown} and others" if len(names) > 2 else shown


def _name(maker: str, item: UnknownItem) -> str:
    return str(item.signer if maker.startswith(_SIGNER) else item.publisher)


def _kin(
    catalogue: Catalogue, vendor: Vendor, made: dict[str, set[str]], day: date
) -> tuple[str, set[str]]:
    """Return how a vendor without a controlled app is related to makers of some, and these apps."""
    group = vendor.group_on(day)
    of_group = {
        app for id_, apps in made.items() if catalogue.vendors[id_].group_on(day) == group
        for app in apps
    }  # fmt: skip
    if of_group:
        owner = "" if group == vendor.vendor_id else f" of {catalogue.vendors[group].name}"
        return owner, of_group
    kin = [id_ for id_ in made if id_ in vendor.affiliates
           or vendor.vendor_id in catalogue.vendors[id_].affiliates]  # fmt: skip
    if not kin:
        return "", set()
    names = " and ".join(catalogue.vendors[id_].name for id_ in sorted(kin)[:2])
    return f", who is linked to {names}", {app for id_ in kin for app in made[id_]}
