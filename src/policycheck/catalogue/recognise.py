"""What is this item? The one place that answers, once for each distinct item.

The strongest answer wins and the weaker ones are not told: an identifier that the catalogue
knows decides, whatever the name says. What is known by nothing may still look like something.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.denial import Denials
from policycheck.catalogue.disguises import Disguises
from policycheck.catalogue.index import Apps, build_index
from policycheck.catalogue.looks import Looks
from policycheck.catalogue.makers import Makers
from policycheck.catalogue.names import Lookalikes, bare, plain
from policycheck.catalogue.technique import LONGEST, Technique
from policycheck.model import SERVICE_KINDS, Confidence
from policycheck.text import fold_text


class Basis(StrEnum):
    """By what an item was recognised, strongest first; or by a technique of `rules/evasion/`."""

    IDENTIFIER = "identifier"
    IDENTIFIER_OTHER_CASE = "identifier_other_case"
    SIGNER_AND_NAME = "signer_and_name"
    PUBLISHER_AND_NAME = "publisher_and_name"
    DISTINCTIVE_NAME = "distinctive_name"
    NAME = "name"


@dataclass(frozen=True, slots=True, order=True)
class Meaning:
    """One app that an item may be, and how sure that is."""

    app_id: str
    basis: str
    """A `Basis`, or a technique's."""
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Recognition:
    """What an item is: several meanings only where an identifier or a name is shared."""

    meanings: tuple[Meaning, ...] = ()
    """All of one confidence, sorted by app; empty for an item without an entry."""
    looks_like: frozenset[str] = frozenset()
    """Categories, parents included, that an item without an entry looks like."""


_UNKNOWN = Recognition()
_PACKAGES = frozenset({"deb_package", "rpm_package", "homebrew"})
"""Where package lists know no other name than the identifier, which is unknown: Debian's `slack`,
`bip` and `notion` are nobody's messenger."""
_SUREST_FIRST = tuple(Confidence)
_NOTHING_DENIED: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


class _Name(NamedTuple):
    """A name as the tables hold it: whole, and bare of version and architecture."""

    full: str
    short: str

    @classmethod
    def of(cls, name: str | None) -> _Name:
        full = plain(name) if name else ""
        return cls(full, bare(full))


class _Item(NamedTuple):
    """What is asked about an item that is no service, read once."""

    identifier: str | None
    type: str | None
    name: _Name
    publisher: str | None
    signer: str | None
    space: str | None


class Recogniser:
    """A catalogue made ready to be asked; the same question has the same answer, always."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._lookalikes = Lookalikes(catalogue.confusables)
        self._index = build_index(catalogue, self._lookalikes)
        self._makers = Makers(catalogue)
        self._disguises = Disguises(catalogue, self._index, self._lookalikes, self._makers)
        self._looks = Looks(catalogue, self._lookalikes)
        self._denials = Denials(catalogue.denials)

    def recognise(  # noqa: PLR0917 - the columns of model.DISTINCT_COLUMNS, in their order
        self,
        kind: str | None,
        identifier: str | None,
        identifier_type: str | None,
        name: str | None,
        publisher: str | None,
        signer: str | None,
        store_category: str | None,
        space: str | None = None,
    ) -> Recognition:
        """Recognise one distinct item by its columns, any of which may be null.

        `space` is the profile that holds it, or the number of its Android user where a report
        tells only that.
        """
        name = name[:LONGEST] if name else None
        if kind in SERVICE_KINDS:
            found = self._by_service_name(name) or self._by_service_name(identifier)
        else:
            item = _Item(identifier, identifier_type, _Name.of(name), publisher, signer, space)
            found = (self._by_identifier(item) if identifier else None) or (
                self._by_name(item) if item.name.full else None
            )
        no_app, no_category = _NOTHING_DENIED
        if self._denials:
            no_app, no_category = self._denials.of(
                kind, identifier, identifier_type, name, publisher
            )
        if found and (left := _without(found, no_app)):
            return left
        looks = self._looks.categories_of(name, store_category) - no_category
        return Recognition(looks_like=looks) if looks else _UNKNOWN

    def _by_service_name(self, text: str | None) -> Recognition | None:
        """Of a payment channel or an account the normalised name is the identifier."""
        name = _Name.of(text and fold_text(text[:LONGEST]))
        if apps := self._named(name):
            sure = Confidence.EXACT if len(apps) == 1 else Confidence.LIKELY
            return _recognition(apps, Basis.NAME, sure)
        return self._by_look(name)

    def _by_identifier(self, item: _Item) -> Recognition | None:
        """Decide by identifier; where several apps share it, the name may settle which."""
        identifier, type_ = item.identifier or "", item.type
        if apps := self._index.identifiers.get((type_, identifier)):
            meant = self._settle(apps, item.name)
            sure = Confidence.EXACT if len(meant) == 1 else Confidence.LIKELY
            odd = self._disguises.of_known(meant, type_, item.signer, item.space)
            return _recognition(meant, Basis.IDENTIFIER, sure, odd)
        folded = identifier.strip().casefold()
        if apps := self._index.identifiers_without_case.get((type_, folded)):
            meant = self._settle(apps, item.name)
            return _recognition(meant, Basis.IDENTIFIER_OTHER_CASE, Confidence.LIKELY)
        if disguise := self._disguises.around_known(identifier, type_, item.signer):
            technique, apps = disguise
            meant = self._settle(apps, item.name)
            sure = Confidence.EXACT if len(meant) == 1 else Confidence.LIKELY
            return _recognition(meant, Basis.IDENTIFIER, sure, technique)
        return None

    def _by_name(self, item: _Item) -> Recognition | None:
        """Decide by name: with a witness, by its distinctiveness, or as a mere possibility."""
        name, publisher, signer = item.name, item.publisher, item.signer
        named = self._named(name)
        if not named:
            return self._by_look(name, item.identifier, item.type)
        if signer and (apps := self._makers.signed(named, signer)):
            return _recognition(apps, Basis.SIGNER_AND_NAME, Confidence.LIKELY)
        if publisher and (apps := self._makers.published(named, publisher)):
            return _recognition(apps, Basis.PUBLISHER_AND_NAME, Confidence.LIKELY)
        odd = self._disguises.of_named(named, item.identifier, item.type, signer)
        index = self._index
        certain = index.distinctive.get(name.full) or index.distinctive.get(name.short)
        if not certain and _may_be_windows(item.identifier, item.type):
            certain = index.windows_names.get(name.full) or index.windows_names.get(name.short)
        if certain:
            return _recognition(certain, Basis.DISTINCTIVE_NAME, Confidence.LIKELY, odd)
        if item.type in _PACKAGES and plain(item.identifier or "") == name.full:
            return None
        return _recognition(named, Basis.NAME, Confidence.POSSIBLE, odd)

    def _by_look(
        self, name: _Name, identifier: str | None = None, type_: str | None = None
    ) -> Recognition | None:
        letters = self._lookalikes.skeleton(name.short)
        disguise = self._disguises.by_name(letters, identifier, type_) if letters else None
        if disguise is None:
            return None
        technique, apps = disguise
        return _recognition(apps, technique.basis, technique.confidence)

    def _named(self, name: _Name) -> Apps:
        names = self._index.names
        return names.get(name.full) or names.get(name.short) or ()

    def _settle(self, apps: Apps, name: _Name) -> Apps:
        if len(apps) == 1:
            return apps
        return tuple(app for app in self._named(name) if app in apps) or apps


def _recognition(
    apps: Iterable[str], basis: str, sure: Confidence, odd: Technique | None = None
) -> Recognition:
    """Put an answer together; in a disguise it is as sure as the technique lets it be."""
    if odd is not None:
        basis, sure = odd.basis, max(sure, odd.confidence, key=_SUREST_FIRST.index)
    return Recognition(tuple(Meaning(app, basis, sure) for app in sorted(apps)))


def _without(found: Recognition, denied: frozenset[str]) -> Recognition | None:
    """Take out the apps that somebody denied, but never what an identifier says."""
    if denied.isdisjoint(meaning.app_id for meaning in found.meanings):
        return found
    left = tuple(
        meaning
        for meaning in found.meanings
        if meaning.app_id not in denied
        or meaning.basis == Basis.IDENTIFIER
        or meaning.confidence == Confidence.EXACT
    )
    return Recognition(left) if left else None


def _may_be_windows(identifier: str | None, type_: str | None) -> bool:
    """Say whether the name may be that of a Windows uninstall entry."""
    if type_ is None:
        return identifier is None
    return type_.startswith(("win", "msix", "msstore"))
