"""How what is stored comes back into the session, whatever it holds and however much it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert
from toy import Toy, lay_out_reports
from toy_judge import Report

from policycheck.engine.session import open_session
from policycheck.store.load import load_devices
from policycheck.store.session import CHUNK, create_tables, fill_objects
from policycheck.store.tables import metadata

HOSTILE = ['a "b" \\ c', "line\nfeed\r\n", "易信\u2028", '{"c0": 1}', "null", "", "x" * 2_000]


@pytest.mark.usefixtures("each_store")
def test_every_stored_device_comes_back_as_it_was(tmp_path: Path) -> None:
    seen = datetime(2026, 6, 1, 12, 0, 0, 123456, UTC)
    keys = [*HOSTILE, *(f"device-{number}" for number in range(2 * CHUNK))]
    rows = [{"device_key": key, "first_seen": seen, "judged": {"memo": 1}} for key in keys]
    con = open_session()
    lay_out_reports(con, (Report(),), 9)
    create_tables(con)
    with Toy(tmp_path).store.writing() as connection:
        connection.execute(insert(metadata.tables["device"]), rows)
        load_devices(con, connection, everything=True)
    read = con.execute("SELECT device_key, first_seen, judged, left_at FROM stored_device")
    expected = {(key, seen.replace(tzinfo=None), '{"memo": 1}', None) for key in keys}
    assert set(read.fetchall()) == expected


def test_a_row_is_read_however_long_it_is() -> None:
    con = open_session()
    con.execute("CREATE TABLE t(value VARCHAR)")
    rows = ['{"c0": "' + letter * length + '"}' for letter in "aé" for length in (1, 20_000_000)]
    fill_objects(con, "t", ["VARCHAR"], [rows[:2], rows[2:]])
    lengths = con.execute("SELECT length(value) FROM t ORDER BY 1").fetchall()
    assert lengths == [(1,), (1,), (20_000_000,), (20_000_000,)]
