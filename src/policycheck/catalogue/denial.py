"""That an item is not what it looks like, because somebody looked at it and said so.

A denial takes away what a name, a maker or a look suggests, never what an identifier of the
catalogue says: whoever knows better than that writes the app's rule anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from policycheck.text import fold_text


@dataclass(frozen=True, slots=True)
class Denial:
    """One decision: who said when and why that an item is none of these."""

    kind: str
    identifier: str | None
    identifier_type: str | None
    """Null fits any type."""
    name: str | None
    publisher: str | None
    apps: frozenset[str]
    categories: frozenset[str]
    """With everything below them."""
    by: str
    on: date
    why: str


class Denials:
    """All denials, ready to be asked for an item; empty and false in most catalogues."""

    def __init__(self, denials: Iterable[Denial]) -> None:
        self._by_identifier: dict[str, list[Denial]] = {}
        self._by_name: dict[tuple[str, str], list[Denial]] = {}
        for denial in denials:
            if denial.identifier is not None:
                self._by_identifier.setdefault(denial.identifier, []).append(denial)
            else:
                key = _name_key(denial.name, denial.publisher)
                self._by_name.setdefault(key, []).append(denial)

    def __bool__(self) -> bool:
        return bool(self._by_identifier or self._by_name)

    def of(
        self,
        kind: str | None,
        identifier: str | None,
        identifier_type: str | None,
        name: str | None,
        publisher: str | None,
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Return the apps and the categories that are denied of an item; empty mostly."""
        if identifier is None:
            found = self._by_name.get(_name_key(name, publisher), [])
        else:
            found = [
                denial
                for denial in self._by_identifier.get(identifier, [])
                if identifier_type is None or denial.identifier_type in (None, identifier_type)
            ]
        meant = [denial for denial in found if kind in (None, denial.kind)]
        return (
            frozenset().union(*(denial.apps for denial in meant)),
            frozenset().union(*(denial.categories for denial in meant)),
        )


def _name_key(name: str | None, publisher: str | None) -> tuple[str, str]:
    return fold_text(name or ""), fold_text(publisher or "")
