"""Selectors: which items a control looks for.

    {category: messaging, version: "<8", item.profile: work}

The keys of a map are ANDed, the values of a key ORed, a list of maps is ORed.
"""

from __future__ import annotations

from dataclasses import dataclass

from policycheck.policy.condition import Condition
from policycheck.policy.versions import VersionSpec
from policycheck.policy.where import Where


@dataclass(frozen=True)
class Term:
    """One map of a selector: all of its keys must hold."""

    apps: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    """As written: each means itself and all below it in the tree."""
    vendors: tuple[str, ...] = ()
    vendor_groups: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("app",)
    names: tuple[str, ...] = ()
    """Globs, as written; they match folded text (`text.glob_matches`)."""
    identifiers: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    versions: tuple[VersionSpec, ...] = ()
    item_conditions: Condition | None = None
    """All `item.*` keys, ANDed."""
    app_conditions: Condition | None = None
    """All `app.*` keys, ANDed; false for an item that the catalogue does not know."""
    where: Where | None = None

    @property
    def names_apps(self) -> bool:
        """Whether a key asks by the catalogue's ids: app, category, vendor, group or list."""
        return bool(
            self.apps or self.categories or self.vendors or self.vendor_groups or self.lists
        )

    @property
    def uses_app(self) -> bool:
        """Whether any key needs the catalogue to know the item, so that confidence counts."""
        where_uses_app = self.where is not None and self.where.uses_app
        return self.names_apps or self.app_conditions is not None or where_uses_app

    @property
    def has_globs(self) -> bool:
        """Whether a key asks for a name, an identifier or a publisher."""
        return bool(self.names or self.identifiers or self.publishers)

    @property
    def has_condition(self) -> bool:
        """Whether a key asks more than what all installs of an item have in common."""
        conditions = (self.item_conditions, self.app_conditions, self.where)
        return bool(self.versions) or any(condition is not None for condition in conditions)

    @property
    def condition_columns(self) -> tuple[str, ...]:
        """The columns that the conditions, `version` and `where` read, each once."""
        conditions = (self.item_conditions, self.app_conditions, self.where)
        names = [name for asked in conditions if asked is not None for name in asked.columns]
        return tuple(dict.fromkeys([*(("item.version",) if self.versions else ()), *names]))


Selector = tuple[Term, ...]
