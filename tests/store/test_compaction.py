"""Small segments become one that says the same, but for who is to be left out."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import duckdb
import pytest

from policycheck.inventory.base import STATES
from policycheck.model import DEVICE_COLUMNS, ITEM_COLUMNS
from policycheck.problems import PolicycheckError
from policycheck.store import compaction
from policycheck.store.compaction import Written, compact
from policycheck.store.facts import Facts, copy_to, seal
from policycheck.store.stock import Current, Stock, Use, find_private, read_users

Row = dict[str, str | int | None]
DEVICES = ", ".join(
    (
        "report_no INTEGER, part INTEGER, device_ref VARCHAR",
        *(f"{c} VARCHAR" for c in DEVICE_COLUMNS),
    )
)
ITEMS = ", ".join(("device_ref VARCHAR, record BIGINT", *(f"{c} VARCHAR" for c in ITEM_COLUMNS)))
NO_STATES: Mapping[str, str] = {}


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    return Facts(tmp_path / "the facts [1]")


def lay_out(con: duckdb.DuckDBPyConnection, path: Path, columns: str, rows: list[Row]) -> None:
    """Write rows to a file of a segment; columns that they do not tell of are null."""
    name = path.stem.partition("-")[0]
    con.execute(f"CREATE TABLE {name}({columns})")
    for row in rows:
        values = ", ".join(f"${column} AS {column}" for column in row)
        con.execute(f"INSERT INTO {name} BY NAME SELECT {values}", row)
    copy_to(con, f"FROM {name}", path)


def write(facts: Facts, users: Sequence[str | None], states: Mapping[str, str] = NO_STATES) -> str:
    """Publish a segment of as many reports as users, an app in each; return its digest."""
    reports = [
        {"report_no": n, "part": 0, "device_ref": f"{n}", "user_id": user, "name": f"{user}'s"}
        for n, user in enumerate(users)
    ]
    listings = [{"report_no": n, "kind": "app"} for n, _ in enumerate(users)]
    items = [{"device_ref": f"{n}", "os_user": user} for n, user in enumerate(users)]
    with facts.staging() as staged, duckdb.connect() as con:
        lay_out(con, staged / "devices.parquet", DEVICES, reports)
        lay_out(con, staged / "listings.parquet", "report_no INTEGER, kind VARCHAR", listings)
        lay_out(con, staged / "items-000.parquet", ITEMS, items)
        if states:
            told = [{"device": device, "state": state} for device, state in states.items()]
            lay_out(con, staged / STATES, "device VARCHAR, state VARCHAR", told)
        digest = seal(staged)
        facts.publish(staged, digest)
    return digest


def run(facts: Facts, stock: Stock, words: frozenset[str] = frozenset()) -> dict[str, list[tuple]]:
    """Compact; return what is in the new segment, by file."""
    private = find_private(stock, read_users(facts, stock), words)
    with facts.staging() as staged, duckdb.connect() as con:
        written = compact(facts, stock, staged, private)
        assert isinstance(written, Written)
        columns = {"devices": "report_no, user_id, name", "items-000": "device_ref, os_user"}
        return {
            path.stem: con.execute(
                f"SELECT {columns.get(path.stem, '*')} FROM read_parquet($1) ORDER BY ALL",
                [str(path).replace("[", "[[]")],
            ).fetchall()
            for path in staged.iterdir()
        }


def test_what_counts_of_two_segments_is_one(facts: Facts) -> None:
    one, other = write(facts, ["a", "b"]), write(facts, ["c"])
    stock = Stock([Current("k2", "s", one, 1), Current("k3", "s", other, 0)], [])
    assert run(facts, stock) == {
        "devices": [(0, "b", "b's"), (1, "c", "c's")],
        "items-000": [("0", "b"), ("1", "c")],
        "listings": [(0, "app"), (1, "app")],
    }


def test_a_large_segment_is_written_anew_without_who_was_in_it(
    facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "SMALL", 0)
    one, other = write(facts, ["Li@X", "b"]), write(facts, ["c"])
    stock = Stock([Current("k2", "s", one, 1), Current("k3", "s", other, 0)], [])
    with facts.staging() as staged:
        assert compact(facts, stock, staged) is None
    assert run(facts, stock, frozenset({"li@x"}))["devices"] == [(0, "b", "b's")]


def test_reports_of_their_devices_that_name_nobody_are_theirs(facts: Facts) -> None:
    segment = write(facts, ["li@x", None, "wu@x"])
    stock = Stock([Current("k", source, segment, n) for n, source in enumerate("abc")], [])
    found = run(facts, stock, frozenset({"li@x"}))
    assert found["devices"] == [(0, None, None), (1, None, None), (2, "wu@x", "wu@x's")]
    assert found["items-000"] == [("0", None), ("1", None), ("2", "wu@x")]


def test_who_uses_devices_is_told_of_reports_that_count_no_more_too(facts: Facts) -> None:
    segment = write(facts, ["Li@X", None, "wu@x"])
    now = Current("k", "s", segment, 2)
    found = read_users(facts, Stock([now], []))
    assert sorted(found, key=lambda use: use.user) == [
        Use(segment, "li@x", None), Use(segment, "wu@x", now),
    ]  # fmt: skip


def test_states_of_all_ids_of_a_device_are_kept_but_none_of_who_is_left_out(facts: Facts) -> None:
    one = write(facts, ["a", "li@x"], {"id-1": "of a", "id-2": "of a, too", "id-9": "of li"})
    other = write(facts, ["b"], {"id-1": "old", "id-3": "of b"})
    ids = [("k1", "s", "id-1"), ("k1", "s", "id-2"), ("k9", "s", "id-9"), ("k3", "s", "id-3")]
    current = [Current("k1", "s", one, 0), Current("k9", "s", one, 1), Current("k3", "s", other, 0)]
    found = run(facts, Stock(current, ids), frozenset({"li@x"}))
    assert found["states"] == [("id-1", "of a"), ("id-2", "of a, too"), ("id-3", "of b")]


def test_segments_that_are_not_what_was_written_are_all_named(facts: Facts) -> None:
    segments = [write(facts, [user]) for user in "abc"]
    stock = Stock([Current(f"k{n}", "s", digest, 0) for n, digest in enumerate(segments)], [])
    shutil.rmtree(facts.segment(segments[0]))
    with (facts.segment(segments[1]) / "items-000.parquet").open("ab") as file:
        file.write(b"x")
    told = {
        f"facts {segments[0][:12]}": f"missing in {facts.root}",
        f"facts {segments[1][:12]}": "the files were changed, or are not all there",
    }
    with facts.staging() as staged:
        for looking in (partial(compact, facts, stock, staged), partial(read_users, facts, stock)):
            with pytest.raises(PolicycheckError) as caught:
                looking()
            assert dict(p.message.split(": ")[:2] for p in caught.value.problems) == told
