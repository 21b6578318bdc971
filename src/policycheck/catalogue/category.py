"""The tree of categories, and what an unknown item must look like to be in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Looks:
    """Signs of a category on an item that the catalogue does not know."""

    store_categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Whole words in alphabets, substrings in scripts without spaces."""
    unless: tuple[str, ...] = ()
    """Words that explain the others away: a chat sticker is no messenger."""


@dataclass(frozen=True, slots=True)
class Category:
    """One node of the tree."""

    category_id: str
    title: Mapping[str, str]
    parent: str | None = None
    looks: Looks = field(default_factory=Looks)


class Categories(Mapping[str, Category]):
    """All categories by id; frozen, and quick to ask for kin."""

    def __init__(self, categories: Mapping[str, Category]) -> None:
        self._nodes = MappingProxyType(dict(categories))
        self._within = {id_: frozenset(self._descend(id_)) for id_ in self._nodes}

    def __getitem__(self, category_id: str) -> Category:
        return self._nodes[category_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)

    def within(self, category_id: str) -> frozenset[str]:
        """Return the category and everything below it; empty if it is unknown."""
        return self._within.get(category_id, frozenset())

    def parents(self, category_id: str) -> tuple[str, ...]:
        """Return what lies above a category, the nearest first."""
        above: list[str] = []
        node = self._nodes.get(category_id)
        while node and node.parent and node.parent not in above:
            above.append(node.parent)
            node = self._nodes.get(node.parent)
        return tuple(above)

    def _descend(self, category_id: str) -> Iterator[str]:
        return (
            id_ for id_ in self._nodes if id_ == category_id or category_id in self.parents(id_)
        )
