"""Rows between the session and PostgreSQL: by COPY, and by files that both write and read.

So no row becomes an object here, and none waits for another. CSV tells null (nothing at all) from
an empty text (`""`), on both sides.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection

from policycheck.store.session import Session

if TYPE_CHECKING:
    import psycopg

_BLOCK = 1 << 20
_LINE = 1 << 21
"""In bytes, what DuckDB takes for one line at least."""


@contextmanager
def laid_out(con: Session, query: str) -> Iterator[Path | None]:
    """Lay the rows of a query of the session out in a file, for `copy_in`; None: there are none."""
    with _file() as path:
        con.execute(f"COPY ({query}) TO $path (FORMAT csv, HEADER false)", {"path": str(path)})
        yield path if path.stat().st_size else None


def copy_in(connection: Connection, path: Path, target: str) -> None:
    """Append the rows that are laid out to a table, `target` with its columns."""
    with (
        path.open("rb") as file,
        _driver(connection).cursor() as cursor,
        cursor.copy(f"COPY {target} FROM STDIN (FORMAT csv)") as stream,
    ):
        while block := file.read(_BLOCK):
            stream.write(block)


def copy_out(connection: Connection, query: str, asked: Mapping[str, str], path: Path) -> int:
    """Write the rows of the database's query to a file, for `read_rows`.

    `asked` holds the query's parameters, `%(name)s` in it. Returns how long the longest piece is,
    in bytes.
    """
    longest = 0
    with (
        path.open("wb") as file,
        _driver(connection).cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", asked) as stream,
    ):
        for line in stream:
            longest = max(longest, len(line))
            file.write(line)
    return longest


def read_rows(con: Session, table: str, types: Sequence[str], path: Path, longest: int) -> None:
    """Append the rows that `copy_out` wrote to a table of the session with columns of `types`."""
    columns = ", ".join(f"c{place}: '{kind}'" for place, kind in enumerate(types))
    con.execute(
        f"INSERT INTO {table} SELECT * FROM read_csv($path, columns={{{columns}}},"
        " auto_detect=false, header=false, delim=',', quote='\"', escape='\"',"
        " new_line='\\n', nullstr='', allow_quoted_nulls=false, parallel=false,"
        f" max_line_size={max(_LINE, longest)})",
        {"path": str(path)},
    )


@contextmanager
def _file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="policycheck-") as folder:
        yield Path(folder) / "rows.csv"


def _driver(connection: Connection) -> psycopg.Connection:
    return cast("psycopg.Connection", connection.connection.driver_connection)
