"""The ids that a policy may use; they are the catalogue's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Vocabulary:
    """The ids that the catalogue knows, against which a policy is checked."""

    apps: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    vendors: frozenset[str] = frozenset()
    vendor_groups: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Ids by family and folded name, for who writes `app: 微信` or `vendor: Facebook`."""
    empty_categories: frozenset[str] = frozenset()
    """Those that hold no app, on which lint remarks."""

    def family(self, name: str) -> frozenset[str]:
        """Return the ids of a family by the key that policies use for it."""
        return {
            "app": self.apps,
            "category": self.categories,
            "vendor": self.vendors,
            "vendor_group": self.vendor_groups,
            "list": self.lists,
        }[name]


FAMILY_OF_COLUMN: Mapping[str, str] = MappingProxyType(
    {
        "app.app_id": "app",
        "app.categories": "category",
        "app.vendor": "vendor",
        "app.vendor_group": "vendor_group",
    }
)
"""The columns that hold catalogue ids."""
