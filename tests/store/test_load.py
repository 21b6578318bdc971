"""How what is stored comes back into the session, whatever it holds and however much it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, insert
from toy import Toy, lay_out_reports
from toy_judge import Report

from policycheck.engine.session import open_session
from policycheck.store.asking import reading_ahead
from policycheck.store.load import load_devices, load_lives
from policycheck.store.session import CHUNK, create_tables, read_objects, write_objects
from policycheck.store.tables import metadata

VIOLATION = metadata.tables["violation"]
HOSTILE = ['a "b" \\ c', "line\nfeed\r\n", "易信\u2028", '{"c0": 1}', "null", "", "x" * 2_000]


SEEN = datetime(2026, 6, 1, 12, 0, 0, 123456, UTC)
STORED = "SELECT device_key, first_seen, judged, left_at FROM stored_device"


@pytest.mark.usefixtures("each_store")
@pytest.mark.parametrize("is_ahead", [False, True])
def test_every_stored_device_comes_back_as_it_was(is_ahead: bool, tmp_path: Path) -> None:
    keys = [*HOSTILE, *(f"device-{number}" for number in range(2 * CHUNK))]
    rows = [{"device_key": key, "first_seen": SEEN, "judged": {"memo": 1}} for key in keys]
    con = open_session()
    lay_out_reports(con, (Report(),), 9)
    create_tables(con)
    store = Toy(tmp_path).store
    with store.writing() as connection:
        connection.execute(insert(metadata.tables["device"]), rows)
    with store.writing() as connection, reading_ahead(store, least=1) as ahead:
        load_devices(con, connection, ahead if is_ahead else None, everything=True)
        assert len(ahead.answers) == (3 if is_ahead else 0)
    expected = {(key, SEEN.replace(tzinfo=None), '{"memo": 1}', None) for key in keys}
    assert set(con.execute(STORED).fetchall()) == expected


@pytest.mark.usefixtures("each_store")
@pytest.mark.parametrize("gone", [(), (1, CHUNK, CHUNK + 1), range(1, CHUNK + 2)])
def test_every_open_violation_is_read_ahead_once(gone: Sequence[int], tmp_path: Path) -> None:
    numbers = range(1, 2 * CHUNK + 2)
    same = {"policy": "memo", "control": "c", "device_key": "d", "subject": "s", "reopened": 0}
    same |= {"status": "open", "first_seen": SEEN, "due": SEEN}
    con = open_session()
    lay_out_reports(con, (Report(),), 9)
    create_tables(con)
    con.execute("CREATE TEMP TABLE judged AS SELECT 'd' AS device_key")
    con.execute("CREATE TEMP TABLE finding(fingerprint VARCHAR, verdict VARCHAR)")
    con.execute("CREATE TEMP TABLE control(formerly VARCHAR[])")
    store = Toy(tmp_path).store
    with store.writing() as connection:
        connection.execute(insert(VIOLATION), [{"fingerprint": f"{n}", **same} for n in numbers])
        connection.execute(delete(VIOLATION).where(VIOLATION.c.fingerprint.in_(map(str, gone))))
        device = {"device_key": "d", "first_seen": SEEN, "judged": {}}
        connection.execute(insert(metadata.tables["device"]), [device])
    with store.writing() as connection, reading_ahead(store, least=1) as ahead:
        load_devices(con, connection, ahead, everything=True, policies=["memo"])
        load_lives(con, connection, ["memo"], ahead)
    read = [int(name) for (name,) in con.execute("SELECT fingerprint FROM prior_life").fetchall()]
    assert sorted(read) == sorted({*numbers} - {*gone})


def test_of_few_reports_nothing_is_read_ahead(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, Report())
    con = open_session()
    lay_out_reports(con, (Report(),), 9)
    create_tables(con)
    with toy.store.writing() as connection, reading_ahead(toy.store) as ahead:
        load_devices(con, connection, ahead, policies=["memo"])
        assert ahead.answers == {}
    assert con.execute("SELECT device_key FROM stored_device").fetchall() == [("d1",)]


def test_a_row_is_read_however_long_it_is(tmp_path: Path) -> None:
    con = open_session()
    con.execute("CREATE TABLE t(value VARCHAR)")
    rows = ['{"c0": "' + letter * length + '"}' for letter in "aé" for length in (1, 20_000_000)]
    longest = write_objects(tmp_path / "rows", [rows[:2], rows[2:]])
    read_objects(con, "t", ["VARCHAR"], tmp_path / "rows", longest)
    lengths = con.execute("SELECT length(value) FROM t ORDER BY 1").fetchall()
    assert lengths == [(1,), (1,), (20_000_000,), (20_000_000,)]
