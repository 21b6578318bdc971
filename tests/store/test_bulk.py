"""How rows of the session get into the database, whatever they hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_load import HOSTILE
from toy import Toy

from policycheck.engine.session import open_session
from policycheck.store.bulk import copy, update
from policycheck.store.session import fill

COLUMNS = "id, kind, identifier, name"
ROWS = [(n, text, "", None) for n, text in enumerate([*HOSTILE, "\\N", "\\.", "a,b", "''"])]


@pytest.mark.usefixtures("each_store")
def test_what_is_written_is_what_was_there(tmp_path: Path) -> None:
    con = open_session()
    con.execute("CREATE TABLE t(id BIGINT, kind VARCHAR, identifier VARCHAR, name VARCHAR)")
    fill(con, "t", ("BIGINT", *("VARCHAR",) * 3), ROWS)
    with Toy(tmp_path).store.writing() as connection:
        copy(con, connection, "item", COLUMNS, "FROM t ORDER BY id", fixed={"basis": "'told'"})
        read = connection.exec_driver_sql(f"SELECT {COLUMNS}, basis FROM item ORDER BY id").all()
        assert [tuple(row) for row in read] == [(*row, "told") for row in ROWS]
        swapped = "SELECT identifier, kind, id FROM t ORDER BY id"
        update(con, connection, "item", "kind, name", swapped, key="id", fixed={"basis": "NULL"})
        copy(con, connection, "item", COLUMNS, "SELECT 0, 'a', NULL, 'b'", key="id")
        read = connection.exec_driver_sql(f"SELECT {COLUMNS}, basis FROM item ORDER BY id").all()
        expected = [(n, "", "", text, None) for n, text, *_ in ROWS]
        assert [tuple(row) for row in read] == [(0, "a", None, "b", None), *expected[1:]]
