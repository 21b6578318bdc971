"""The ledger: what a run was given, and of which devices it is the newest that is known.

All of it is known before anything is judged, and so it is written while that is done: by a
thread with a connection of its own to the session. What it reads there are no TEMP tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection, insert, text

from policycheck.inventory.base import Input
from policycheck.store.bulk import copy
from policycheck.store.lives import Basis
from policycheck.store.session import Row, Session, fill
from policycheck.store.tables import RunRow
from policycheck.store.times import SQL_FORMAT, to_stored

_SOURCE = "device_key, source, report_id, report_no, reported_at, segment"
_GIVEN = (
    "id BIGINT, path VARCHAR, sha256 VARCHAR, format VARCHAR, devices BIGINT, items BIGINT,"
    " records BIGINT, rejected BIGINT"
)
_ALIAS = "value, kind, device_key"


@dataclass(frozen=True)
class NewRun:
    """What a run says of itself. Times are aware."""

    started_at: datetime
    received_at: datetime
    version: str
    basis: Basis
    inputs: Sequence[Input] = ()
    facts: str | None = None
    """Digest of the segment with the facts of this run; needed if any report is newer."""
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def enter(con: Session, connection: Connection, run: NewRun) -> int:
    """Enter a run and what it was given, and return its id.

    Reads rejected(path, record, reason), `judged` and `alias` (see identity). Leaves
    ledger(report_id, sha256) behind in the session.
    """
    run_id = _write_run(connection, run)
    _write_files(con, connection, run, run_id)
    _write_sources(con, connection)
    copy(con, connection, "alias", _ALIAS, f"SELECT {_ALIAS} FROM alias ORDER BY ALL", key=_ALIAS)
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


def _write_files(con: Session, connection: Connection, run: NewRun, run_id: int) -> None:
    """Write the files that were given, and what of them was rejected."""
    highest = connection.execute(text("SELECT coalesce(max(id), 0) FROM report")).scalar_one()
    ledger = list(enumerate(run.inputs, int(highest) + 1))
    con.execute(f"CREATE OR REPLACE TEMP TABLE given({_GIVEN})")
    types = [column.split()[1] for column in _GIVEN.split(", ")]
    fill(con, "given", types, [(n, *_file_columns(each)) for n, each in ledger])
    same = {"run_id": str(run_id), "received_at": f"'{to_stored(run.received_at)}'",
            "segment": f"'{run.facts}'" if run.facts else "NULL"}  # fmt: skip
    columns = ", ".join(column.split()[0] for column in _GIVEN.split(", "))
    copy(con, connection, "report", columns, "FROM given ORDER BY id", fixed=same)
    con.execute("CREATE OR REPLACE TABLE ledger AS SELECT id AS report_id, sha256 FROM given")
    query = f"SELECT {run_id}, path, record, reason FROM rejected ORDER BY path, record, reason"
    copy(con, connection, "rejection", "run_id, path, record, reason", query)


def _file_columns(given: Input) -> Row:
    counts = (given.devices, given.items, given.records, given.rejected)
    return (given.path, given.sha256, given.format, *counts)


def _write_sources(con: Session, connection: Connection) -> None:
    """Write which facts are now current for each device and source."""
    query = (
        "SELECT j.device_key, j.source, l.report_id, j.report_no,"
        f" strftime(j.reported_at, '{SQL_FORMAT}'), NULL"
        " FROM judged AS j JOIN"
        " (SELECT sha256, max(report_id) AS report_id FROM ledger GROUP BY sha256) AS l"
        " ON l.sha256 = j.report_sha256"
        " WHERE j.newer ORDER BY j.device_key, j.source"
    )
    copy(con, connection, "device_source", _SOURCE, query, key="device_key, source")
