"""One digest for many hashes, from which each of them can be shown to be in it.

The hashes are the leaves of a tree; sixteen at a time, in their order, make the node above
them: the SHA-256 of their hex digits one after the other. A leaf, its fifteen neighbours, those
of the node above, and so on up, are enough to come to the root: six levels for a million.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from policycheck.store.session import Session, number

WIDTH = 16
EMPTY = hashlib.sha256().hexdigest()
"""The root of no leaves."""

Path = Sequence[Sequence[str]]
"""For each level from the leaves upwards, the node and its neighbours."""


def root_in(con: Session, leaves: str) -> str:
    """Return the root of a query's leaves, `n` (from 0) and `hash`, worked out in the session."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE node AS {leaves}")
    while number(con, "SELECT count(*) FROM node") > 1:
        con.execute(
            "CREATE OR REPLACE TEMP TABLE node AS"
            f" SELECT n // {WIDTH} AS n, sha256(string_agg(hash, '' ORDER BY n)) AS hash"
            " FROM node GROUP BY ALL"
        )
    con.execute("SELECT hash FROM node")
    (root,) = con.fetchone() or (EMPTY,)
    return str(root)


def root_of(leaves: Iterable[str]) -> str:
    """Return the root of leaves, of which few are in memory at once."""
    level = iter(leaves)
    while True:
        first = list(islice(level, 2))
        if len(first) < 2:
            return first[0] if first else EMPTY
        level = _above(chain(first, level))


def path_to(leaves: Sequence[str], place: int) -> Path:
    """Return how the leaf at a place (from 0) leads to the root."""
    path: list[Sequence[str]] = []
    while len(leaves) > 1:
        start = place // WIDTH * WIDTH
        path.append(list(leaves[start : start + WIDTH]))
        leaves, place = list(_above(leaves)), place // WIDTH
    return path


def leads(leaf: str, path: Path, root: str) -> bool:
    """Tell whether a path leads from a leaf to a root."""
    for group in path:
        if leaf not in group:
            return False
        leaf = _join(group)
    return leaf == root


def _above(level: Iterable[str]) -> Iterator[str]:
    rest = iter(level)
    while group := tuple(islice(rest, WIDTH)):
        yield _join(group)


def _join(group: Sequence[str]) -> str:
    return hashlib.sha256("".join(group).encode()).hexdigest()
