"""The whole story of one violation, under all names that it had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from policycheck.store.episodes import Episode, read_episodes
from policycheck.store.events import EVENT, is_about
from policycheck.store.runs import GivenFile, Run, list_files, list_runs
from policycheck.store.violations import Violation

_EVENTS = select(*(EVENT.c[name] for name in ("at", "run_id", "kind", "cause", "detail"))).order_by(
    EVENT.c.id
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a violation."""

    at: datetime
    run_id: int | None
    kind: str
    """opened, closed, reopened, renamed, waived, waiver_lapsed, unwaived."""
    cause: str
    detail: str | None
    """How it was closed; the fingerprint that it had before it was renamed; the waiver."""


@dataclass(frozen=True)
class Story:
    """A violation, all that happened to it in order, and the runs in which it did."""

    violation: Violation
    events: tuple[Event, ...]
    runs: Mapping[int, Run]
    files: Mapping[int, tuple[GivenFile, ...]]
    """What each of these runs was given to read."""
    episodes: tuple[Episode, ...] = ()
    """What its earlier openings were proven by."""


def tell_story(connection: Connection, violation: Violation) -> Story:
    """Return all that happened to a violation, also under the names that it had before."""
    events: list[Event] = []
    names: tuple[str, ...] = (violation.fingerprint,)
    while names:
        rows = connection.execute(_EVENTS.where(is_about(names))).all()
        told = [Event(*row) for row in rows]
        events = [*told, *events]
        names = tuple(event.detail for event in told if event.kind == "renamed" and event.detail)
    runs = {event.run_id for event in events if event.run_id is not None}
    return Story(
        violation,
        tuple(events),
        {run.id: run for run in list_runs(connection, runs)},
        list_files(connection, runs),
        read_episodes(connection, violation.fingerprint),
    )
