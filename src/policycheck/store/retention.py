"""Retention: rows that were kept long enough are removed; the chain goes on to verify.

What is removed of rows that are sealed is named by tombstones (see tombstones.py). Events stay:
they say that something was opened and closed, not about whom.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, String, bindparam, delete, select, text, update

from policycheck.store.opened import list_opened, without_violations
from policycheck.store.tables import metadata
from policycheck.store.tables.lives import MARK_LENGTH
from policycheck.store.times import UtcTime
from policycheck.store.tombstones import PRUNE

_PERSONAL = metadata.tables["personal"]
_CONTENT = metadata.tables["content"]
_OLD_RUN = text("SELECT max(id) FROM run WHERE started_at < :before").bindparams(
    bindparam("before", type_=UtcTime())
)
_IS_OLD = "status = 'closed' AND closed_at < :before"
_OLD = f"SELECT fingerprint FROM violation WHERE {_IS_OLD}"
_IS_OF_OLD = (
    f"e.fingerprint = o.name AND substr(e.fingerprint, 1, {MARK_LENGTH})"
    f" = substr(o.name, 1, {MARK_LENGTH})"
)
_OPENED = text(f"""
WITH RECURSIVE old(name) AS (
    {_OLD}
    UNION
    SELECT e.detail FROM old AS o JOIN event AS e ON {_IS_OF_OLD} AND e.kind = 'renamed'
)
SELECT e.run_id, o.name
FROM old AS o
JOIN event AS e ON {_IS_OF_OLD} AND e.kind IN ('opened', 'reopened')
WHERE o.name NOT IN (SELECT fingerprint FROM violation WHERE NOT ({_IS_OLD}))
ORDER BY e.run_id
""").bindparams(bindparam("before", type_=UtcTime()))
"""The openings of old violations under all their names, but for names that others have now."""
_NEEDED = text(
    "SELECT 1 FROM violation WHERE fingerprint IN :names UNION ALL"
    " SELECT 1 FROM event WHERE kind = 'renamed' AND detail IN :names LIMIT 1"
).bindparams(bindparam("names", expanding=True, type_=String()))
_AT_ONCE = 500


def last_pruning(connection: Connection) -> int:
    """Return the last run that removed something, 0 where there is none."""
    asked = text("SELECT max(id) FROM run WHERE kind = :kind")
    return connection.execute(asked, {"kind": PRUNE}).scalar() or 0


def remove_rejections(connection: Connection, before: datetime) -> tuple[int, int]:
    """Remove the rejected rows of old runs; return the last such run, and how many rows."""
    last = connection.execute(_OLD_RUN, {"before": before}).scalar()
    gone = text("DELETE FROM rejection WHERE run_id <= :last")
    return last or 0, connection.execute(gone, {"last": last or 0}).rowcount


def remove_closed(connection: Connection, before: datetime) -> tuple[int, frozenset[str]]:
    """Remove violations that were closed before an aware moment, and what they were opened with.

    Returns how many, and the digests of the contents that went with them.
    """
    openings: dict[int, list[str]] = defaultdict(list)
    for run_id, name in connection.execute(_OPENED, {"before": before}):
        openings[run_id].append(name)
    closed = bindparam("before", type_=UtcTime())
    for statement in (
        f"DELETE FROM episode WHERE fingerprint IN ({_OLD})",
        f"DELETE FROM violation WHERE {_IS_OLD}",
    ):
        done = connection.execute(text(statement).bindparams(closed), {"before": before})
    gone: set[str] = set()
    for run_id, names in openings.items():
        _rewrite_personal(connection, run_id, names)
        gone.update(_drop_openings(connection, run_id))
    return done.rowcount, frozenset(gone)


def _rewrite_personal(connection: Connection, run_id: int, names: Sequence[str]) -> None:
    asked = select(_PERSONAL.c.packed).where(_PERSONAL.c.run_id == run_id)
    packed = connection.execute(asked).scalar_one_or_none()
    if packed is not None:
        put_personal(connection, run_id, without_violations(packed, names))


def put_personal(connection: Connection, run_id: int, packed: bytes | None) -> None:
    """Keep another table of what is personal of a run; None: nothing of it."""
    mine = _PERSONAL.c.run_id == run_id
    if packed is None:
        connection.execute(delete(_PERSONAL).where(mine))
    else:
        connection.execute(update(_PERSONAL).where(mine).values(packed=packed))


def _drop_openings(connection: Connection, run_id: int) -> Iterator[str]:
    """Remove what a run opened, if no violation that is left may need it; yield its digest."""
    run = metadata.tables["run"]
    seal = connection.execute(select(run.c.seal).where(run.c.id == run_id)).scalar() or {}
    for kind, name, sha256 in seal.get("contents", ()):
        if kind != "openings" or name != str(run_id):
            continue
        mine = _CONTENT.c.sha256 == sha256
        packed = connection.execute(select(_CONTENT.c.packed).where(mine)).scalar()
        if packed and not _is_needed(connection, list_opened(packed)):
            connection.execute(delete(_CONTENT).where(mine))
            yield sha256


def _is_needed(connection: Connection, names: Iterable[str]) -> bool:
    supply = iter(names)
    while chunk := list(islice(supply, _AT_ONCE)):
        if connection.execute(_NEEDED, {"names": chunk}).first():
            return True
    return False
