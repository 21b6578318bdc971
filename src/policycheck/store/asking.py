"""How the database is asked: for the rows of some keys, for a whole table, or for one ahead.

Rows leave the database as JSON or CSV that it writes itself, so that no value becomes an object
here, and come by a file; keys enter it as one text: a question is one statement, however many are
asked about.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, text

from policycheck.store.copying import copy_out, read_rows
from policycheck.store.database import Store
from policycheck.store.session import CHUNK, Session, number, read_objects, write_objects

_MANY = 10_000
_SMALL_CACHE = "PRAGMA cache_size = -1024"
"""In KB: who reads from one end to the other comes back to nothing."""


@dataclass(frozen=True)
class Question:
    """What a table of the session is filled with.

    There may be more rows than were asked for, unless `few` is 0: who asks can do with them, or
    takes them out.
    """

    table: str
    types: tuple[str, ...]
    query: str
    """Ends with a condition, to which more can be added."""
    key: str
    counted: str
    """The table of the database that holds the rows."""
    key_type: str = "TEXT"
    few: int = 2
    """Where one row in so many, or fewer, is asked for, they are asked for by their keys.
    0: always."""
    paged_by: str = ""
    """For what can be read ahead: the column by which SQLite goes through the table in pages."""


class _Answer(NamedTuple):
    """Rows in a file, as the kind of database writes them."""

    path: Path
    longest: int
    """Of a row, in characters or bytes; 0: there is none."""


@dataclass
class Ahead:
    """What is read ahead: by a thread, while something else is done with session and database.

    It has a connection of its own, which sees what was committed before. So it is only for who
    holds the write lock, and for tables of which nothing was written yet.
    """

    store: Store
    least: int
    """Of fewer reports nothing is worth reading ahead."""
    stack: ExitStack
    answers: dict[Question, Future[_Answer]] = field(default_factory=dict)

    def begin(self, con: Session, question: Question, policies: Sequence[str] = ()) -> None:
        """Begin to read all rows that answer a question."""
        if not self.answers:
            self._open()
        kind = self.connection.dialect.name
        query, asked = _worded(con, kind, question, policies)
        path = self.folder / f"{len(self.answers)}"
        given = (self.connection, question, query, asked, path)
        self.answers[question] = self.pool.submit(_answer, *given, paged=True)

    def _open(self) -> None:
        self.folder = Path(self.stack.enter_context(_folder()))
        self.connection = self.stack.enter_context(self.store.reading())
        if self.store.is_sqlite:
            self.connection.exec_driver_sql(_SMALL_CACHE)
        self.pool = ThreadPoolExecutor(1)
        self.stack.callback(self.pool.shutdown, cancel_futures=True)


@contextmanager
def reading_ahead(store: Store, least: int = _MANY) -> Iterator[Ahead]:
    """Read what is begun as long as this lasts."""
    with ExitStack() as stack:
        yield Ahead(store, least, stack)


def ask(
    con: Session,
    connection: Connection,
    question: Question,
    keys: str | None,
    policies: Sequence[str] = (),
    *,
    ahead: Ahead | None = None,
) -> None:
    """Fill a table of the session with the rows of some keys, or with what was read ahead.

    `keys` is a query of the session; None asks for all rows.
    """
    kind = connection.dialect.name
    if ahead and question in ahead.answers:
        _take(con, kind, question, ahead.answers[question].result())
        return
    query, asked = _worded(con, kind, question, policies)
    if keys is not None:
        con.execute(f"CREATE OR REPLACE TEMP TABLE key AS SELECT key FROM ({keys}) AS t(key)")
        size = number(con, "SELECT count(*) FROM key")
        if size and has(connection, question.counted, size * question.few):
            asked["keys"] = _texts(con, kind, "FROM key ORDER BY key")
            query += f" AND {question.key} IN ({_LISTED[kind].format('keys', question.key_type)})"
        con.execute("DROP TABLE key")
        if size == 0:
            return
    with _folder() as folder:
        answer = _answer(connection, question, query, asked, Path(folder) / "rows")
        _take(con, kind, question, answer)


def has(connection: Connection, table: str, rows: int) -> bool:
    """Tell whether a table has so many rows, and count no further."""
    counted = text(f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT :rows) AS t")
    return int(connection.execute(counted, {"rows": rows}).scalar_one()) == rows


_LISTED = {
    "sqlite": "SELECT value FROM json_each(:{0})",
    "postgresql": "SELECT unnest(CAST(%({0})s AS {1}[]))",
}
"""The query of what a list holds that is a parameter."""
_QUOTED = r"""'"' || replace(replace(CAST(each AS VARCHAR), '\', '\\'), '"', '\"') || '"'"""
_AS_TEXT = {
    "sqlite": "to_json(list(each))",
    "postgresql": "'{' || string_agg(" + _QUOTED + ", ',') || '}'",
}
"""How such a list is written: PostgreSQL knows how many keys there are in one of its own arrays."""


def _worded(
    con: Session, kind: str, question: Question, policies: Sequence[str]
) -> tuple[str, dict[str, str]]:
    """Return a question's query for some policies, and its parameters."""
    query = question.query.replace(":policies", _LISTED[kind].format("policies", "TEXT"))
    if not policies:
        return query, {}
    return query, {"policies": _texts(con, kind, "SELECT unnest($1)", [list(policies)])}


def _texts(con: Session, kind: str, query: str, given: Sequence[object] = ()) -> str:
    """Return the only column of a query as a list that the database reads."""
    con.execute(f"SELECT {_AS_TEXT[kind]} FROM ({query}) AS t(each)", list(given))
    return str((con.fetchone() or ("",))[0])


def _answer(
    connection: Connection,
    question: Question,
    query: str,
    asked: Mapping[str, str],
    path: Path,
    *,
    paged: bool = False,
) -> _Answer:
    """Write the rows that answer a question to a file."""
    if connection.dialect.name == "postgresql":
        return _Answer(path, copy_out(connection, query, asked, path))
    names = [f"c{place}" for place in range(len(question.types))]
    members = ", ".join(f"'{name}', {name}" for name in names)
    head = f"WITH asked({', '.join(names)})"
    if paged:
        key, table = question.paged_by, question.counted
        page = f"{query} AND {key} >= page.low AND {key} < coalesce(page.next, x'')"
        statement = _PAGED.format(
            key=key, table=table, after=_after(key, table), head=head, query=page, members=members
        )
        return _Answer(path, write_objects(path, _pages(connection, statement, asked)))
    statement = f"{head} AS ({query}) SELECT json_object({members}) FROM asked"
    return _Answer(path, write_objects(path, _rows(connection, statement, asked)))


_PAGED = """
WITH RECURSIVE page(low) AS (
    SELECT min({key}) FROM {table}
    UNION ALL
    SELECT {after} FROM page WHERE low IS NOT NULL
)
SELECT ({head} AS ({query}) SELECT group_concat(json_object({members}), char(10)) FROM asked)
FROM (SELECT low, lead(low) OVER (ORDER BY low) AS next FROM page WHERE low IS NOT NULL) AS page
"""
"""Many rows in one: who is given row by row keeps all other threads waiting."""


def _after(key: str, table: str) -> str:
    """Return the SQL of the key that the page after `low` begins with; null after the last."""
    if key == "rowid":
        return f"CASE WHEN low < (SELECT max(rowid) FROM {table}) THEN low + {CHUNK} END"
    higher = f"SELECT {key} FROM {table} WHERE {key} > low ORDER BY 1"
    return f"({higher} LIMIT 1 OFFSET {CHUNK - 1})"


def _take(con: Session, kind: str, question: Question, answer: _Answer) -> None:
    """Append the rows of a file to the session's table."""
    read = read_objects if kind == "sqlite" else read_rows
    if answer.longest:
        read(con, question.table, question.types, answer.path, answer.longest)


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="policycheck-")


def _rows(connection: Connection, statement: str, asked: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield rows in chunks, each row as JSON that SQLite makes of it."""
    with connection.execute(text(statement), asked) as result:
        while chunk := result.cursor.fetchmany(CHUNK):  # its own rows take half as long
            yield [row for (row,) in chunk]


def _pages(connection: Connection, statement: str, asked: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield the same of pages, each of which comes as one text."""
    with connection.execute(text(statement), asked) as result:
        for (page,) in result:
            if page is not None:
                yield page.split("\n")
