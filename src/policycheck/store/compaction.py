"""Compaction: what still counts of small segments of facts, put together into a new one.

A watcher leaves a segment for each batch of reports; most of them come to hold little that no newer
report has replaced. The ledger is not changed: `device_source` says where the facts now lie. The
new segment is written while others record; what they replaced meanwhile stays where they put it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, text

from policycheck.engine.session import open_session
from policycheck.inventory.base import STATES
from policycheck.inventory.staging.columns import quote_text
from policycheck.inventory.staging.table import escape_glob
from policycheck.model import ITEM_COLUMNS, PERSONAL_OF_DEVICES, PERSONAL_OF_ITEMS
from policycheck.store.facts import Facts, copy_to, seal, size_of
from policycheck.store.session import Row, Session, fill
from policycheck.store.stock import NOTHING, Current, Private, Stock, read_stock

SMALL = 32 << 20
"""Bytes; a larger segment stays as it is, unless somebody in it is to be forgotten."""
_MOVED = text(
    "UPDATE device_source SET segment = :segment, report_no = :report_no"
    " WHERE device_key = :device_key AND source = :source"
)


class Written(NamedTuple):
    """A new segment that is not in its place yet."""

    digest: str
    moved: list[Current]
    """The facts in it, from where they were; their places are their numbers in it."""


def compact(facts: Facts, stock: Stock, staged: Path, private: Private = NOTHING) -> Written | None:
    """Put the small segments together, and those in which somebody is to be forgotten.

    staged: an empty folder for the new segment, which `adopt` brings to its place. Returns None
    where there is nothing to do. Raises PolicycheckError where a segment is not what was written.
    """
    chosen = private.segments | _small(facts, stock)
    moving = [each for each in stock.current if each.segment in chosen]
    if not moving:
        return None
    facts.check(chosen)
    with closing(open_session()) as con:
        _lay_out(con, facts, moving, private.hidden)
        _write(con, staged)
        if states := [p for p in map(facts.states, sorted(chosen)) if p.exists()]:
            segments = {
                (e.device_key, e.source): e.segment for e in moving if e not in private.hidden
            }
            ids = [(segments.get((key, source)), name) for key, source, name in stock.ids]
            _write_states(con, staged, states, ids)
    return Written(seal(staged), moving)


def adopt(connection: Connection, facts: Facts, staged: Path, written: Written) -> str | None:
    """Bring a new segment to its place, in the writer's transaction, and let its facts count.

    Those that were replaced or moved meanwhile count where they are now. Returns the digest of
    the segment, None where nothing of it counts.
    """
    still = set(read_stock(connection).current)
    moved = [
        {**each._asdict(), "segment": written.digest, "report_no": number}
        for number, each in enumerate(written.moved)
        if each in still
    ]
    if not moved:
        return None
    facts.publish(staged, written.digest)
    connection.execute(_MOVED, moved)
    return written.digest


def _small(facts: Facts, stock: Stock) -> set[str]:
    """Return the small segments, if there are several."""
    segments = {each.segment for each in stock.current}
    small = {each for each in segments if size_of(facts.segment(each)) < SMALL}
    return small if len(small) > 1 else set()


def _lay_out(
    con: Session, facts: Facts, moving: list[Current], hidden: Collection[Current]
) -> None:
    """Leave moved(segment, report_no, new_no, hidden) and file(path, segment, part)."""
    con.execute(
        "CREATE TEMP TABLE moved(segment VARCHAR, report_no INTEGER, new_no INTEGER,"
        " hidden BOOLEAN)"
    )
    rows: list[Row] = [(e.segment, e.report_no, n, e in hidden) for n, e in enumerate(moving)]
    fill(con, "moved", ("VARCHAR", "INTEGER", "INTEGER", "BOOLEAN"), rows)
    con.execute("CREATE TEMP TABLE file(path VARCHAR, segment VARCHAR, part INTEGER)")
    files = [
        (str(path), segment, _part(path))
        for segment in sorted({each.segment for each in moving})
        for path in sorted(facts.segment(segment).iterdir())
    ]
    fill(con, "file", ("VARCHAR", "VARCHAR", "INTEGER"), files)


def _part(path: Path) -> int | None:
    return int(path.stem.removeprefix("items-")) if path.stem.startswith("items-") else None


def _write(con: Session, staged: Path) -> None:
    """Write devices, listings and items of the moved reports, numbered anew, in one part."""
    hidden = ", ".join(f"CASE WHEN NOT hidden THEN {c} END AS {c}" for c in PERSONAL_OF_DEVICES)
    con.execute(
        "CREATE TEMP TABLE kept AS SELECT m.new_no, m.hidden, f.segment,"
        f" x.* EXCLUDE (filename) FROM {_read(con, 'devices.parquet')} AS x"
        " JOIN file AS f ON f.path = x.filename"
        " JOIN moved AS m ON m.segment = f.segment AND m.report_no = x.report_no"
    )
    devices = (
        "SELECT * EXCLUDE (new_no, hidden, segment) REPLACE (new_no AS report_no, 0 AS part,"
        f" CAST(new_no AS VARCHAR) AS device_ref, {hidden}) FROM kept ORDER BY new_no"
    )
    listings = (
        "SELECT x.* EXCLUDE (filename) REPLACE (m.new_no AS report_no)"
        f" FROM {_read(con, 'listings.parquet')} AS x JOIN file AS f ON f.path = x.filename"
        " JOIN moved AS m ON m.segment = f.segment AND m.report_no = x.report_no ORDER BY ALL"
    )
    columns = ", ".join(
        f"CASE WHEN NOT k.hidden THEN x.{c} END AS {c}" if c in PERSONAL_OF_ITEMS else f"x.{c}"
        for c in ITEM_COLUMNS
    )
    items = (
        "SELECT CAST(k.new_no AS VARCHAR) AS device_ref,"
        f" coalesce(x.record, x.file_row_number + 1) AS record, {columns}"
        f" FROM {_read(con, 'items-%.parquet', ', file_row_number = true')} AS x"
        " JOIN file AS f ON f.path = x.filename"
        " JOIN kept AS k ON k.segment = f.segment AND k.part = f.part"
        " AND k.device_ref = x.device_ref ORDER BY k.new_no, 2"
    )
    told = {"devices": devices, "listings": listings, "items-000": items}
    for name, query in told.items():
        copy_to(con, query, staged / f"{name}.parquet")


def _write_states(con: Session, staged: Path, states: list[Path], ids: Iterable[Row]) -> None:
    """Write what readers go on from, of devices told by their segment and the source's own id.

    An id that two sources gave is nobody's any more.
    """
    con.execute("CREATE TEMP TABLE named(segment VARCHAR, device VARCHAR)")
    fill(con, "named", ("VARCHAR", "VARCHAR"), ids)
    read = f"read_parquet({_listed(map(str, states))}, filename = true)"
    query = (
        f"SELECT x.device, any_value(x.state) AS state FROM {read} AS x"
        " JOIN file AS f ON f.path = x.filename"
        " SEMI JOIN named AS n ON n.segment = f.segment AND n.device = x.device"
        " GROUP BY x.device HAVING count(*) = 1 ORDER BY x.device"
    )
    copy_to(con, query, staged / STATES)


def _read(con: Session, like: str, options: str = "") -> str:
    paths = con.execute("SELECT path FROM file WHERE path LIKE '%' || $1", [like]).fetchall()
    listed = _listed(str(path) for (path,) in paths)
    return f"read_parquet({listed}, filename = true, union_by_name = true{options})"


def _listed(paths: Iterable[str]) -> str:
    return "[" + ", ".join(quote_text(escape_glob(Path(path))) for path in paths) + "]"
