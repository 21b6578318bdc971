"""Rows from the session to the database, in bulk: the one place for it.

Plain tuples, a chunk at a time: no row becomes an object, and however many there are, the number
of calls is the same. SQLite takes rows in one prepared statement, PostgreSQL by COPY. What is
written in the order of a table's key goes to the end of its tree, which takes a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, select

from policycheck.store.session import Row, Session, chunks
from policycheck.store.tables import metadata

if TYPE_CHECKING:
    import sqlite3

    import psycopg

_VALUES_AT_ONCE = 900
"""Values in one statement: every SQLite takes 999, and rows together take two thirds of the time
that they take one by one."""
_STAGED = "staged_row"

NOTHING_FIXED: Mapping[str, str] = MappingProxyType({})


def copy(
    con: Session,
    connection: Connection,
    table: str,
    columns: str,
    query: str,
    *,
    key: str = "",
    fixed: Mapping[str, str] = NOTHING_FIXED,
) -> None:
    """Insert a query's rows into these columns of a table; see `insert`.

    `fixed` gives more columns the same literal in every row.
    """
    if (
        connection.dialect.name != "sqlite" and fixed
    ):  # by COPY alone: laid out first it takes twice
        query = f"SELECT *, {', '.join(fixed.values())} FROM ({query})"
        columns, fixed = ", ".join([columns, *fixed]), NOTHING_FIXED
    rows = chain.from_iterable(chunks(con, query))
    insert(connection, table, columns, rows, key=key, fixed=fixed)


def insert(
    connection: Connection,
    table: str,
    columns: str,
    rows: Iterable[Row],
    *,
    key: str = "",
    fixed: Mapping[str, str] = NOTHING_FIXED,
) -> None:
    """Insert rows into these columns of a table.

    With a `key`, a row that is there already is updated. `fixed` (in SQLite) gives more columns
    the same literal in every row: what is not fetched costs nothing.
    """
    names = columns.split(", ")
    head = f"INSERT INTO {table}({', '.join([*names, *fixed])})"
    tail = _on_conflict(names, key)
    if connection.dialect.name == "sqlite":
        row = f"({', '.join(['?'] * len(names) + list(fixed.values()))})"
        block = _VALUES_AT_ONCE // len(names)
        whole, single = (f"{head} VALUES {', '.join([row] * n)}{tail}" for n in (block, 1))
        _execute_blocks(_sqlite(connection), whole, single, block, rows)
    elif not key:
        _copy_in(connection, f"{table}({columns})", rows)
    else:
        _stage(connection, table, names, names, rows)
        connection.exec_driver_sql(f"{head} SELECT {columns} FROM {_STAGED}{tail}")
        connection.exec_driver_sql(f"DROP TABLE {_STAGED}")


def update(
    con: Session,
    connection: Connection,
    table: str,
    columns: str,
    query: str,
    *,
    key: str,
    fixed: Mapping[str, str] = NOTHING_FIXED,
) -> None:
    """Update these columns of a table; the query's last column says in which row, by its `key`.

    `fixed` gives more columns the same literal in every row.
    """
    names = columns.split(", ")
    rows = chain.from_iterable(chunks(con, query))
    literals = [f"{name} = {value}" for name, value in fixed.items()]
    if connection.dialect.name == "sqlite":
        assignments = ", ".join([*(f"{name} = ?" for name in names), *literals])
        _sqlite(connection).executemany(f"UPDATE {table} SET {assignments} WHERE {key} = ?", rows)
        return
    given = [f"c{place}" for place in range(len(names) + 1)]
    _stage(connection, table, [*names, key], given, rows)
    pairs = zip(names, given[:-1], strict=True)
    assignments = ", ".join([*(f"{name} = s.{cell}" for name, cell in pairs), *literals])
    connection.exec_driver_sql(f"ANALYZE {_STAGED}")  # else it may be taken for the larger table
    connection.exec_driver_sql(
        f"UPDATE {table} AS t SET {assignments} FROM {_STAGED} AS s WHERE t.{key} = s.{given[-1]}"
    )
    connection.exec_driver_sql(f"DROP TABLE {_STAGED}")


@contextmanager
def unindexed(connection: Connection, *names: str) -> Iterator[None]:
    """Fill those of these tables that are empty without their indexes, which are made at the end.

    That takes half as long as indexes that grow row by row. In PostgreSQL they stay: to drop them
    would keep readers waiting.
    """
    tables = [metadata.tables[name] for name in names if connection.dialect.name == "sqlite"]
    empty = [t for t in tables if connection.execute(select(t).limit(1)).first() is None]
    indexes = sorted((i for table in empty for i in table.indexes), key=lambda i: str(i.name))
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


def _on_conflict(names: list[str], key: str) -> str:
    if not key:
        return ""
    changed = [name for name in names if name not in key.split(", ")]
    assignments = ", ".join(f"{name} = excluded.{name}" for name in changed)
    return f" ON CONFLICT ({key}) DO " + (f"UPDATE SET {assignments}" if changed else "NOTHING")


def _execute_blocks(
    cursor: sqlite3.Cursor, whole: str, single: str, size: int, rows: Iterable[Row]
) -> None:
    """Run one statement for each block of so many rows, and one for each row that is left over."""
    supply = iter(rows)
    rest: list[Row] = []

    def blocks() -> Iterator[Row]:
        while len(block := list(islice(supply, size))) == size:
            yield tuple(chain.from_iterable(block))
        rest.extend(block)

    cursor.executemany(whole, blocks())
    cursor.executemany(single, rest)


def _stage(
    connection: Connection, table: str, columns: list[str], names: list[str], rows: Iterable[Row]
) -> None:
    """Lay rows out in PostgreSQL, in a table of this transaction; `columns` give the types."""
    taken = ", ".join(f"{column} AS {name}" for column, name in zip(columns, names, strict=True))
    connection.exec_driver_sql(
        f"CREATE TEMP TABLE {_STAGED} ON COMMIT DROP AS SELECT {taken} FROM {table} WITH NO DATA"
    )
    _copy_in(connection, _STAGED, rows)


def _copy_in(connection: Connection, target: str, rows: Iterable[Row]) -> None:
    driver = cast("psycopg.Connection", connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def _sqlite(connection: Connection) -> sqlite3.Cursor:
    return cast("sqlite3.Connection", connection.connection.driver_connection).cursor()
