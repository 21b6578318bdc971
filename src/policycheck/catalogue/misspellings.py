"""Names that are nearly a known one: a letter too many, too few, or another.

Each name is compared only with those that begin or end as it does: one mistake spoils the
beginning of a name or its end, never both.
"""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz.fuzz import ratio

from policycheck.catalogue.index import Apps
from policycheck.catalogue.names import Lookalikes, plain
from policycheck.catalogue.technique import Spelling

_END = 4
"""So many letters at one end must be right."""


class Misspellings:
    """Known names by their first and their last letters."""

    def __init__(
        self, names: Mapping[str, Apps], spelling: Spelling, lookalikes: Lookalikes
    ) -> None:
        self._spelling = spelling
        self._unless = frozenset(lookalikes.letters(plain(name)) for name in spelling.unless)
        self._by_start: dict[str, list[tuple[str, Apps]]] = {}
        self._by_end: dict[str, list[tuple[str, Apps]]] = {}
        for name, apps in names.items():
            if name.isascii() and len(name) >= spelling.shortest:
                self._by_start.setdefault(name[:_END], []).append((name, apps))
                self._by_end.setdefault(name[-_END:], []).append((name, apps))

    def find(self, letters: str) -> Apps | None:
        """Return the apps whose name is nearest, if it is near enough; of several the first."""
        begun = self._by_start.get(letters[:_END], [])
        ended = self._by_end.get(letters[-_END:], [])
        near = begun + ended if ended else begun
        if not near or letters in self._unless:
            return None
        cutoff = self._spelling.ratio
        scored = [(ratio(letters, name, score_cutoff=cutoff), name, apps) for name, apps in near]
        score, _, apps = max(scored, key=lambda each: each[0])
        return apps if score else None
