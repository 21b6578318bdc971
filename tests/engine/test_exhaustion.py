"""What DuckDB runs out of is told in words."""

import os

import duckdb
import pytest

from policycheck.engine.session import describe_exhaustion, make_room, open_session


def test_too_little_memory(tmp_path):
    limits = {"memory_limit": "20MB", "temp_directory": str(tmp_path)}
    with (
        duckdb.connect(config=limits) as con,
        pytest.raises(duckdb.OutOfMemoryException) as caught,
    ):
        con.execute("SELECT len(list(md5(range::VARCHAR))) FROM range(2000000)")
    told = describe_exhaustion(caught.value)
    assert told is not None
    assert told.message.startswith("there is too little memory")


def test_a_file_that_cannot_be_read(tmp_path):
    with duckdb.connect() as con, pytest.raises(duckdb.IOException) as caught:
        con.execute("FROM read_csv($1)", [str(tmp_path / "gone.csv")])
    told = describe_exhaustion(caught.value)
    assert told is not None
    assert "gone.csv" in told.message


def test_any_other_error_is_not_the_machines():
    assert describe_exhaustion(duckdb.BinderException("no such column")) is None
    assert describe_exhaustion(ValueError("ours")) is None


def limit(devices: int, findings: int = 0) -> str:
    with open_session() as con:
        make_room(con, devices, findings)
        return con.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]


def test_a_large_fleet_has_more_memory_and_never_all_of_the_machines():
    with open_session() as con:
        given = con.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
    assert limit(100_000) == given == "324.2 MiB"
    assert limit(200_000) == "476.8 MiB"
    assert limit(100_000, 100_000) == given
    assert limit(200_000, 200_000) == "600.8 MiB"
    assert limit(10**11) == limit(10**12)


def test_a_large_fleet_has_more_memory_where_the_machine_does_not_tell_its_own(monkeypatch):
    monkeypatch.delattr(os, "sysconf")
    assert limit(200_000) == "476.8 MiB"
