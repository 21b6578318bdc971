"""The tables that `openings` made, read again."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from policycheck.store import tree
from policycheck.store.contents import unpack
from policycheck.store.session import texts
from policycheck.text import fold_text

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


def list_opened(packed: bytes) -> list[str]:
    """Return the fingerprints of openings, as they are kept: compressed."""
    with _tables(unpack(packed)) as (path,), duckdb.connect() as con:
        return texts(con, f"SELECT fingerprint FROM read_parquet({_quoted(path)})")


def list_people(tables: Sequence[bytes]) -> list[set[tuple[str, str]]]:
    """Return of each table of what is personal whom it tells of: id and user, folded.

    Empty is what is not told.
    """
    with _tables(*tables) as paths, duckdb.connect() as con:
        places = {str(path): place for place, path in enumerate(paths)}
        read = f"read_parquet([{', '.join(map(_quoted, paths))}], filename = true)"
        con.execute(f"SELECT DISTINCT filename, {_PERSON}, {_USER} FROM {read}")
        people: list[set[tuple[str, str]]] = [set() for _ in tables]
        for path, *told in con.fetchall():
            person, user = (fold_text(word or "") for word in told)
            people[places[path]].add((person, user))
    return people


def without_people(personal: bytes, words: Collection[str]) -> bytes | None:
    """Return what is left of personal parts without some people; None: nothing."""
    with _tables(personal) as (path,), duckdb.connect() as con:
        read = f"read_parquet({_quoted(path)})"
        told = con.execute(f"SELECT fingerprint, {_PERSON}, {_USER} FROM {read}").fetchall()
    gone = [row[0] for row in told if any(w and fold_text(w) in words for w in row[1:])]
    return without_violations(personal, gone)


def without_violations(personal: bytes, fingerprints: Sequence[str]) -> bytes | None:
    """Return what is left of personal parts without some violations'; None: nothing."""
    with _tables(personal) as (path,), duckdb.connect() as con:
        con.execute(
            f"CREATE TEMP TABLE left_over AS FROM read_parquet({_quoted(path)})"
            " WHERE NOT list_contains($1, fingerprint)",
            [list(fingerprints)],
        )
        if not con.execute("SELECT 1 FROM left_over LIMIT 1").fetchone():
            return None
        con.execute(f"COPY left_over TO {_quoted(path)} (FORMAT parquet, COMPRESSION zstd)")
        return path.read_bytes()


_PERSON, _USER = "personal ->> '$.person_id'", "personal ->> '$.device_user_id'"


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
