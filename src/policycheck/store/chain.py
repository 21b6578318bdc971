"""The chain: every run is sealed by a hash, in which the hash of the run before it is.

- An event's hash is the SHA-256 of the canonical JSON of
  `[id, run_id, at, fingerprint, kind, cause, detail]`: an edited event is named by itself.
- A run's `seal` holds, for each table that it wrote to, how many rows that were and one digest
  of them all (of events the root of a tree: see tree.py), and the digests of the contents that
  it went by.
- A run's hash is that of the canonical JSON of its row, the seal and the hash of the run before
  it (`previous`) included.

So whoever knows the last hash, the head, can tell whether anything before it is another now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, insert, select, text, update

from policycheck.store.canonical import canonical, digest
from policycheck.store.session import Session
from policycheck.store.tables import EventRow, RunRow, metadata
from policycheck.store.tree import root_in, root_of

FIRST = "0" * 64
"""What stands for the hash of the run before the first."""
RUN: Table = metadata.tables["run"]
_RUN_COLUMNS = (
    "id", "kind", "started_at", "as_of", "version", "catalogue_sha256", "people_sha256",
    "policies", "options", "facts", "previous", "seal",
)  # fmt: skip
SEALED: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "report": (
            "id", "path", "sha256", "format", "devices", "items", "records", "rejected",
            "received_at", "segment",
        ),
        "rejection": ("id", "path", "record", "reason"),
        "tally": (
            "policy", "control", "grain", "all", "not_applicable", "excused", "in_scope",
            "passed", "violation", "advice", "unknown", "unknown_reasons", "stale", "waived",
            "in_grace", "coverage",
        ),
    }
)  # fmt: skip
"""The tables whose rows of a run are sealed by one digest each, and the columns that count."""
_EVENTS = """
CREATE OR REPLACE TABLE hashed_event AS
SELECT
    *,
    sha256(CAST(
        json_array(id, run_id, moment, fingerprint, kind, cause, detail) AS VARCHAR
    )) AS hash
FROM (
    SELECT
        CAST($1 AS BIGINT) + row_number() OVER (ORDER BY e.fingerprint, e.step) AS id,
        t.run_id,
        strftime(t.as_of, '%Y-%m-%dT%H:%M:%S.%fZ') AS moment,
        e.fingerprint,
        e.kind,
        e.cause,
        e.detail
    FROM new_event AS e
    CROSS JOIN this_run AS t
)
"""
_FIRST_EVENT = "SELECT min(id), count(*) FROM hashed_event"
_EVENT_LEAVES = "SELECT id - (SELECT min(id) FROM hashed_event) AS n, hash FROM hashed_event"


class Kept(NamedTuple):
    """A content that a run went by: what it is, which one of its kind, and its digest."""

    kind: str
    name: str
    sha256: str


class Deed(NamedTuple):
    """What an operator did to a violation; see the table `event`."""

    fingerprint: str
    kind: str
    detail: str | None = None


def read_head(connection: Connection) -> str:
    """Return the hash of the last run that is in the chain."""
    last = select(RUN.c.hash).where(RUN.c.hash.is_not(None)).order_by(RUN.c.id.desc()).limit(1)
    return str(connection.execute(last).scalar_one_or_none() or FIRST)


def hash_events(con: Session, last: int) -> dict[str, object]:
    """Give the run's events numbers, from after the `last`, and hashes; return what seals them.

    Reads new_event and this_run (see changes.sql and record.py). Leaves
    hashed_event(id, run_id, moment, fingerprint, kind, cause, detail, hash) behind, which is no
    TEMP table: another thread writes it.
    """
    con.execute(_EVENTS, [last])
    con.execute(_FIRST_EVENT)
    first, rows = con.fetchone() or (None, 0)
    return {"first": first, "rows": rows, "sha256": root_in(con, _EVENT_LEAVES)}


def last_event(connection: Connection) -> int:
    """Return the highest number of an event, 0 where there is none."""
    highest = connection.execute(text("SELECT coalesce(max(id), 0) FROM event"))
    return int(highest.scalar_one())


def hash_event(number: int, run_id: int | None, at: datetime, rest: Sequence[str | None]) -> str:
    """Return the hash of an event; `rest` is its fingerprint, kind, cause and detail."""
    return digest([number, run_id, at, *rest])


def seal_rows(connection: Connection, name: str, run_id: int) -> dict[str, object]:
    """Return what seals a run's rows of a table, in the order of their keys."""
    table = metadata.tables[name]
    whole, rows = hashlib.sha256(), 0
    columns = [table.c[column] for column in SEALED[name]]
    asked = select(*columns).where(table.c.run_id == run_id).order_by(*table.primary_key)
    for row in connection.execute(asked):
        whole.update(f"{canonical(list(row))}\n".encode())
        rows += 1
    return {"rows": rows, "sha256": whole.hexdigest()}


def run_rows() -> Select[Any]:
    """Return what asks for the columns of runs that are hashed, and for their hashes."""
    return select(*(RUN.c[name] for name in (*_RUN_COLUMNS, "hash"))).order_by(RUN.c.id)


def hash_run(row: Mapping[str, object]) -> str:
    """Return the hash of a run, given as its columns."""
    return digest({name: row[name] for name in _RUN_COLUMNS})


def seal_run(
    connection: Connection,
    run_id: int,
    written: Mapping[str, Mapping[str, object]],
    contents: Iterable[Kept] = (),
) -> str:
    """Add a run to the chain, whose rows are all written; return the new head.

    written: what seals its events, and what it opened.
    """
    tables = {name: seal_rows(connection, name, run_id) for name in SEALED}
    kept = [list(each) for each in sorted(set(contents))]
    sealed = {
        "seal": {**written, **tables, "contents": kept},
        "previous": read_head(connection),
    }
    row = connection.execute(run_rows().where(RUN.c.id == run_id)).mappings().one()
    head = hash_run({**row, **sealed})
    connection.execute(update(RUN).where(RUN.c.id == run_id).values(hash=head, **sealed))
    return head


def record_deeds(
    connection: Connection,
    kind: str,
    deeds: Sequence[Deed],
    *,
    at: datetime,
    version: str,
    options: Mapping[str, str],
    facts: str | None = None,
) -> int:
    """Record what an operator did as a run of its own kind, with its events; return its id.

    options: what was asked. facts: the segment that it wrote. To be called last in its transaction.
    """
    values: dict[str, Any] = {
        "kind": kind, "started_at": at, "as_of": at, "version": version, "catalogue_sha256": "",
        "policies": [], "options": dict(options), "facts": facts,
    }  # fmt: skip
    (run_id,) = connection.execute(insert(RunRow).values(**values)).inserted_primary_key or (0,)
    rows = []
    for number, (fingerprint, what, detail) in enumerate(deeds, last_event(connection) + 1):
        rest = (fingerprint, what, "operator", detail)
        rows.append(
            {
                "id": number, "run_id": run_id, "at": at, "fingerprint": fingerprint,
                "kind": what, "cause": "operator", "detail": detail,
                "hash": hash_event(number, run_id, at, rest),
            }
        )  # fmt: skip
    if rows:
        connection.execute(insert(EventRow), rows)
    events = {
        "first": rows[0]["id"] if rows else None,
        "rows": len(rows),
        "sha256": root_of(str(row["hash"]) for row in rows),
    }
    seal_run(connection, int(run_id), {"event": events})
    return int(run_id)
