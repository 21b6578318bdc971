"""Known apps in disguise: the techniques under `rules/evasion/`, made ready to be asked.

Each question costs a few dictionary look-ups, or none; what is long or hostile is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable

from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.index import Apps, Index
from policycheck.catalogue.makers import Makers
from policycheck.catalogue.misspellings import Misspellings
from policycheck.catalogue.names import Lookalikes, plain
from policycheck.catalogue.technique import IdentifierPattern, Technique
from policycheck.model import IDENTIFIER_TYPES

_SHORTEST = 2
"""A word for a copy stands beside it: so QQ will do, and X will not."""
_Patterns = tuple[tuple[str, ...], list[tuple[Technique, IdentifierPattern]]]
"""What the identifiers of one type may begin with, and what they are held against."""
_NONE: _Patterns = ((), [])
Disguise = tuple[Technique, Apps]
"""The technique that was seen, and the apps that it may stand for."""


class Disguises:
    """Asked of one item after another; each answer depends on nothing but the item."""

    def __init__(
        self, catalogue: Catalogue, index: Index, lookalikes: Lookalikes, makers: Makers
    ) -> None:
        self._techniques = tuple(catalogue.techniques.values())
        self._index = index
        self._makers = makers
        types = (*IDENTIFIER_TYPES, None)
        self._around = {type_: _patterns(self._techniques, type_, known=True) for type_ in types}
        self._wrapped = {type_: _patterns(self._techniques, type_, known=False) for type_ in types}
        names = _KnownNames(catalogue, lookalikes)
        self._looks = next((t for t in self._techniques if t.looks), None)
        tables = [(t, _decorated(t, names, lookalikes)) for t in self._techniques if t.has_names]
        self._decorated = [(t, table) for t, table in tables if not t.by_name]
        self._wrapped_names = {t.technique: table for t, table in tables if t.by_name}
        self._spelled = [
            (t, Misspellings(names.imitated(t, distinctive=True), t.spelling, lookalikes))
            for t in self._techniques
            if t.spelling
        ]

    def around_known(
        self, identifier: str, type_: str | None, signer: str | None
    ) -> Disguise | None:
        """Find a known identifier inside an unknown one."""
        starts, patterns = self._around.get(type_, _NONE)
        if not identifier.startswith(starts):
            return None
        for technique, pattern in patterns:
            known = pattern.find(identifier)
            apps = known and self._index.identifiers.get((pattern.known_type or type_, known))
            if not apps:
                continue
            if technique.unless_signed and signer and self._makers.signed(apps, signer):
                continue
            return technique, apps
        return None

    def of_known(
        self, apps: Apps, type_: str | None, signer: str | None, space: str | None
    ) -> Technique | None:
        """Say what is odd about an item whose identifier is known: its signer, or its place."""
        if signer:
            for technique in self._techniques:
                if type_ in technique.signed_by_another and self._makers.contradicts(apps, signer):
                    return technique
        if space:
            for technique in self._techniques:
                if space in technique.profiles or _is_user_from(space, technique.android_user):
                    return technique
        return None

    def of_named(
        self, apps: Apps, identifier: str | None, type_: str | None, signer: str | None
    ) -> Technique | None:
        """Say what is odd about an item of a known name: its identifier, or its signer."""
        if not identifier:
            return None
        if wrapper := self._wrapper(identifier, type_):
            return wrapper
        if signer:
            for technique in self._techniques:
                if type_ in technique.named_by_another and self._makers.contradicts(apps, signer):
                    return technique
        return None

    def by_name(self, letters: str, identifier: str | None, type_: str | None) -> Disguise | None:
        """Find a known name inside or near an unknown one, given what an eye reads of it."""
        apps = self._index.skeletons.get(letters)
        if apps and self._looks:
            return self._looks, apps
        for technique, decorated in self._decorated:
            if apps := decorated.get(letters):
                return technique, apps
        wrapper = self._wrapper(identifier, type_) if identifier else None
        if wrapper and (apps := self._wrapped_names.get(wrapper.technique, {}).get(letters)):
            return wrapper, apps
        for technique, misspellings in self._spelled:
            if apps := misspellings.find(letters):
                return technique, apps
        return None

    def _wrapper(self, identifier: str, type_: str | None) -> Technique | None:
        starts, patterns = self._wrapped.get(type_, _NONE)
        if not identifier.startswith(starts):
            return None
        for technique, pattern in patterns:
            if pattern.find(identifier) is not None:
                return technique
        return None


def _decorated(technique: Technique, names: _KnownNames, lookalikes: Lookalikes) -> dict[str, Apps]:
    """Return all imitated names with all that may stand around them."""
    table: dict[str, Apps] = {}
    for patterns, distinctive in ((technique.names, False), (technique.distinctive_names, True)):
        imitated = names.imitated(technique, distinctive=distinctive)
        for pattern in patterns:
            before, after = (lookalikes.letters(plain(p)) for p in pattern.split("{name}"))
            for name, apps in imitated.items():
                table.setdefault(f"{before}{name}{after}", apps)
    return table


def _patterns(techniques: Iterable[Technique], type_: str | None, *, known: bool) -> _Patterns:
    patterns = [
        (technique, pattern)
        for technique in techniques
        for pattern in (technique.by_identifier if known else technique.by_name)
        if pattern.fits_type(type_)
    ]
    return tuple(pattern.start for _, pattern in patterns), patterns


class _KnownNames:
    """All names of the catalogue by what an eye reads of them, each read once."""

    def __init__(self, catalogue: Catalogue, lookalikes: Lookalikes) -> None:
        self._rows = [
            (app, name in app.distinctive, letters)
            for app in catalogue.apps.values()
            for name in app.names
            if len(letters := lookalikes.letters(plain(name))) >= _SHORTEST
        ]
        self._categories = {app_id: catalogue.all_categories(app_id) for app_id in catalogue.apps}

    def imitated(self, technique: Technique, *, distinctive: bool) -> dict[str, Apps]:
        """Return the names that a technique imitates, with their apps."""
        named: dict[str, dict[str, None]] = {}
        for app, is_distinctive, letters in self._rows:
            if (is_distinctive or not distinctive) and self._is_imitated(technique, app.app_id):
                named.setdefault(letters, {})[app.app_id] = None
        return {letters: tuple(apps) for letters, apps in named.items()}

    def _is_imitated(self, technique: Technique, app_id: str) -> bool:
        wanted = technique.imitated
        return not wanted or not set(wanted).isdisjoint(self._categories[app_id])


def _is_user_from(space: str, first: int | None) -> bool:
    return first is not None and space.isdecimal() and int(space) >= first
