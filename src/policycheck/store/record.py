"""From the session into the database: what a run changes, and nothing else.

All of it belongs to the one transaction that also read what it was compared with
(`Store.writing`); facts must be on disk before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection, insert, text

from policycheck.inventory.base import Input
from policycheck.model import Tally
from policycheck.store.bulk import copy, unindexed, write
from policycheck.store.lives import Basis
from policycheck.store.runs import tally_columns
from policycheck.store.session import Row, Session, chunks, fill, number, program
from policycheck.store.tables import RunRow, TallyRow
from policycheck.store.times import SQL_FORMAT, to_stored


@dataclass(frozen=True)
class NewRun:
    """What a run says of itself. Times are aware."""

    started_at: datetime
    received_at: datetime
    version: str
    basis: Basis
    inputs: Sequence[Input] = ()
    tallies: Sequence[Tally] = ()
    facts: str | None = None
    """Digest of the segment with the facts of this run; needed if any report is newer."""
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def record(con: Session, connection: Connection, run: NewRun) -> int:
    """Write a run and what it changed, and return its id.

    Reads the ends of identity.identify, identity.hold and lives.compute_lives, the engine's
    finding and control, and the readers' rejected(path, record, reason).
    """
    run_id = _write_run(connection, run)
    _write_ledger(con, connection, run, run_id)
    _prepare(con, connection, run, run_id)
    _write_devices(con, connection)
    _write_controls(con, connection)
    with unindexed(connection, "violation", "event"):
        _write_lives(con, connection)
        _write_events(con, connection)
    return run_id


def _write_run(connection: Connection, run: NewRun) -> int:
    policies = [{"policy": p, "sha256": s} for p, s in sorted(run.basis.policies.items())]
    inserted = connection.execute(
        insert(RunRow).values(
            started_at=run.started_at,
            as_of=run.basis.as_of,
            version=run.version,
            catalogue_sha256=run.basis.catalogue_sha256,
            people_sha256=run.basis.people_sha256,
            policies=policies,
            options=dict(run.options),
            facts=run.facts,
        )
    )
    (run_id,) = inserted.inserted_primary_key or (0,)
    return int(run_id)


def _write_ledger(con: Session, connection: Connection, run: NewRun, run_id: int) -> None:
    """Write the files that were given, what of them was rejected, and the sums."""
    highest = connection.execute(text("SELECT coalesce(max(id), 0) FROM report")).scalar_one()
    ledger = list(enumerate(run.inputs, int(highest) + 1))
    received_at = to_stored(run.received_at)
    write(
        connection,
        "INSERT INTO report(id, run_id, path, sha256, format, devices, items, records, rejected,"
        " received_at, segment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [[(n, run_id, *_file_columns(given), received_at, run.facts) for n, given in ledger]],
    )
    con.execute("CREATE OR REPLACE TEMP TABLE ledger(report_id BIGINT, sha256 VARCHAR)")
    fill(con, "ledger", ("BIGINT", "VARCHAR"), [(n, i.sha256) for n, i in ledger])
    query = f"SELECT {run_id}, path, record, reason FROM rejected ORDER BY path, record, reason"
    copy(con, connection, "rejection", "run_id, path, record, reason", query)
    if run.tallies:
        rows = [{"run_id": run_id, **tally_columns(tally)} for tally in run.tallies]
        connection.execute(insert(TallyRow), rows)


def _file_columns(given: Input) -> Row:
    counts = (given.devices, given.items, given.records, given.rejected)
    return (given.path, given.sha256, given.format, *counts)


def _prepare(con: Session, connection: Connection, run: NewRun, run_id: int) -> None:
    """Lay out in the session all that is to be written."""
    con.execute(
        f"CREATE OR REPLACE TEMP MACRO to_stored(moment) AS strftime(moment, '{SQL_FORMAT}')"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE this_run AS SELECT CAST($1 AS BIGINT) AS run_id,"
        " CAST($2 AS TIMESTAMP) AS as_of",
        [run_id, to_stored(run.basis.as_of)],
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE stored_item(item_id BIGINT, kind VARCHAR, identifier VARCHAR,"
        " name VARCHAR, version VARCHAR, app_id VARCHAR, basis VARCHAR, confidence VARCHAR)"
    )
    if number(con, "SELECT count(*) FROM life WHERE change IS NOT NULL"):
        items = connection.execute(text(f"SELECT {_ITEM} FROM item"))
        fill(con, "stored_item", ("BIGINT", *("VARCHAR",) * 7), items)
    con.execute(program("changes.sql"))


_ITEM = "id, kind, identifier, name, version, app_id, basis, confidence"
_DEVICE = "device_key, device_id, name, serial, udid, platform, person_id, first_seen, judged"
_SOURCE = "device_key, source, report_id, report_no, reported_at"


def _write_devices(con: Session, connection: Connection) -> None:
    """Write the devices of which anything is new, their words, and which facts are theirs now."""
    query = (
        "SELECT * REPLACE (to_stored(first_seen) AS first_seen) FROM new_device ORDER BY device_key"
    )
    copy(con, connection, "device", _DEVICE, query, key="device_key")
    query = (
        "SELECT j.device_key, j.source, e.report_id, j.report_no, to_stored(j.reported_at)"
        " FROM judged AS j JOIN evidence AS e ON e.sha256 = j.report_sha256"
        " WHERE j.newer ORDER BY j.device_key, j.source"
    )
    copy(con, connection, "device_source", _SOURCE, query, key="device_key, source")
    columns = "value, kind, device_key"
    query = f"SELECT {columns} FROM alias ORDER BY ALL"
    copy(con, connection, "alias", columns, query, key=columns)


def _write_controls(con: Session, connection: Connection) -> None:
    """Keep each control's severity and obligation: violations show today's."""
    columns = "policy, control, severity, obligation"
    query = f"SELECT {columns} FROM control ORDER BY ALL"
    copy(con, connection, "control", columns, query, key="policy, control")


def _write_lives(con: Session, connection: Connection) -> None:
    """Write the violations that changed: renamed, opened, reopened or closed."""
    copy(con, connection, "item", _ITEM, "FROM new_item")
    write(connection, _RENAME, chunks(con, _RENAMED))
    copy(con, connection, "violation", _OPEN, _OPENED)
    write(connection, _REOPEN, chunks(con, _REOPENED))
    write(connection, _CLOSE, chunks(con, _CLOSED))


_RENAME = "UPDATE violation SET fingerprint = ?, control = ?, subject = ? WHERE fingerprint = ?"
_RENAMED = """
SELECT l.fingerprint, f.control, f.subject, l.was
FROM life AS l JOIN finding AS f ON f.fingerprint = l.fingerprint
WHERE l.was <> l.fingerprint ORDER BY l.was
"""
_OPEN = (
    "fingerprint, policy, control, device_key, person_id, subject, item_id, status, first_seen,"
    " due, reopened, source, report_id, reported_at, record"
)
_OPENED = """
SELECT p.fingerprint, p.policy, p.control, p.device_key, p.person_id, p.subject, p.item_id,
    'open', to_stored(t.as_of), to_stored(p.due), 0, p.source, p.report_id,
    to_stored(p.reported_at), p.record
FROM proof AS p CROSS JOIN this_run AS t
WHERE p.change = 'opened' ORDER BY p.fingerprint
"""
_REOPEN = """
UPDATE violation SET status = 'open', last_seen = NULL, due = ?, closed_at = NULL, cause = NULL,
    reopened = ?, item_id = ?, source = ?, report_id = ?, reported_at = ?, record = ?
WHERE fingerprint = ?
"""
_REOPENED = """
SELECT to_stored(due), reopened, item_id, source, report_id, to_stored(reported_at), record,
    fingerprint
FROM proof WHERE change = 'reopened' ORDER BY fingerprint
"""
_CLOSE = """
UPDATE violation SET status = 'closed', last_seen = ?, closed_at = ?, cause = ?
WHERE fingerprint = ?
"""
_CLOSED = """
SELECT to_stored(c.last_seen), to_stored(t.as_of), c.outcome, c.fingerprint
FROM closing AS c CROSS JOIN this_run AS t ORDER BY c.fingerprint
"""


def _write_events(con: Session, connection: Connection) -> None:
    query = (
        "SELECT to_stored(t.as_of), t.run_id, e.fingerprint, e.kind, e.cause, e.detail"
        " FROM new_event AS e CROSS JOIN this_run AS t ORDER BY e.fingerprint, e.step"
    )
    copy(con, connection, "event", "at, run_id, fingerprint, kind, cause, detail", query)
