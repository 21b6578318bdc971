"""Rows from the session to the database, in bulk: the one place for it.

However many rows there are, the number of calls is the same. SQLite takes plain tuples, a chunk at
a time, in one prepared statement; PostgreSQL takes a file (see copying.py). What is written in the
order of a table's key goes to the end of its tree, which takes a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, select

from policycheck.store.copying import copy_in, laid_out
from policycheck.store.session import Row, Session, chunks
from policycheck.store.tables import metadata

if TYPE_CHECKING:
    import sqlite3

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
    """Insert a query's rows into these columns of a table.

    With a `key`, a row that is there already is updated. `fixed` gives more columns the same
    literal in every row: what is not fetched costs nothing.
    """
    names = columns.split(", ")
    head = f"INSERT INTO {table}({', '.join([*names, *fixed])})"
    tail = _on_conflict(names, key)
    if connection.dialect.name == "sqlite":
        rows = chain.from_iterable(chunks(con, query))
        row = f"({', '.join(['?'] * len(names) + list(fixed.values()))})"
        block = _VALUES_AT_ONCE // len(names)
        whole, single = (f"{head} VALUES {', '.join([row] * n)}{tail}" for n in (block, 1))
        _execute_blocks(_sqlite(connection), whole, single, block, rows)
        return
    columns = ", ".join([*names, *fixed])
    with laid_out(con, f"SELECT {', '.join(['*', *fixed.values()])} FROM ({query})") as path:
        if path is None:
            return
        if not key:  # by COPY alone: staged first it takes twice
            copy_in(connection, path, f"{table}({columns})")
            return
        with _staged(connection, path, f"SELECT {columns} FROM {table}"):
            connection.exec_driver_sql(f"{head} SELECT * FROM {_STAGED}{tail}")


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
    literals = [f"{name} = {value}" for name, value in fixed.items()]
    if connection.dialect.name == "sqlite":
        rows = chain.from_iterable(chunks(con, query))
        assignments = ", ".join([*(f"{name} = ?" for name in names), *literals])
        _sqlite(connection).executemany(f"UPDATE {table} SET {assignments} WHERE {key} = ?", rows)
        return
    with laid_out(con, query) as path:
        if path is None:
            return
        given = [f"c{place}" for place in range(len(names) + 1)]
        pairs = list(zip([*names, key], given, strict=True))
        alike = f"SELECT {', '.join(f'{name} AS {cell}' for name, cell in pairs)} FROM {table}"
        assignments = ", ".join([*(f"{name} = s.{cell}" for name, cell in pairs[:-1]), *literals])
        with _staged(connection, path, alike):
            connection.exec_driver_sql(
                f"UPDATE {table} AS t SET {assignments}"
                f" FROM {_STAGED} AS s WHERE t.{key} = s.{given[-1]}"
            )


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


@contextmanager
def _staged(connection: Connection, path: Path, alike: str) -> Iterator[None]:
    """Lay a file's rows out in PostgreSQL meanwhile, in columns as those of the query `alike`."""
    connection.exec_driver_sql(
        f"CREATE TEMP TABLE {_STAGED} ON COMMIT DROP AS {alike} WITH NO DATA"
    )
    copy_in(connection, path, _STAGED)
    connection.exec_driver_sql(f"ANALYZE {_STAGED}")  # else it may be taken for the larger table
    yield
    connection.exec_driver_sql(f"DROP TABLE {_STAGED}")


def _sqlite(connection: Connection) -> sqlite3.Cursor:
    return cast("sqlite3.Connection", connection.connection.driver_connection).cursor()
