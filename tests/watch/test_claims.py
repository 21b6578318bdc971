"""What a watcher that died while it filed a file away leaves to the next one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from watching import report

from policycheck.watch.claims import Claims
from policycheck.watch.drop import Drop
from policycheck.watch.inbox import Inbox, Manner

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def claims(tmp_path: Path) -> Iterator[Claims]:
    with closing(Claims(tmp_path)) as claims:
        yield claims


def take(claims: Claims, inbox: Path, name: str) -> Drop:
    (inbox / name).write_bytes(report(1))
    (drop,) = claims.take(Inbox(inbox, Manner()).look(0))
    return drop


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_that_was_half_filed_away_is_there_once(tmp_path: Path, claims: Claims) -> None:
    drop = take(claims, tmp_path, "a.ndjson")
    day = tmp_path / "done" / "2026-11-23"
    day.mkdir(parents=True)
    os.link(drop.path, day / "a.ndjson")
    claims.finish(drop, NOW)
    assert names(day) == ["a.ndjson"]
    assert not drop.path.exists()


def test_another_file_of_the_same_name_is_kept_beside_it(tmp_path: Path, claims: Claims) -> None:
    for _ in range(2):
        claims.finish(take(claims, tmp_path, "a.ndjson"), NOW)
    assert names(tmp_path / "done" / "2026-11-23") == ["a.ndjson", "a~1.ndjson"]


def test_a_file_stays_in_hand_until_its_reason_is_written(tmp_path: Path, claims: Claims) -> None:
    drop = take(claims, tmp_path, "bad.csv")
    in_the_way = tmp_path / "rejected" / ".bad.csv.reason.json"
    in_the_way.mkdir(parents=True)
    with pytest.raises(OSError, match="reason"):
        claims.reject(drop, "is no report", NOW)
    assert drop.path.exists()
    in_the_way.rmdir()
    claims.reject(drop, "is no report", NOW)
    assert names(tmp_path / "rejected") == ["bad.csv", "bad.csv.reason.json"]
    assert not drop.path.exists()
