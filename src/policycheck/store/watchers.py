"""Watchers, as they last showed that they live."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, Table, bindparam, delete, insert, select

from policycheck.store.tables import metadata

_WATCHER: Table = metadata.tables["watcher"]
STOPPED = "stopped"
"""The state of a watcher that ended in peace."""


@dataclass(frozen=True)
class Heartbeat:
    """What a watcher does at a moment. Times are aware."""

    name: str
    """`HOST-PID`."""
    inbox: str
    started_at: datetime
    beat_at: datetime
    state: str
    """waiting, recording, re-judging or stopped."""
    last_run: int | None
    """The last run that this watcher recorded."""
    last_run_at: datetime | None
    backlog: int
    """Files in the inbox that are not recorded yet."""
    held: int
    """Files that cannot be recorded for now, though others can."""
    rejected_today: int
    """Since midnight, UTC, by this watcher."""
    trouble: str
    """Why nothing can be recorded; empty where that is not so."""
    refused: str
    """What is wrong with policies, rules or waivers newer than those that it goes by."""

    def to_json(self) -> str:
        """Write it down, times as ISO 8601 has them."""
        return json.dumps(asdict(self), default=datetime.isoformat, ensure_ascii=False)


def from_json(text: str) -> Heartbeat:
    """Read what `to_json` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    told = json.loads(text)
    times = {name: _moment(told[name]) for name in ("started_at", "beat_at", "last_run_at")}
    return Heartbeat(**(told | times))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def write_heartbeat(connection: Connection, beat: Heartbeat) -> None:
    """Put a watcher's heartbeat in the place of its last one."""
    connection.execute(delete(_WATCHER).where(_WATCHER.c.name == beat.name))
    connection.execute(insert(_WATCHER), asdict(beat))


def forget_watchers(
    connection: Connection, inbox: str, gone: Collection[str], before: datetime
) -> None:
    """Remove an inbox's watchers that are gone, have stopped, or last beat before a moment."""
    over = (_WATCHER.c.state == STOPPED) | (_WATCHER.c.beat_at < before)
    over |= _WATCHER.c.name.in_(bindparam("gone", expanding=True))
    mine = _WATCHER.c.inbox == inbox
    connection.execute(delete(_WATCHER).where(mine & over), {"gone": list(gone)})


def read_heartbeats(connection: Connection, inbox: str) -> Iterator[Heartbeat]:
    """Yield the heartbeats of an inbox's watchers, by name."""
    columns = [_WATCHER.c[each.name] for each in fields(Heartbeat)]
    asked = select(*columns).where(_WATCHER.c.inbox == inbox).order_by(_WATCHER.c.name)
    for row in connection.execute(asked).mappings():
        yield Heartbeat(**row)
