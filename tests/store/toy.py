"""A toy of everything around the store: reports of a few devices, and an audit of them.

It lays the rows in the session that readers and engine would leave, and goes the pipeline's way.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from toy_judge import EPOCH, Known, Report, Rules, day, judge, naive

from policycheck.engine.session import open_session
from policycheck.inventory.base import Input
from policycheck.store.asking import reading_ahead
from policycheck.store.database import Store, open_store
from policycheck.store.devices import find_device
from policycheck.store.identity import hold, identify
from policycheck.store.leaving import let_leave, retire
from policycheck.store.ledger import NewRun, enter
from policycheck.store.lives import Basis, compute_lives
from policycheck.store.load import load_devices, load_lives
from policycheck.store.merging import merge
from policycheck.store.record import record
from policycheck.store.session import create_tables
from policycheck.store.times import from_stored


@cache
def empty_store() -> bytes:
    """Make an empty store once: a copy is made a hundred times as fast."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        open_store(f"sqlite:///{path}")
        return path.read_bytes()


def make_store(folder: Path) -> str:
    """Make an empty store and return its URL. Tests on PostgreSQL put another in its place."""
    (folder / "store.db").write_bytes(empty_store())
    return f"sqlite:///{folder / 'store.db'}"


@dataclass
class Toy:
    """A store, and the facts beside it."""

    folder: Path
    facts: dict[tuple[str, int], tuple[Report, float]] = field(default_factory=dict)
    con: duckdb.DuckDBPyConnection | None = None

    def __post_init__(self) -> None:
        self.url = make_store(self.folder)

    @cached_property
    def store(self) -> Store:
        return open_store(self.url)

    def audit(
        self, on: float, *reports: Report, rules: Rules | None = None, **asked: object
    ) -> int:
        """Audit reports as of a day, with a store; return the run's id."""
        rules = rules or Rules()
        con = self.con = open_session()
        lay_out_reports(con, reports, on)
        for rejection in asked.get("rejected", ()):
            con.execute("INSERT INTO rejected VALUES (?, ?, ?)", rejection)
        with self.store.writing() as connection, reading_ahead(self.store, least=1) as ahead:
            create_tables(con)
            wanted = {"everything": bool(asked.get("everything")), "policies": [rules.memo]}
            load_devices(con, connection, ahead, **wanted)
            self._judge(con, on, reports, rules, bool(asked.get("everything")))
            load_lives(con, connection, [rules.memo], ahead)
            compute_lives(con, basis(on, rules))
            newer = con.execute("SELECT report_no FROM judged WHERE newer").fetchall()
            if asked.get("complete"):
                let_leave(con, connection, day(on))
            segment = f"segment-{on}-{len(self.facts)}" if newer else None
            self.facts |= {(segment, n): (reports[n], on) for (n,) in newer}
            run = replace(new_run(on, reports, rules, segment), options=asked.get("options", {}))
            run_id = enter(con, connection, run)
            record(con, connection, run_id, day(on), asked.get("tallies", ()))
            return run_id

    def retire(self, on: float, word: str) -> int:
        """Let a device leave the fleet; return how many violations that closed."""
        with self.store.writing() as connection:
            return retire(connection, find_device(connection, word), day(on), "0.1.0")

    def merge(self, on: float, kept: str, gone: str) -> int:
        """Make two devices one; return how many violations the other had."""
        with self.store.writing() as connection:
            devices = (find_device(connection, word) for word in (kept, gone))
            return merge(connection, *devices, day(on), "0.1.0")

    def _judge(self, con, on, reports, rules, everything):
        identify(con)
        hold(con, day(on), everything=everything)
        rows = con.execute("SELECT device_key, report_no FROM judged WHERE newer").fetchall()
        known = [Known(key, reports[number], on) for key, number in rows]
        held = con.execute("SELECT device_key, segment, report_no FROM held").fetchall()
        known += [Known(key, *self.facts[segment, number]) for key, segment, number in held]
        judge(con, known, on, rules)

    def events(self) -> list[str]:
        """Tell all events: `day kind cause detail`, but not when they are due."""
        with self.store.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT at, kind, cause, CASE WHEN substr(detail, 1, 4) <> 'due ' THEN detail END"
                " FROM event ORDER BY id"
            ).fetchall()
        return [
            " ".join(str(part) for part in (_number(at), *rest) if part is not None)
            for at, *rest in rows
        ]

    def rows(self, query: str) -> list[tuple]:
        with self.store.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query).fetchall()]


def _number(moment: str | datetime) -> float:
    days = (from_stored(moment).replace(tzinfo=None) - EPOCH) / timedelta(days=1) + 1
    return int(days) if days == int(days) else days


def basis(on: float, rules: Rules) -> Basis:
    return Basis(day(on), {rules.memo: rules.policy}, rules.catalogue, rules.people)


def new_run(on: float, reports: tuple[Report, ...], rules: Rules, segment: str | None) -> NewRun:
    return NewRun(
        started_at=day(on),
        received_at=day(on),
        version="0.1.0",
        basis=basis(on, rules),
        inputs=[
            Input(f"day-{on}.csv", r.sha256, r.source, 1, len(r.items), 1, 0, 9) for r in reports
        ],
        facts=segment,
    )


def lay_out_reports(con: duckdb.DuckDBPyConnection, reports: tuple[Report, ...], on: float) -> None:
    """Leave what readers leave."""
    con.execute(
        "CREATE TEMP TABLE report(report_no INTEGER, device_ref VARCHAR, source VARCHAR,"
        " report_sha256 VARCHAR, device_id VARCHAR, serial VARCHAR, udid VARCHAR, name VARCHAR,"
        " reported_at TIMESTAMP, received_at TIMESTAMP, platform VARCHAR, model VARCHAR,"
        " user_id VARCHAR)"
    )
    con.execute("CREATE TEMP TABLE rejected(path VARCHAR, record BIGINT, reason VARCHAR)")
    for number, r in enumerate(reports):
        con.execute(
            "INSERT INTO report VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                number,
                f"ref-{number}",
                r.source,
                r.sha256,
                r.device,
                r.serial,
                r.udid,
                r.name,
                naive(r.at),
                naive(on),
                r.platform,
                r.model,
                r.person,
            ],
        )
