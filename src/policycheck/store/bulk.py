"""Rows from the session to the database, in bulk.

`executemany` over plain tuples, a chunk at a time: no row becomes an object. What is written in
the order of a table's key goes to the end of its tree, which takes a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from policycheck.store.session import Row, Session, chunks


def write(connection: Connection, statement: str, rows: Iterable[Sequence[Row]]) -> None:
    """Run a statement, with `?` for each value, for every row of every chunk."""
    if connection.dialect.paramstyle != "qmark":
        statement = statement.replace("?", "%s")
    for chunk in rows:
        if chunk:
            connection.exec_driver_sql(statement, list(chunk))


def copy(
    con: Session,
    connection: Connection,
    table: str,
    columns: str,
    query: str,
    *,
    key: str = "",
) -> None:
    """Insert a query's rows into these columns of a table.

    With a `key`, a row that is there already is updated.
    """
    names = columns.split(", ")
    statement = f"INSERT INTO {table}({columns}) VALUES ({', '.join('?' * len(names))})"
    if key:
        changed = [name for name in names if name not in key.split(", ")]
        assignments = ", ".join(f"{name} = excluded.{name}" for name in changed)
        statement += f" ON CONFLICT ({key}) DO "
        statement += f"UPDATE SET {assignments}" if changed else "NOTHING"
    write(connection, statement, chunks(con, query))
