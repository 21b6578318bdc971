"""Minimising: of what reports list, only what some control could be about is kept.

What was left out cannot be judged later by other controls. So facts are marked by what they were
minimised for; where that is not what is asked, their lists count as incomplete.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from policycheck.catalogue.catalogue import Catalogue
from policycheck.engine.items import SPACE, distinct_items, list_items, read_items
from policycheck.engine.judge import Question, matchers_of
from policycheck.engine.matching import ControlMatcher
from policycheck.engine.session import insert_columns
from policycheck.inventory.base import STATES
from policycheck.inventory.staging.table import escape_glob

_KEPT = "kept.parquet"


def marks_of(question: Question, catalogue: Catalogue) -> list[str]:
    """Return a mark for each policy: of another policy, catalogue or list it is another."""
    return [mark for mark, _ in _by_policy(question, catalogue)]


def _by_policy(
    question: Question, catalogue: Catalogue
) -> Iterator[tuple[str, Sequence[ControlMatcher]]]:
    matchers = matchers_of(question, catalogue)
    for policy in question.policies:
        mine = [m for m, (p, _) in zip(matchers, question.controls, strict=True) if p is policy]
        found = [sorted(term.found) for each in mine for term in each.terms]
        told = repr((policy.sha256, catalogue.sha256, found))
        yield hashlib.sha256(told.encode()).hexdigest()[:16], mine


def minimise(
    con: duckdb.DuckDBPyConnection, folder: Path, question: Question, catalogue: Catalogue
) -> None:
    """Leave out of the parts what no control of the question could be about, and mark the lists.

    Of a report that gives no names, or no identifiers, one item of each kind stays, the one that
    most devices have: else it could not be told any more that it gives none. What readers of
    changes go on from is not kept: it lists everything. Reads and changes part_file's files and
    listing.
    """
    read_items(con)
    same = " AND ".join(f"r.{name} IS NOT DISTINCT FROM i.{name}" for name in list_items(con))
    _note_wanted(con, catalogue, matchers_of(question, catalogue))
    parts = con.execute("SELECT path FROM part_file ORDER BY part").fetchall()
    for (path,) in parts:
        _rewrite(con, Path(path), same)
    (folder / STATES).unlink(missing_ok=True)
    con.execute("ALTER TABLE listing ADD COLUMN minimised VARCHAR")
    con.execute("UPDATE listing SET minimised = ?", [" ".join(marks_of(question, catalogue))])


def _note_wanted(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, controls: Sequence[ControlMatcher]
) -> None:
    """Leave every_item, and in wanted_item the numbers of those that a control may be about."""
    recogniser = catalogue.recogniser
    terms = [term for control in controls for term in control.terms]
    wanted = []
    for item in distinct_items(con):
        seen = recogniser.recognise(
            item.kind, item.identifier, item.identifier_type, item.name, item.publisher,
            item.signer, item.store_category, item.space,
        )  # fmt: skip
        if any(True for term in terms for _ in term.matches(item, seen)):
            wanted.append(item.item_no)
    con.execute("CREATE OR REPLACE TEMP TABLE wanted_item(item_no INTEGER)")
    insert_columns(con, "wanted_item", [("INTEGER", wanted)])


def _rewrite(con: duckdb.DuckDBPyConnection, part: Path, same: str) -> None:
    """Leave out of a part what is not wanted. `same` tells when a row is of an item."""
    target = part.with_name(_KEPT)
    query = _REWRITTEN.format(space=SPACE, same=same, part=escape_glob(part).replace("'", "''"))
    con.execute(query, {"target": str(target)})
    target.replace(part)


_REWRITTEN = """
COPY (
    WITH row AS (
        SELECT * REPLACE (coalesce(record, file_row_number + 1) AS record), {space} AS space
        FROM read_parquet('{part}', file_row_number = true)
    ),
    listed AS (
        SELECT r.*, w.item_no IS NOT NULL AS wanted, count(*) OVER (PARTITION BY i.item_no) AS often
        FROM row AS r
        JOIN every_item AS i ON {same}
        LEFT JOIN wanted_item AS w ON w.item_no = i.item_no
    ),
    whole AS (
        SELECT device_ref, kind FROM listed GROUP BY ALL
        HAVING NOT bool_or(wanted) AND (count(name) = 0 OR count(identifier) = 0)
    ),
    witness AS (
        SELECT l.device_ref, l.kind, arg_max(l.file_row_number, (l.often, -l.file_row_number)) AS n
        FROM listed AS l
        JOIN whole AS w ON w.device_ref = l.device_ref AND w.kind IS NOT DISTINCT FROM l.kind
        GROUP BY ALL
    )
    SELECT * EXCLUDE (file_row_number, space, wanted, often) FROM listed
    WHERE wanted OR file_row_number IN (SELECT n FROM witness)
    ORDER BY file_row_number
) TO $target (FORMAT parquet, COMPRESSION zstd)
"""
