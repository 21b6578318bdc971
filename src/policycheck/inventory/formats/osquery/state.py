"""What is installed on a host after all its results: added, minus removed, since the last base.

A differential query begins with everything (counter 0) and then tells changes. A new epoch, and a
counter that begins again, are a new base. A change without its base, or after a number that is
missing, leaves a state that is known in part: what is there is there, the rest is not known.

What a query found can be packed, so that the results of a later log go on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from policycheck.inventory.formats.osquery.events import Event

Place = tuple[int, int]
"""The input and the record that said something."""
NOWHERE: Place = (0, 0)
"""An earlier log, which is not at hand."""


@dataclass
class QueryState:
    """What one query found on one host, as far as it was told."""

    table: str = ""
    rows: dict[tuple[str, str], Place] = field(default_factory=dict)
    """Table and columns -> where they were added last."""
    is_whole: bool = False
    _at: tuple[int, int, int] | None = None
    _known_until: tuple[int, int, int] | None = None
    """Where an earlier log ended; what is not after it is in the rows already."""

    def pack(self) -> list[object] | None:
        """Return all of it as JSON; None for snapshots, which go on from nothing."""
        if self._at is None or self._at[1] < 0:
            return None
        return [self.table, self.is_whole, self._at, list(self.rows)]

    @classmethod
    def unpack(cls, packed: list[Any]) -> QueryState:
        """Return a query's state from what `pack` gave; its rows stand in no file of today."""
        table, is_whole, at, rows = packed
        known = dict.fromkeys(((of, columns) for of, columns in rows), NOWHERE)
        return cls(table, known, is_whole, tuple(at), tuple(at))

    def is_known(self, event: Event) -> bool:
        """Tell whether an earlier log told a result already.

        The last one may go on in this log; to take its rows in once more changes nothing.
        """
        if self._known_until is None or event.is_snapshot:
            return False
        epoch, counter, time = self._known_until
        return event.epoch == epoch and event.counter < counter and event.time <= time

    def apply(self, event: Event, place: Place) -> None:
        """Take in the next result; results come in the order of their time."""
        if self.is_known(event):
            return
        self.table = event.table or self.table
        if event.is_snapshot:
            self.rows.clear()
            self.is_whole = True
            self._at = None
        elif (event.epoch, event.counter, event.time) != self._at:
            self._step(event)
        if not event.is_snapshot:
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
    last: Place = NOWHERE
    inputs: set[int] = field(default_factory=set)

    def spoil(self) -> None:
        """Take no query's list for whole: a line was lost that may have been any's."""
        for query in self.queries.values():
            query.is_whole = False


def pack(state: HostState) -> dict[str, object]:
    """Return what a later log goes on from: the state of each query that tells changes."""
    packed = {name: query.pack() for name, query in state.queries.items()}
    return {name: query for name, query in packed.items() if query is not None}


def unpack(packed: Mapping[str, list[Any]]) -> HostState:
    """Return a host's state from what `pack` gave."""
    return HostState({name: QueryState.unpack(query) for name, query in packed.items()})


def fold(
    events: Iterable[tuple[Event, Place]], earlier: Mapping[str, HostState]
) -> dict[str, HostState]:
    """Return the state of every host after these results, which may come in any order.

    `earlier` are the states that they go on from, of the hosts that have one.
    """
    hosts: dict[str, HostState] = {}
    ordered = sorted(events, key=lambda pair: (pair[0].time, pair[0].counter, pair[1]))
    for event, place in ordered:
        if event.host not in hosts:
            hosts[event.host] = earlier.get(event.host, HostState())
        host = hosts[event.host]
        host.decorations.update(event.decorations)
        host.time = max(host.time, event.time)
        host.last = place
        host.inputs.add(place[0])
        if event.table or event.rows or event.query in host.queries:
            host.queries.setdefault(event.query, QueryState()).apply(event, place)
    return hosts
