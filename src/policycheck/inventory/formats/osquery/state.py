"""What is installed on a host after all its results: added, minus removed, since the last base.

A differential query begins with everything (counter 0) and then tells changes. A new epoch, and a
counter that begins again, are a new base. A change without its base, or after a number that is
missing, leaves a state that is known in part: what is there is there, the rest is not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from policycheck.inventory.formats.osquery.events import Event

Place = tuple[int, int]
"""The input and the record that said something."""


@dataclass
class QueryState:
    """What one query found on one host, as far as it was told."""

    table: str = ""
    rows: dict[tuple[str, str], Place] = field(default_factory=dict)
    """Table and columns -> where they were added last."""
    is_whole: bool = False
    _at: tuple[int, int, int] | None = None

    def apply(self, event: Event, place: Place) -> None:
        """Take in the next result; results come in the order of their time."""
        self.table = event.table or self.table
        if event.is_snapshot:
            self.rows.clear()
            self.is_whole = True
        elif (event.epoch, event.counter, event.time) != self._at:
            self._step(event)
        self._at = (event.epoch, event.counter, event.time)
        for sign, table, columns in event.rows:
            if sign == "+":
                self.rows[table, columns] = place
            else:
                self.rows.pop((table, columns), None)

    def _step(self, event: Event) -> None:
        epoch, counter, _ = self._at or (-1, -1, -1)
        if event.counter == 0:
            self.rows.clear()
            self.is_whole = True
        elif event.epoch != epoch:
            self.rows.clear()
            self.is_whole = False
        elif event.counter not in (counter, counter + 1) or event.counter < 0:
            self.is_whole = False


@dataclass
class HostState:
    """All that a host's results say of it."""

    queries: dict[str, QueryState] = field(default_factory=dict)
    decorations: dict[str, str] = field(default_factory=dict)
    time: int = -1
    last: Place = (0, 0)
    inputs: set[int] = field(default_factory=set)


def fold(events: Iterable[tuple[Event, Place]]) -> dict[str, HostState]:
    """Return the state of every host after these results, which may come in any order."""
    hosts: dict[str, HostState] = {}
    ordered = sorted(events, key=lambda pair: (pair[0].time, pair[0].counter, pair[1]))
    for event, place in ordered:
        host = hosts.setdefault(event.host, HostState())
        host.decorations.update(event.decorations)
        host.time = max(host.time, event.time)
        host.last = place
        host.inputs.add(place[0])
        if event.table or event.rows or event.query in host.queries:
            host.queries.setdefault(event.query, QueryState()).apply(event, place)
    return hosts
