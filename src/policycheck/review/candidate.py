"""One entry of the queue: an item that no rule knows, and why somebody should look at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from policycheck.text import fold_text


class UnknownItem(NamedTuple):
    """A distinct item without an entry in the catalogue: `model.DISTINCT_COLUMNS`."""

    kind: str
    identifier: str | None
    identifier_type: str | None
    name: str | None
    publisher: str | None
    signer: str | None
    store_category: str | None

    @property
    def key(self) -> tuple[str, ...]:
        """What is asked about once: the identifier, else the name with its publisher."""
        if self.identifier is not None:
            return (self.kind, "", self.identifier, self.identifier_type or "")
        return (self.kind, "name", fold_text(self.name or ""), fold_text(self.publisher or ""))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item to be decided on. Its names, publishers and the like are those of most devices."""

    item: UnknownItem
    devices: int
    platforms: tuple[str, ...]
    """Of the devices that have it, sorted."""
    suspected: tuple[str, ...]
    """The apps that it may be, by its name; sorted ids."""
    looks_like: tuple[str, ...]
    """The controlled categories that it looks like; sorted, without their parents."""
    neighbours: tuple[str, ...]
    """The controlled apps of who published or signed it, or of their kin; sorted."""
    reasons: tuple[str, ...]
    """What of it looks so, in words, the strongest first."""
