"""The chain of runs: what is in it, and that it holds."""

from __future__ import annotations

import duckdb
import pytest
from sqlalchemy import text
from toy import Toy
from toy_judge import Report, day

from policycheck.store.canonical import canonical, digest
from policycheck.store.chain import FIRST, Deed, hash_event, read_head, record_deeds
from policycheck.store.database import open_store, upgrade_store
from policycheck.store.revisions import migrate
from policycheck.store.tree import EMPTY, leads, path_to, root_in, root_of

WEIRD = "".join(map(chr, range(1, 32))) + '\x7f"\\u000b\\\\u000b/é中\u2028\U0001f600'


def test_canonical_json_is_the_same_here_and_in_the_session() -> None:
    (told,) = duckdb.connect().execute("SELECT json_array($1, NULL, 7)", [WEIRD]).fetchone()
    assert told == canonical([WEIRD, None, 7])
    assert canonical({"b": day(1), "a": [True, 0.5]}) == (
        '{"a":[true,0.5],"b":"2013-08-01T00:00:00.000000Z"}'
    )


@pytest.mark.parametrize("size", [0, 1, 2, 15, 16, 17, 255, 256, 257, 4097])
def test_a_tree_has_one_root_wherever_it_is_worked_out(size: int) -> None:
    leaves = [digest(number) for number in range(size)]
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE leaf AS SELECT unnest($1::VARCHAR[]) AS hash, unnest(range($2)) AS n",
        [leaves, size],
    )
    root = root_of(iter(leaves))
    assert root_in(con, "SELECT n, hash FROM leaf") == root
    assert (root == EMPTY) == (size == 0)
    for place in {0, size // 2, size - 1} if size else ():
        path = path_to(leaves, place)
        assert leads(leaves[place], path, root)
        assert not leads(digest("another"), path, root)
        assert not leads(leaves[place], path, digest("another"))


def test_each_run_holds_the_hash_of_the_one_before(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, Report())
    toy.audit(2, Report(at=2, items=()))
    (first, one), (second, two) = toy.rows("SELECT previous, hash FROM run ORDER BY id")
    assert (first, second) == (FIRST, one)
    assert one != two
    with toy.store.reading() as connection:
        assert read_head(connection) == two


def test_an_event_s_hash_is_that_of_its_canonical_json(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, Report(), Report(device="d2"))
    rows = toy.rows("SELECT id, run_id, fingerprint, kind, cause, detail, hash FROM event")
    assert len(rows) == 2
    for number, run_id, *rest, told in rows:
        assert told == hash_event(number, run_id, day(1), rest)


def test_what_an_operator_does_is_a_run_of_its_own_kind(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, Report())
    ((fingerprint,),) = toy.rows("SELECT fingerprint FROM violation")
    with toy.store.writing() as connection:
        deeds = [Deed(fingerprint, "closed", "device_left")]
        record_deeds(
            connection, "retire", deeds, at=day(2), version="0.1.0", options={"device": "d1"}
        )
    assert toy.events() == ["1 opened report", "2 closed operator device_left"]
    assert toy.rows("SELECT kind FROM run ORDER BY id") == [("audit",), ("retire",)]
    ((one, _), (_, previous)) = toy.rows("SELECT hash, previous FROM run ORDER BY id")
    assert previous == one


_OLD_RUN = (
    "INSERT INTO run(id, started_at, as_of, version, catalogue_sha256, policies, options)"
    " VALUES (:id, '2013-08-01 00:00:00.000000', '2013-08-01 00:00:00.000000', '0.0.1', 'c',"
    """ '[{"policy": "memo", "sha256": "p"}]', '{}')"""
)
_OLD_EVENT = (
    "INSERT INTO event(id, at, run_id, fingerprint, kind, cause)"
    " VALUES (:id, '2013-08-01 00:00:00.000000', :run, 'f', 'opened', 'report')"
)


def test_what_was_recorded_before_there_was_a_chain_is_hashed_at_the_upgrade(tmp_path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    store = open_store(url)
    with store.writing() as connection:
        for table in (
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
            .scalars()
            .all()
        ):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        migrate(connection, "0002")
        for run in (1, 2):
            connection.execute(text(_OLD_RUN), {"id": run})
            connection.execute(text(_OLD_EVENT), {"id": run, "run": run})
    assert upgrade_store(url)[0] == "0002"
    with open_store(url).reading() as connection:
        runs = connection.execute(text("SELECT kind, previous, hash FROM run ORDER BY id")).all()
        events = connection.execute(text("SELECT id, run_id, hash FROM event")).all()
    (_, first, one), (_, second, two) = runs
    assert (first, second) == (FIRST, one)
    assert {kind for kind, _, _ in runs} == {"audit"}
    assert one != two
    assert len(events) == 2
    for number, run_id, told in events:
        assert told == hash_event(number, run_id, day(1), ("f", "opened", "report", None))
