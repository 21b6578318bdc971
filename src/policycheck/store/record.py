"""From the session into the database: what a run changes, and nothing else.

All of it belongs to the one transaction that also read what it was compared with
(`Store.writing`) and in which the run was entered in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime

from sqlalchemy import Connection, insert, text

from policycheck.model import Tally
from policycheck.store.bulk import NOTHING_FIXED, copy, unindexed, update
from policycheck.store.chain import hash_events, last_event, seal_run
from policycheck.store.contents import Content, keep
from policycheck.store.openings import pack_openings, write_openings
from policycheck.store.runs import tally_columns
from policycheck.store.session import Session, fill, number, program
from policycheck.store.tables import TallyRow
from policycheck.store.times import SQL_FORMAT, to_stored


def record(
    con: Session,
    connection: Connection,
    run_id: int,
    as_of: datetime,
    tallies: Sequence[Tally] = (),
    *,
    contents: Iterable[Content] = (),
) -> str:
    """Write what a run that is entered in the ledger found and changed; return the chain's head.

    Reads the ends of ledger.enter, identity.hold and lives.compute_lives, the engine's finding
    and control, and `copied` (see openings). `as_of` is aware. contents: what the run went by.
    """
    _write_tallies(connection, run_id, tallies)
    _prepare(con, connection, run_id, as_of)
    _write_controls(con, connection)
    with ThreadPoolExecutor(1) as pool:
        hashing = pool.submit(hash_events, con, last_event(connection))
        packing = pool.submit(pack_openings, con)
        with closing(con.cursor()) as cursor, unindexed(connection, "violation", "event"):
            now = f"'{to_stored(as_of)}'"
            _write_devices(cursor, connection)
            _write_lives(cursor, connection, now)
            events = hashing.result()
            _write_events(cursor, connection, {"run_id": str(run_id), "at": now})
        openings = packing.result()
    kept = keep(connection, [*contents, *write_openings(connection, run_id, openings)])
    return seal_run(connection, run_id, {"event": events, "opening": openings.seal}, kept)


def _write_tallies(connection: Connection, run_id: int, tallies: Sequence[Tally]) -> None:
    rows = [{"run_id": run_id, **tally_columns(tally)} for tally in tallies]
    if rows:
        connection.execute(insert(TallyRow), rows)


def _prepare(con: Session, connection: Connection, run_id: int, as_of: datetime) -> None:
    """Lay out in the session all that is to be written."""
    con.execute(f"CREATE OR REPLACE MACRO to_stored(moment) AS strftime(moment, '{SQL_FORMAT}')")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE this_run AS SELECT CAST($1 AS BIGINT) AS run_id,"
        " CAST($2 AS TIMESTAMP) AS as_of",
        [run_id, to_stored(as_of)],
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


def _write_devices(con: Session, connection: Connection) -> None:
    """Write the devices of which anything is new."""
    query = f"SELECT {_DEVICE} FROM new_device ORDER BY device_key"
    copy(con, connection, "device", _DEVICE, query, key="device_key")


def _write_controls(con: Session, connection: Connection) -> None:
    """Keep each control's severity and obligation: violations show today's."""
    columns = "policy, control, severity, obligation"
    query = f"SELECT {columns} FROM control ORDER BY ALL"
    copy(con, connection, "control", columns, query, key="policy, control")


def _write_lives(con: Session, connection: Connection, now: str) -> None:
    """Write the violations that changed: renamed, opened, reopened, closed, waived or not."""
    copy(con, connection, "item", _ITEM, "FROM new_item")
    _change(con, connection, "fingerprint, control, subject", _RENAMED)
    update(con, connection, "episode", "fingerprint", _RENAMED_EPISODE, key="fingerprint")
    opened = {"status": "'open'", "first_seen": now, "reopened": "0"}
    copy(con, connection, "violation", _OPEN, _OPENED, fixed=opened)
    reopened = {"status": "'open'", "last_seen": "NULL", "closed_at": "NULL", "cause": "NULL"}
    _change(con, connection, _REOPEN, _REOPENED, reopened)
    copy(con, connection, "episode", _EPISODE, _ENDED)
    _change(con, connection, "due, holder", _HANDED_OVER)
    closed = {"status": "'closed'", "closed_at": now, "waiver": "NULL", "waived_until": "NULL"}
    _change(con, connection, "last_seen, cause", _CLOSED, closed)
    _change(con, connection, "waiver, waived_until", _WAIVED)


def _change(
    con: Session,
    connection: Connection,
    columns: str,
    query: str,
    fixed: Mapping[str, str] = NOTHING_FIXED,
) -> None:
    """Change violations; the query's last column is the fingerprint that they are stored by."""
    update(con, connection, "violation", columns, query, key="fingerprint", fixed=fixed)


_RENAMED = "SELECT fingerprint, control, subject, was FROM renaming ORDER BY was"
_RENAMED_EPISODE = "SELECT fingerprint, was FROM renaming ORDER BY was"
_EPISODE = "fingerprint, number, item_id, source, report_id, reported_at, record"
_ENDED = f"SELECT {_EPISODE} FROM ended ORDER BY fingerprint"
_HANDED_OVER = "SELECT due, holder, fingerprint FROM handing_over ORDER BY fingerprint"
_OPEN = (
    "fingerprint, policy, control, device_key, person_id, subject, item_id, due, holder,"
    " source, report_id, reported_at, record"
)
_OPENED = """
SELECT fingerprint, policy, control, device_key, person_id, subject, item_id, to_stored(due),
    holder, source, report_id, to_stored(reported_at), record
FROM proof WHERE change = 'opened' ORDER BY fingerprint
"""
_REOPEN = "due, reopened, item_id, source, report_id, reported_at, record"
_REOPENED = """
SELECT to_stored(due), reopened, item_id, source, report_id, to_stored(reported_at), record,
    fingerprint
FROM proof WHERE change = 'reopened' ORDER BY fingerprint
"""
_CLOSED = """
SELECT to_stored(last_seen), outcome, fingerprint FROM closing ORDER BY fingerprint
"""
_WAIVED = """
SELECT waiver, to_stored(waived_until), fingerprint FROM waiver_change ORDER BY fingerprint
"""


def _write_events(con: Session, connection: Connection, run: Mapping[str, str]) -> None:
    columns = "id, fingerprint, kind, cause, detail, hash"
    query = f"SELECT {columns} FROM hashed_event ORDER BY id"
    copy(con, connection, "event", columns, query, fixed=run)
