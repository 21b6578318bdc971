"""What is controlled: the categories and apps that policies name, else everything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.named_list import ListEntry
from policycheck.policy.model import Policy, Term


@dataclass(frozen=True)
class Controlled:
    """What an unknown item must look like to be worth a question."""

    categories: frozenset[str]
    """With everything below them."""
    apps: frozenset[str]
    """Those that some control means, by whatever key, and those in the categories."""

    @classmethod
    def by(cls, policies: Sequence[Policy], catalogue: Catalogue, day: date) -> Controlled:
        """Gather what the policies name; where they name neither app nor category, everything."""
        terms = [
            term
            for policy in policies
            for control in policy.controls
            for term in control.demand.selector
            if term.names_apps
        ]
        named = {category for term in terms for category in _categories(term, catalogue, day)}
        meant = {
            app for term in terms for app in catalogue.apps if _means(term, app, catalogue, day)
        }
        if not named and not meant:
            named = set(catalogue.categories)
        below = frozenset().union(*map(catalogue.categories.within, named))
        within = {id_ for id_ in catalogue.apps if not below.isdisjoint(_own(catalogue, id_))}
        return cls(below, frozenset(meant | within))


def _categories(term: Term, catalogue: Catalogue, day: date) -> Iterable[str]:
    entries = (entry for name in term.lists for entry in catalogue.lists[name].on(day))
    return (*term.categories, *(category for entry in entries for category in entry.categories))


def _means(term: Term, app_id: str, catalogue: Catalogue, day: date) -> bool:
    key = ListEntry(term.apps, term.categories, term.vendors, term.vendor_groups)
    entries = (entry for name in term.lists for entry in catalogue.lists[name].on(day))
    return catalogue.covers(key, app_id, day) and (
        not term.lists or any(catalogue.covers(entry, app_id, day) for entry in entries)
    )


def _own(catalogue: Catalogue, app_id: str) -> tuple[str, ...]:
    return catalogue.apps[app_id].categories
