"""One moment has one text in the database, whoever writes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError
from sqlmodel import Session, col
from toy import Toy
from toy_judge import Report, day

from policycheck.store.database import open_store
from policycheck.store.tables import RunRow
from policycheck.store.times import from_stored, to_stored

SHANGHAI = timezone(timedelta(hours=8))
MOMENTS = [
    datetime(2013, 8, 26, tzinfo=UTC),
    datetime(2013, 8, 26, 7, 59, 59, 7, tzinfo=SHANGHAI),
    datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
]


def run_at(moment: datetime) -> RunRow:
    return RunRow(
        started_at=moment, as_of=moment, version="0", catalogue_sha256="c", policies=[], options={}
    )


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_orm_writes_what_statements_by_hand_write(moment: datetime, tmp_path) -> None:
    store = open_store("sqlite:///store.db", tmp_path)
    with store.writing() as connection, Session(connection) as session:
        session.add(run_at(moment))
        session.flush()
        (raw,) = connection.exec_driver_sql("SELECT as_of FROM run").one()
        assert raw == to_stored(moment)
        assert from_stored(raw) == moment
        assert session.scalars(select(RunRow).where(col(RunRow.as_of) == moment)).one()
        session.expire_all()
        told = session.scalars(select(RunRow)).one().as_of
        assert (told, told.utcoffset()) == (moment, timedelta(0))


def test_duckdb_writes_it_too(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(2, Report(at=1.5))
    assert toy.rows("SELECT reported_at, first_seen FROM violation") == [
        (to_stored(day(1.5)), to_stored(day(2)))
    ]


def test_a_time_without_a_zone_is_a_bug(tmp_path) -> None:
    store = open_store("sqlite:///store.db", tmp_path)
    with store.writing() as connection, Session(connection) as session:
        session.add(run_at(datetime(2013, 8, 26)))
        with pytest.raises(StatementError, match="without a zone"):
            session.flush()
