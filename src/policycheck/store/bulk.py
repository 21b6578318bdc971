"""Rows from the session to the database, in bulk.

Plain tuples, a chunk at a time: no row becomes an object. What is written in the order of a
table's key goes to the end of its tree, which takes a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from types import MappingProxyType

from sqlalchemy import Connection, select

from policycheck.store.session import Row, Session, chunks
from policycheck.store.tables import metadata

_VALUES_AT_ONCE = 900
"""Values in one statement: every SQLite takes 999, and rows together take two thirds of the time
that they take one by one."""

NOTHING_FIXED: Mapping[str, str] = MappingProxyType({})


def write(connection: Connection, statement: str, rows: Iterable[Sequence[Row]]) -> None:
    """Run a statement, with `?` for each value, for every row of every chunk."""
    for chunk in rows:
        if chunk:
            connection.exec_driver_sql(_in_style(connection, statement), list(chunk))


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

    With a `key`, a row that is there already is updated. `fixed` gives more columns, of the
    newly inserted, the same literal in every row: what is not fetched costs nothing.
    """
    names = columns.split(", ")
    row = f"({', '.join(['?'] * len(names) + list(fixed.values()))})"
    head, tail = f"INSERT INTO {table}({', '.join([*names, *fixed])}) VALUES ", ""
    if key:
        changed = [name for name in names if name not in key.split(", ")]
        assignments = ", ".join(f"{name} = excluded.{name}" for name in changed)
        tail = f" ON CONFLICT ({key}) DO "
        tail += f"UPDATE SET {assignments}" if changed else "NOTHING"
    size = _VALUES_AT_ONCE // len(names)
    whole = _in_style(connection, head + ", ".join([row] * size) + tail)
    for chunk in chunks(con, query):
        last = len(chunk) // size * size
        for start in range(0, last, size):
            values = chain.from_iterable(chunk[start : start + size])
            connection.exec_driver_sql(whole, tuple(values))
        write(connection, head + row + tail, [chunk[last:]])


@contextmanager
def unindexed(connection: Connection, *names: str) -> Iterator[None]:
    """Fill those of these tables that are empty without their indexes, which are made at the end.

    That takes half as long as indexes that grow row by row.
    """
    tables = [metadata.tables[name] for name in names]
    empty = [t for t in tables if connection.execute(select(t).limit(1)).first() is None]
    indexes = sorted((i for table in empty for i in table.indexes), key=lambda i: str(i.name))
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


def _in_style(connection: Connection, statement: str) -> str:
    """Write a statement's places as the database's driver wants them."""
    return statement if connection.dialect.paramstyle == "qmark" else statement.replace("?", "%s")
