"""The catalogue turned into tables: every string by which an app can be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from policycheck.catalogue.app import App, Identifier
from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.names import Lookalikes, bare, plain

_K = TypeVar("_K")
Apps = tuple[str, ...]
Key = tuple[str | None, str]
"""Identifier type and value; the type is null where a report does not tell it."""

_SILENT_TYPES = frozenset({"apple_team_id", "url_scheme"})
"""A team id is matched with the signer, a URL scheme with nothing."""


@dataclass(frozen=True)
class Index:
    """From strings to the apps that bear them, more than one where they are shared."""

    identifiers: Mapping[Key, Apps]
    identifiers_without_case: Mapping[Key, Apps]
    names: Mapping[str, Apps]
    distinctive: Mapping[str, Apps]
    windows_names: Mapping[str, Apps]
    """Names of Windows uninstall entries, as good as distinctive ones there."""
    skeletons: Mapping[str, Apps]


@dataclass
class _Tables:
    """What an `Index` is made from, while it is made; a dict of None keeps order and no doubles."""

    identifiers: dict[Key, dict[str, None]] = field(default_factory=dict)
    folded: dict[Key, dict[str, None]] = field(default_factory=dict)
    names: dict[str, dict[str, None]] = field(default_factory=dict)
    distinctive: dict[str, dict[str, None]] = field(default_factory=dict)
    windows_names: dict[str, dict[str, None]] = field(default_factory=dict)
    skeletons: dict[str, dict[str, None]] = field(default_factory=dict)

    def add_identifier(self, app_id: str, row: Identifier) -> None:
        if row.type in _SILENT_TYPES:
            return
        for type_ in (row.type, None):
            self.identifiers.setdefault((type_, row.value), {})[app_id] = None
            self.folded.setdefault((type_, row.value.casefold()), {})[app_id] = None
        if row.type == "win_uninstall_name":
            name = plain(row.value)
            for key in (name, bare(name)):
                self.windows_names.setdefault(key, {})[app_id] = None
                self.names.setdefault(key, {})[app_id] = None

    def add_names(self, app: App, lookalikes: Lookalikes) -> None:
        for name in map(plain, app.names):
            self.names.setdefault(name, {})[app.app_id] = None
            if skeleton := lookalikes.skeleton(name):
                self.skeletons.setdefault(skeleton, {})[app.app_id] = None
        for name in map(plain, app.distinctive):
            self.distinctive.setdefault(name, {})[app.app_id] = None


def build_index(catalogue: Catalogue, lookalikes: Lookalikes) -> Index:
    """Make the tables; the order of apps is the catalogue's."""
    tables = _Tables()
    for app in catalogue.apps.values():
        tables.add_names(app, lookalikes)
        for row in app.identifiers:
            tables.add_identifier(app.app_id, row)
    return Index(
        _frozen(tables.identifiers),
        _frozen(tables.folded),
        _frozen(tables.names),
        _frozen(tables.distinctive),
        _frozen(tables.windows_names),
        _frozen(tables.skeletons),
    )


def _frozen(table: dict[_K, dict[str, None]]) -> Mapping[_K, Apps]:
    return {key: tuple(apps) for key, apps in table.items()}
