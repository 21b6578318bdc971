"""A run as reading and judging leave it in the session, and its merging into a store.

    python benchmarks/merging.py build URL FACTS      a store of 1,000,000 violations, run by run
    python benchmarks/merging.py list PARQUET         what is installed, for
    python benchmarks/merging.py merge URL FACTS --installed PARQUET      a run of 170,000 findings

`merge.py` calls them, each in a process of its own. Every run goes the program's own way, from what
the store knows of its devices to the commit; only what the engine would find is laid out, not
judged.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import duckdb

from policycheck.engine.session import create_tables as create_engine_tables
from policycheck.engine.session import open_session
from policycheck.inventory.base import Input
from policycheck.keeping import lay_out_evidence
from policycheck.memory import recall
from policycheck.model import DEVICE_COLUMNS, DISTINCT_COLUMNS, ITEM_COLUMNS, Column
from policycheck.request import AuditRequest
from policycheck.store.archive import Archive
from policycheck.store.contents import Content
from policycheck.store.database import open_store
from policycheck.store.facts import Facts
from policycheck.store.ledger import NewRun
from policycheck.store.lives import Basis, compute_lives

DEVICES = 70_000
"""Of the run that is measured."""
FINDINGS = 170_000
OTHERS = 130_000
"""Devices that only the other policy is about."""
APPS_EACH = 86
"""Apps of a device, as in the fleet of `make bench`."""
EPOCH = datetime(2026, 6, 1, tzinfo=UTC)
_TYPES = {"text": "VARCHAR", "boolean": "BOOLEAN", "time": "TIMESTAMP",
          "attributes": "MAP(VARCHAR, VARCHAR)"}  # fmt: skip
_CHANCE = "(({n} * 2654435761) % 4294967296) // 7 % 10000"
"""A number below 10,000 for each pair: the same everywhere."""
_OPEN = f"CASE WHEN {_CHANCE} < CASE WHEN d < {DEVICES} THEN 3400 ELSE 5000 END THEN TRUE END"


@dataclass(frozen=True)
class Run:
    """Some devices' reports, and which of the pairs of a device and an app they show.

    There are a million pairs: 500,000 on the 70,000 devices of the policy `fleet`, the others on
    130,000 more, of the policy `elsewhere`.
    """

    day: int
    devices: range
    shown: str
    """A condition on `chance` (below 10,000), `d` and `open` (what stays open when built)."""
    new: int = 0
    """Pairs that nobody saw before."""

    @property
    def policy(self) -> str:
        return "fleet" if self.devices.start < DEVICES else "elsewhere"

    @property
    def as_of(self) -> datetime:
        return EPOCH + timedelta(days=self.day)


def runs_to_build() -> Iterator[Run]:
    """Yield runs that open a million violations, then runs that close some six in ten."""
    thirds = [*_split(range(DEVICES), 4), *_split(range(DEVICES, DEVICES + OTHERS), 4)]
    yield from (Run(day, devices, "TRUE") for day, devices in enumerate(thirds))
    yield from (Run(day, devices, "open") for day, devices in enumerate(thirds, len(thirds)))


def measured_run(devices: int) -> Run:
    """Return a run of which a quarter of the findings is new or back; as many others are gone."""
    stays = f"CASE WHEN open THEN {_CHANCE.format(n='n + 1')} < 7500 ELSE chance >= 9356 END"
    return Run(20, range(devices), stays, new=devices * 21_250 // DEVICES)


def _split(whole: range, parts: int) -> list[range]:
    size = len(whole) // parts
    return [whole[start : start + size] for start in range(0, len(whole), size)]


class Memo(NamedTuple):
    """As much of a policy as merging asks for: one for everybody, without conditions."""

    policy: str
    conditions: tuple[()] = ()


def request_of(run: Run) -> AuditRequest:
    moments = (run.as_of, run.as_of, run.as_of)
    return AuditRequest((), (Memo(run.policy),), None, *moments)  # type: ignore[arg-type]


def lay_out(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Leave what readers and engine leave: reports, findings, verdicts."""
    create_engine_tables(con)
    _lay_out_reports(con, run)
    _lay_out_findings(con, run)


def _lay_out_reports(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    told = {
        "device_id": "ref", "name": "upper(ref)", "serial": "'S' || ref", "platform": "'android'",
        "form": "'phone'", "user_id": "'user-' || d || '@example.com'",
        "reported_at": f"TIMESTAMP '{run.as_of - timedelta(hours=6):%Y-%m-%d %H:%M:%S}'",
        "received_at": f"TIMESTAMP '{run.as_of:%Y-%m-%d %H:%M:%S}'",
    }  # fmt: skip
    con.execute(
        "CREATE TABLE report AS SELECT CAST(d - $first AS INTEGER) AS report_no, 0 AS input_no,"
        " 0 AS part, ref AS device_ref, d + 1 AS record, 'intune' AS source, FALSE AS partial,"
        f" $sha256 AS report_sha256, {_columns(DEVICE_COLUMNS, told)}"
        " FROM (SELECT d, printf('device-%06d', d) AS ref FROM range($first, $last) AS t(d))",
        {"first": run.devices.start, "last": run.devices.stop, "sha256": digest_of(run)},
    )
    con.execute("CREATE TABLE listing AS SELECT report_no, 'app' AS kind, 'all' AS visibility"
                " FROM report")  # fmt: skip
    con.execute("CREATE TABLE rejected(path VARCHAR, record BIGINT, reason VARCHAR)")
    con.execute("CREATE TABLE part_file(part INTEGER, path VARCHAR)")
    con.execute(f"CREATE TABLE report_path AS SELECT '{digest_of(run)}' AS sha256, '' AS path")


def _columns(columns: dict[str, Column], told: dict[str, str]) -> str:
    return ", ".join(
        f"CAST({told.get(name, 'NULL')} AS {_TYPES[column.type]}) AS {name}"
        for name, column in columns.items()
    )


def _lay_out_findings(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    con.execute(
        "INSERT INTO control BY NAME SELECT 0 AS control_no, $policy AS policy, 'no-im' AS control,"
        " 'forbid' AS kind, 'device' AS grain, 'high' AS severity, 'must' AS obligation,"
        " 'active' AS status, TRUE AS in_force, to_days(30) AS stale_after,"
        " 1209600 AS grace_seconds, []::VARCHAR[] AS formerly",
        {"policy": run.policy},
    )
    con.execute(
        f"CREATE TEMP TABLE pair AS SELECT d, a FROM ("
        f" SELECT *, {_OPEN.format(n='n')} AS open, {_CHANCE.format(n='n')} AS chance FROM ("
        f"  SELECT n, n % {DEVICES} AS d, n // {DEVICES} AS a FROM range(500000) AS t(n)"
        f"  UNION ALL SELECT n + 500000, {DEVICES} + n % {OTHERS}, n // {OTHERS}"
        f"  FROM range(500000) AS t(n)"
        f" )) WHERE d >= {run.devices.start} AND d < {run.devices.stop} AND ({run.shown})"
        f" UNION ALL SELECT n % {len(run.devices)}, 8 + n % 5 FROM range({run.new}) AS t(n)"
    )
    con.execute(_FINDING)
    con.execute(
        f"CREATE TEMP TABLE hit AS SELECT CAST(d * 100 + a AS BIGINT) AS hit_no, a AS item_no,"
        f" {_columns(ITEM_COLUMNS, {'kind': _KIND, 'identifier': _ID, 'version': _VERSION})}"
        " FROM pair"
    )
    con.execute(f"CREATE TEMP TABLE distinct_item AS SELECT DISTINCT item_no,"
                f" {', '.join(DISTINCT_COLUMNS)} FROM hit")  # fmt: skip
    con.execute(
        "CREATE TEMP TABLE verdict AS SELECT policy, control, r.device_id AS device_key,"
        " r.user_id AS person_id, CASE WHEN r.device_id IN (SELECT device_key FROM finding)"
        " THEN 'violation' ELSE 'pass' END AS verdict, []::VARCHAR[] AS reasons"
        " FROM report AS r CROSS JOIN control"
    )
    con.execute(
        "CREATE TEMP TABLE judged_device AS SELECT device_id AS device_key, device_id, name,"
        " serial, udid, platform, user_id AS person_id, user_id AS holder, [user_id] AS called"
        " FROM report"
    )
    con.execute("CREATE TEMP TABLE renamed_app(old VARCHAR, new VARCHAR)")
    con.execute("CREATE TEMP TABLE device AS SELECT report_no AS device_no,"
                " device_id AS device_key FROM report")  # fmt: skip
    con.execute("CREATE TEMP TABLE judged_person AS SELECT device_no FROM device")


_KIND, _ID, _VERSION = "'app'", "'com.example.im' || a", "'8.' || (d + a) % 40"
_FINDING = f"""
CREATE TEMP TABLE finding AS
SELECT
    c.policy, c.control, c.severity, c.obligation, 'violation' AS verdict,
    r.device_id AS device_key, r.user_id AS person_id,
    'im' || p.a AS subject, 'im' || p.a AS app_id, {_KIND} AS kind,
    {_ID} AS identifier, CAST(NULL AS VARCHAR) AS name, {_VERSION} AS version,
    'identifier' AS basis, 'exact' AS confidence, r.source, r.reported_at, r.received_at,
    r.report_sha256, r.record, r.report_no, CAST(d * 100 + a AS BIGINT) AS hit_no,
    substr(sha256(concat_ws(chr(31), c.policy, c.control, r.device_id, 'im' || p.a)), 1, 32)
        AS fingerprint
FROM pair AS p
JOIN report AS r ON r.device_id = printf('device-%06d', p.d)
CROSS JOIN control AS c
"""


def list_installed(run: Run, path: Path) -> None:
    """Write what closings look at: all apps of the devices, in Parquet as readers leave them."""
    with closing(open_session()) as con:
        lay_out(con, run)
        con.execute(
            "COPY (SELECT r.device_id AS device_ref, 'App' AS name,"
            " 'com.example.app' || (r.record * 7 + x) % 20000 AS identifier FROM report AS r"
            f" CROSS JOIN range({APPS_EACH}) AS t(x)"
            " UNION ALL SELECT device_key, name, identifier FROM finding)"
            " TO $path (FORMAT parquet, COMPRESSION zstd)",
            {"path": str(path)},
        )


def _show_installed(con: duckdb.DuckDBPyConnection, path: Path | None) -> None:
    rows = "SELECT device_key AS device_ref, identifier, name FROM finding"
    if path is not None:
        rows = f"FROM read_parquet('{path}')"
    con.execute(
        "CREATE TEMP VIEW installed AS SELECT r.device_id AS device_key, r.source, 'app' AS kind,"
        " x.identifier, x.name, CAST(NULL AS VARCHAR) AS version"
        f" FROM ({rows}) AS x JOIN report AS r ON r.device_ref = x.device_ref"
        " WHERE r.input_no IS NOT NULL"
    )
    con.execute(
        "CREATE TEMP TABLE visible AS SELECT device_id AS device_key, source, 'app' AS kind,"
        " 'all' AS visibility FROM report"
    )


def digest_of(run: Run) -> str:
    """Return what the report's file would have for a digest."""
    return hashlib.sha256(repr((run.day, run.devices)).encode()).hexdigest()


def merge(
    run: Run, archive: Archive, folder: Path, installed: Path | None = None
) -> dict[str, float]:
    """Lay a run out and merge it into the store; return the seconds that merging took."""
    policy = Content("policy", run.policy, f"policy: {run.policy}\n".encode())
    basis = Basis(run.as_of, {run.policy: policy.sha256}, "0" * 64)
    size = len(run.devices)
    given = Input("phones.csv", digest_of(run), "intune", size, size * APPS_EACH, size, 0, 0)
    new = NewRun(run.as_of, run.as_of, "0.1.0", basis, [given])
    with closing(open_session(folder)) as con, archive.staging(folder) as staged:
        lay_out(con, run)
        _show_installed(con, installed)
        began, used = time.perf_counter(), time.process_time()
        with archive.open() as memory:
            recall(request_of(run), con, (), memory)
            with memory.entering(con, staged, new) as entered:
                entry = entered.result()
            memory.load_lives(con, [run.policy])
            compute_lives(con, basis)
            lay_out_evidence(con, request_of(run))
            memory.record(con, entry, run.as_of, (), [policy])
        return {"wall": time.perf_counter() - began, "cpu": time.process_time() - used}


@contextmanager
def counting(statements: Counter[str]) -> Iterator[None]:
    """Count the calls by which statements reach the database. Takes time: not to be measured."""

    def note(frame: FrameType, event: str, called: object) -> None:
        name = getattr(called, "__qualname__", "") if event == "c_call" else ""
        if event == "call" and frame.f_globals.get("__name__") == "psycopg.cursor":
            name = f"psycopg {frame.f_code.co_name}"
        if name in _STATEMENTS:
            statements[name] += 1

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]


_STATEMENTS = {
    "Cursor.execute", "Cursor.executemany", "psycopg execute", "psycopg executemany",
    "psycopg copy",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="what", required=True)
    listing = commands.add_parser("list")
    listing.add_argument("installed", type=Path)
    for name in ("build", "merge"):
        command = commands.add_parser(name)
        command.add_argument("url")
        command.add_argument("facts", type=Path)
    command.add_argument("--installed", type=Path, required=True)
    command.add_argument("--devices", type=int, default=DEVICES)
    command.add_argument("--count", action="store_true", help="count statements: takes longer")
    given = parser.parse_args()
    if given.what == "list":
        list_installed(measured_run(DEVICES), given.installed)
        return
    archive = Archive(open_store(given.url), Facts(given.facts))
    statements = Counter[str]()
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        if given.what == "build":
            for run in runs_to_build():
                merge(run, archive, folder)
            return
        with counting(statements) if given.count else nullcontext():
            took = merge(measured_run(given.devices), archive, folder, given.installed)
    print(json.dumps({**took, "statements": statements.total()}))


if __name__ == "__main__":
    main()
