"""Draws the trees of `where`, which print themselves as SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from kleene import (
    Attribute,
    Both,
    Coalesced,
    Either,
    Equals,
    Flag,
    Has,
    In,
    Not,
    VersionAtLeast,
    Where,
)

T = TypeVar("T")
LISTS = ("person.groups", "app.categories")


class Draws(Protocol):
    """What chance can do."""

    def maybe(self, share: float) -> bool: ...

    def one(self, things: Sequence[T]) -> T: ...

    def some(self, things: Sequence[T], most: int, least: int = 1) -> list[T]: ...


def draw_where(
    chance: Draws,
    words: Mapping[str, Sequence[str]],
    flags: Sequence[str],
    versions: Sequence[str],
    depth: int = 2,
) -> Where:
    """Draw a tree over the columns of `words`; text columns hold `words`, flags are booleans."""
    if depth and chance.maybe(0.5):
        left = draw_where(chance, words, flags, versions, depth - 1)
        if chance.maybe(0.25):
            return Not(left)
        right = draw_where(chance, words, flags, versions, depth - 1)
        return chance.one((Both, Either))(left, right)
    column = chance.one(tuple(words))
    word = chance.one(words[column])
    if column in flags:
        return Flag(column)
    if column in LISTS:
        return Has(column, word)
    if ".attributes." in column:
        return Attribute(column.partition(".")[0], column.rpartition(".")[2], word)
    if column.endswith("version") and chance.maybe(0.7):
        return VersionAtLeast(column, chance.one(versions))
    if chance.maybe(0.15):
        return Coalesced(column, chance.one(words[column]), word)
    if chance.maybe(0.3):
        return In(column, tuple(chance.some(words[column], 3)))
    return Equals(column, word, same=chance.maybe(0.8))
