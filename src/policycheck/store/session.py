"""What the store needs of a DuckDB connection, and its own tables in it.

The connection comes from the engine. All work on it is set-based: rows enter column by column and
leave in chunks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Protocol

CHUNK = 10_000
"""Rows that pass between DuckDB, Python and the database at once."""

_OBJECT = 1 << 20
"""In bytes, what DuckDB takes for one row of JSON at least; its buffers are twice as large."""

Row = tuple[object, ...]


class Session(Protocol):
    """The few methods of a DuckDB connection that the store uses."""

    def execute(self, query: str, parameters: object = ..., /) -> Session:
        """Run one statement with parameters, or several without."""

    def fetchone(self) -> Row | None:
        """Return the next row of the last statement."""

    def fetchall(self) -> list[Row]:
        """Return all rows of the last statement that are left."""

    def fetchmany(self, size: int = ..., /) -> list[Row]:
        """Return the next rows of the last statement, none at its end."""

    def cursor(self) -> Session:
        """Return another connection to the same tables, but the TEMP ones, for a thread."""

    def close(self) -> None:
        """Close this connection."""


_TABLES = """
CREATE OR REPLACE TEMP TABLE stored_device(
    device_key VARCHAR, first_seen TIMESTAMP, judged VARCHAR, left_at TIMESTAMP,
    merged_run BIGINT);
CREATE OR REPLACE TEMP TABLE stored_alias(
    kind VARCHAR, value VARCHAR, device_key VARCHAR);
CREATE OR REPLACE TEMP TABLE stored_name(name VARCHAR, device_key VARCHAR);
CREATE OR REPLACE TEMP TABLE stored_source(
    device_key VARCHAR, source VARCHAR, report_id BIGINT, report_no INTEGER,
    reported_at TIMESTAMP, segment VARCHAR);
CREATE OR REPLACE TEMP TABLE stored_report(
    report_id BIGINT, run_id BIGINT, sha256 VARCHAR, received_at TIMESTAMP, segment VARCHAR);
CREATE OR REPLACE TEMP TABLE stored_run(
    run_id BIGINT, policies VARCHAR, catalogue_sha256 VARCHAR, people_sha256 VARCHAR);
CREATE OR REPLACE TEMP TABLE prior_life(
    fingerprint VARCHAR, device_key VARCHAR, first_seen TIMESTAMP, due TIMESTAMP,
    reopened INTEGER, holder VARCHAR, waiver VARCHAR, waived_until TIMESTAMP,
    status VARCHAR DEFAULT 'open', cause VARCHAR, item_id BIGINT, source VARCHAR,
    report_id BIGINT, reported_at TIMESTAMP, record BIGINT);
CREATE OR REPLACE TEMP TABLE prior_detail(
    fingerprint VARCHAR, policy VARCHAR, control VARCHAR, device_key VARCHAR, person_id VARCHAR,
    subject VARCHAR, kind VARCHAR, identifier VARCHAR, name VARCHAR, source VARCHAR,
    reported_at TIMESTAMP, received_at TIMESTAMP);
CREATE OR REPLACE TEMP TABLE renamed_app(old VARCHAR, new VARCHAR);
"""
"""What the store knows, as far as a run needs it: of the devices at hand only.

- stored_device, stored_alias, stored_source: rows of the tables device, alias, device_source
- stored_name: the stored devices that have the name of a device that may be new
- stored_report: the rows of the ledger that stored_source points to
- stored_run: what the runs went by to which `stored_device.judged` points
- prior_life: the lives of the judged devices, the open ones and those that come back; of these
  with what they were proven by
- prior_detail: of lives that no finding shows under their own fingerprint, what they are about
- renamed_app: the catalogue's apps that were called otherwise
"""


def create_tables(con: Session) -> None:
    """Create the store's tables in the session, empty: all that an audit without a store has."""
    con.execute(_TABLES)


def program(name: str) -> str:
    """Return the text of one of the store's SQL files."""
    return (files("policycheck.store") / name).read_text(encoding="utf-8")


def values(con: Session, query: str) -> list[object]:
    """Return the only column of a query."""
    return [value for (value,) in con.execute(query).fetchall()]


def texts(con: Session, query: str) -> list[str]:
    """Return the only column of a query, as texts."""
    return list(map(str, values(con, query)))


def number(con: Session, query: str) -> int:
    """Return the only value of a query, a whole number."""
    row = con.execute(query).fetchone()
    return int(str(row[0])) if row else 0


def chunks(con: Session, query: str) -> Iterator[list[Row]]:
    """Yield the rows of a query in chunks; nothing else may run on `con` meanwhile."""
    con.execute(query)
    while chunk := con.fetchmany(CHUNK):
        yield chunk


def fill(con: Session, table: str, types: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Append rows to a table; `types` are those of its columns. A time travels as text."""
    unnested = ", ".join(
        f"unnest(from_json(${place}, '[\"{kind}\"]'))" for place, kind in enumerate(types, 1)
    )
    supply = iter(rows)
    while chunk := list(islice(supply, CHUNK)):
        columns = [json.dumps(column, ensure_ascii=False) for column in zip(*chunk, strict=True)]
        con.execute(f"INSERT INTO {table} SELECT {unnested}", columns)


def write_objects(path: Path, rows: Iterable[Sequence[str]]) -> int:
    """Write rows to a file for `read_objects`; return how long the longest is, in characters.

    They come in chunks, each row a JSON object of the columns `c0`, `c1` ...
    """
    longest = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for chunk in rows:
            longest = max(longest, *map(len, chunk))
            file.writelines(("\n".join(chunk), "\n"))
    return longest


def read_objects(con: Session, table: str, types: Sequence[str], path: Path, longest: int) -> None:
    """Append the rows that `write_objects` wrote to a table with columns of `types`.

    So no value becomes an object here, and DuckDB reads with all its threads.
    """
    columns = ", ".join(f"c{place}: '{kind}'" for place, kind in enumerate(types))
    con.execute(
        f"INSERT INTO {table} SELECT * FROM read_json($path, format='newline_delimited',"
        f" columns={{{columns}}}, maximum_object_size={max(_OBJECT, 4 * longest)})",
        {"path": str(path)},
    )
