"""Selectors, answered once for each distinct item.

A fleet has millions of installs and only thousands of distinct items. Here the catalogue says
what each of those is, and every key of a selector that asks no more than that is answered; the
engine's program joins the answers to the installs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.named_list import ListEntry
from policycheck.catalogue.recognise import Meaning, Recogniser, Recognition
from policycheck.catalogue.technique import Technique
from policycheck.model import Confidence
from policycheck.policy.controls import Require
from policycheck.policy.model import Control, Term
from policycheck.text import glob_matches


@dataclass(frozen=True, slots=True)
class DistinctItem:
    """What is equal for all installs of one item: a number, `model.DISTINCT_COLUMNS`, its place."""

    item_no: int
    kind: str
    identifier: str | None
    identifier_type: str | None
    name: str | None
    publisher: str | None
    signer: str | None
    store_category: str | None
    space: str | None
    """The profile that holds it, or the number of its Android user."""


@dataclass(frozen=True, slots=True)
class Match:
    """A term of a control's selector that an item, under one meaning, does not fail."""

    control_no: int
    term_no: int
    item_no: int
    meaning: Meaning | None
    holds: bool | None
    """True, or null where one of the item's columns is not known."""
    unclassified: bool
    """The catalogue does not know the item, and it looks like the term's category."""
    uses_app: bool
    has_condition: bool


@dataclass(frozen=True)
class TermMatcher:
    """One term against the catalogue, on one day."""

    term: Term
    catalogue: Catalogue
    day: date
    bans: bool
    """Whether what is found may not be there: then a ban on an app reaches those who imitate it."""

    @cached_property
    def entries(self) -> tuple[ListEntry, ...]:
        """The lines of the named lists that are in force."""
        return tuple(
            entry for name in self.term.lists for entry in self.catalogue.lists[name].on(self.day)
        )

    @cached_property
    def apps(self) -> frozenset[str]:
        """The apps that satisfy every key which names apps."""
        return frozenset(app for app in self.catalogue.apps if self._means(app))

    @cached_property
    def found(self) -> frozenset[str]:
        """The apps that are found: with a ban's apps their modified clients and wrappers."""
        if not self.bans:
            return self.apps
        return frozenset(app for app in self.catalogue.apps if self._means(app, with_clients=True))

    def _means(self, app_id: str, *, with_clients: bool = False) -> bool:
        term = self.term
        key = ListEntry(term.apps, term.categories, term.vendors, term.vendor_groups)
        if not self._covers(key, app_id, with_clients=with_clients):
            return False
        return not term.lists or any(
            self._covers(entry, app_id, with_clients=with_clients) for entry in self.entries
        )

    def _covers(self, entry: ListEntry, app_id: str, *, with_clients: bool) -> bool:
        return self.catalogue.covers(entry, app_id, self.day, with_clients=with_clients)

    @cached_property
    def hosts(self) -> Mapping[str, Technique]:
        """The apps inside which what is banned may run unseen, and by which technique.

        None where the term asks more of the item: what is inside has a version of its own.
        """
        term = self.term
        if not self.bans or term.has_condition or term.has_globs:
            return {}
        return {
            host: technique
            for technique in self.catalogue.techniques.values()
            if any(self.catalogue.may_hide(technique, app_id) for app_id in self.apps)
            for host in self.catalogue.hosts(technique)
        }

    @cached_property
    def looks(self) -> tuple[frozenset[str], ...]:
        """For each key that an unknown item can look like: its categories. Empty: none can."""
        term = self.term
        reads_app = term.app_conditions or (term.where and term.where.uses_app)
        if term.apps or term.vendors or term.vendor_groups or reads_app:
            return ()
        keys = [frozenset(term.categories)] if term.categories else []
        if term.lists:
            keys.append(frozenset(c for entry in self.entries for c in _only_categories(entry)))
        return tuple(keys)

    def matches(
        self, item: DistinctItem, recognition: Recognition
    ) -> Iterator[tuple[Meaning | None, bool | None, bool]]:
        """Yield (meaning, holds, unclassified) for each meaning under which no key is false."""
        if item.kind not in self.term.kinds:
            return
        globs = self._globs(item)
        if globs is False:
            return
        if not self.term.names_apps:
            for meaning in recognition.meanings or (None,):
                yield meaning, globs, False
            return
        for meaning in recognition.meanings:
            if meaning.app_id in self.found:
                yield meaning, globs, False
            elif host := self.hosts.get(meaning.app_id):
                yield replace(meaning, basis=host.basis, confidence=host.confidence), True, False
        if not recognition.meanings and self._looks_like(recognition):
            yield None, globs, True

    def _looks_like(self, recognition: Recognition) -> bool:
        return bool(self.looks) and all(
            not key.isdisjoint(recognition.looks_like) for key in self.looks
        )

    def _globs(self, item: DistinctItem) -> bool | None:
        term = self.term
        answers = [
            _any_glob(globs, text)
            for globs, text in (
                (term.names, item.name),
                (term.identifiers, item.identifier),
                (term.publishers, item.publisher),
            )
            if globs
        ]
        if False in answers:
            return False
        return None if None in answers else True

    def tellable(self, kind: str, platform: str | None, *, names: bool) -> bool:
        """Whether a report could have shown what the term names (design: `unrecognisable`).

        Each app that is named must be; of a category, vendor or list, one app is enough.
        """
        if not self.term.names_apps:
            return True
        apps = self.catalogue.apps
        told = (apps[app_id].tellable(platform, kind, names=names) for app_id in self.apps)
        return all(told) if self.term.apps else any(told)


def _only_categories(entry: ListEntry) -> Sequence[str]:
    return () if entry.apps or entry.vendors or entry.vendor_groups else entry.categories


def _any_glob(globs: Sequence[str], text: str | None) -> bool | None:
    if text is None:
        return None
    return any(glob_matches(glob, text) for glob in globs)


@dataclass(frozen=True)
class ControlMatcher:
    """A control's selector: its terms, and the apps whose approval wins over it."""

    control_no: int
    terms: tuple[TermMatcher, ...]
    approved: frozenset[str]
    disguises: frozenset[str]
    """By which an app is recognised in a build that nobody approved."""

    @classmethod
    def of(
        cls, control_no: int, control: Control, catalogue: Catalogue, day: date
    ) -> ControlMatcher:
        """Lay out a control's selector for a day."""
        bans = not isinstance(control.demand, Require)
        return cls(
            control_no,
            tuple(TermMatcher(term, catalogue, day, bans) for term in control.demand.selector),
            frozenset(control.demand.approved),
            frozenset(t.basis for t in catalogue.techniques.values() if not t.genuine),
        )

    def approves(self, recognition: Recognition) -> bool:
        """Whether the item is surely an approved app, under any of its meanings."""
        return any(
            meaning.app_id in self.approved
            and meaning.confidence != Confidence.POSSIBLE
            and meaning.basis not in self.disguises
            for meaning in recognition.meanings
        )


def match_items(
    items: Iterator[DistinctItem], recogniser: Recogniser, controls: Sequence[ControlMatcher]
) -> Iterator[Match]:
    """Recognise each item once and answer every control's terms for it."""
    for item in items:
        recognition = recogniser.recognise(
            item.kind,
            item.identifier,
            item.identifier_type,
            item.name,
            item.publisher,
            item.signer,
            item.store_category,
            item.space,
        )
        known = bool(recognition.meanings or recognition.looks_like)
        for control in controls:
            if control.approves(recognition):
                continue
            for term_no, term in enumerate(control.terms):
                if term.term.names_apps and not known:
                    continue  # nothing to be found, and most items are so
                for meaning, holds, unclassified in term.matches(item, recognition):
                    yield Match(
                        control.control_no,
                        term_no,
                        item.item_no,
                        meaning,
                        holds,
                        unclassified,
                        term.term.uses_app,
                        term.term.has_condition,
                    )
