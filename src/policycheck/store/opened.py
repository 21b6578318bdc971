"""The tables that `openings` made, read again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from policycheck.store import tree
from policycheck.store.session import texts

_CHANGED = """
SELECT p.fingerprint
FROM read_parquet($1) AS p
LEFT JOIN read_parquet($2) AS o
    ON o.fingerprint = p.fingerprint AND o.personal_sha256 = sha256(p.salt || p.personal)
WHERE o.fingerprint IS NULL
ORDER BY p.fingerprint
LIMIT 100
"""


def find_changed(openings: bytes, personal: bytes) -> list[str]:
    """Return of which openings the personal part is not what their digests say, at most 100.

    Both are tables as `copy_openings` makes them. Raises ValueError where one cannot be read.
    """
    try:
        with _tables(openings, personal) as (opened, told), duckdb.connect() as con:
            return texts(con, _CHANGED.replace("$1", _quoted(told)).replace("$2", _quoted(opened)))
    except duckdb.Error as error:
        raise ValueError(str(error)) from error


def read_opening(openings: bytes, fingerprint: str) -> tuple[str, tree.Path] | None:
    """Return an opening as the JSON text that is sealed, and how it leads to the seal."""
    with _tables(openings) as (path,), duckdb.connect() as con:
        con.execute(f"CREATE TEMP TABLE opening AS FROM read_parquet({_quoted(path)})")
        numbers = "SELECT fingerprint, row_number() OVER (ORDER BY fingerprint) - 1 AS n"
        con.execute(
            f"SELECT n, (SELECT CAST(to_json(o) AS VARCHAR) FROM opening AS o"
            f" WHERE o.fingerprint = $1) FROM ({numbers} FROM opening) WHERE fingerprint = $1",
            [fingerprint],
        )
        if (row := con.fetchone()) is None:
            return None
        place, told = row
        leaves = texts(
            con,
            "SELECT sha256(CAST(to_json(o) AS VARCHAR)) FROM opening AS o ORDER BY o.fingerprint",
        )
        return str(told), tree.path_to(leaves, int(place))


def read_personal(personal: bytes, fingerprint: str) -> tuple[str, str] | None:
    """Return the salt and the JSON text of what is personal of an opening."""
    with _tables(personal) as (path,), duckdb.connect() as con:
        row = con.execute(
            f"SELECT salt, personal FROM read_parquet({_quoted(path)}) WHERE fingerprint = $1",
            [fingerprint],
        ).fetchone()
        return None if row is None else (str(row[0]), str(row[1]))


@contextmanager
def _tables(*tables: bytes) -> Iterator[tuple[Path, ...]]:
    """Lay tables out as files for DuckDB."""
    with tempfile.TemporaryDirectory(prefix="policycheck-") as folder:
        paths = tuple(Path(folder) / f"{number}.parquet" for number in range(len(tables)))
        for path, table in zip(paths, tables, strict=True):
            path.write_bytes(table)
        yield paths


def _quoted(path: Path) -> str:
    text = str(path).replace("'", "''")
    return f"'{text}'"
