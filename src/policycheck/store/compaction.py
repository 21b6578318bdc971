"""Compaction: what still counts of small segments of facts, put together into a new one.

A watcher leaves a segment for each batch of reports; most of them come to hold little that no newer
report has replaced. The ledger is not changed: `device_source` says where the facts now lie.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, text

from policycheck.engine.session import open_session
from policycheck.inventory.base import STATES
from policycheck.inventory.staging.table import escape_glob
from policycheck.model import ITEM_COLUMNS, PERSONAL_OF_DEVICES, PERSONAL_OF_ITEMS
from policycheck.store.facts import Facts
from policycheck.store.session import Row, Session, fill
from policycheck.text import fold_text

SMALL = 32 << 20
"""Bytes; a larger segment stays as it is, unless somebody in it is to be forgotten."""
_CURRENT = text(
    "SELECT s.device_key, s.source, coalesce(s.segment, r.segment), s.report_no"
    " FROM device_source AS s JOIN report AS r ON r.id = s.report_id"
    " WHERE coalesce(s.segment, r.segment) IS NOT NULL ORDER BY 3, 4"
)
_NAMES = text(
    "SELECT s.device_key, s.source, a.value FROM alias AS a JOIN device_source AS s"
    " ON s.device_key = a.device_key AND a.kind = 'device_id in ' || s.source"
)
_MOVED = text(
    "UPDATE device_source SET segment = :segment, report_no = :report_no"
    " WHERE device_key = :device_key AND source = :source"
)


class Current(NamedTuple):
    """Where the facts that count lie, of a device and source."""

    device_key: str
    source: str
    segment: str
    report_no: int


def list_current(connection: Connection) -> list[Current]:
    """Return where all facts that count lie, by segment."""
    return [Current(*row) for row in connection.execute(_CURRENT)]


def compact(
    connection: Connection, facts: Facts, persons: Collection[str] = frozenset()
) -> str | None:
    """Put the small segments together, and those in which somebody is to be forgotten.

    persons: words for people, folded; of their devices it is left out who uses them. Belongs to the
    writer's transaction. Returns the digest of the new segment, None where there was nothing to do.
    """
    current = list_current(connection)
    with facts.staging() as staged, closing(open_session()) as con:
        theirs = _find_theirs(con, facts, current, persons) if persons else set()
        chosen = {each.segment for each in theirs} | _small(facts, current)
        moving = [each for each in current if each.segment in chosen]
        if not moving:
            return None
        _lay_out(con, facts, moving, theirs)
        _write(con, staged)
        if states := [p for p in map(facts.states, sorted(chosen)) if p.exists()]:
            names = {(key, source): name for key, source, name in connection.execute(_NAMES)}
            named = [(e.segment, names.get((e.device_key, e.source))) for e in moving]
            told = [each for each, e in zip(named, moving, strict=True) if e not in theirs]
            _write_states(con, staged, states, told)
        digest = facts.seal(staged)
        facts.publish(staged, digest)
    moved = [{**e._asdict(), "segment": digest, "report_no": n} for n, e in enumerate(moving)]
    connection.execute(_MOVED, moved)
    return digest


def _find_theirs(
    con: Session, facts: Facts, current: Iterable[Current], persons: Collection[str]
) -> set[Current]:
    """Return the facts that say that one of these people uses the device."""
    held = {(each.segment, each.report_no): each for each in current}
    theirs = set()
    for segment in sorted({segment for segment, _ in held}):
        devices = str(facts.segment(segment) / "devices.parquet")
        query = f"SELECT report_no, user_id FROM read_parquet({_listed([devices])})"
        for report_no, user in con.execute(query).fetchall():
            place = (segment, int(str(report_no)))
            if user and fold_text(str(user)) in persons and place in held:
                theirs.add(held[place])
    return theirs


def _small(facts: Facts, current: Iterable[Current]) -> set[str]:
    """Return the small segments, if there are several."""
    small = {s for s in {each.segment for each in current} if facts.size(s) < SMALL}
    return small if len(small) > 1 else set()


def _lay_out(con: Session, facts: Facts, moving: list[Current], theirs: set[Current]) -> None:
    """Leave moved(segment, report_no, new_no, hidden) and file(path, segment, part)."""
    con.execute(
        "CREATE TEMP TABLE moved(segment VARCHAR, report_no INTEGER, new_no INTEGER,"
        " hidden BOOLEAN)"
    )
    rows: list[Row] = [(e.segment, e.report_no, n, e in theirs) for n, e in enumerate(moving)]
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
        _copy(con, query, staged / f"{name}.parquet")


def _write_states(con: Session, staged: Path, states: list[Path], named: Iterable[Row]) -> None:
    """Write what readers go on from, of devices named by segment and the source's own id.

    An id that two sources gave is nobody's any more.
    """
    con.execute("CREATE TEMP TABLE named(segment VARCHAR, device VARCHAR)")
    fill(con, "named", ("VARCHAR", "VARCHAR"), named)
    read = f"read_parquet({_listed(map(str, states))}, filename = true)"
    query = (
        f"SELECT x.device, any_value(x.state) AS state FROM {read} AS x"
        " JOIN file AS f ON f.path = x.filename"
        " SEMI JOIN named AS n ON n.segment = f.segment AND n.device = x.device"
        " GROUP BY x.device HAVING count(*) = 1 ORDER BY x.device"
    )
    _copy(con, query, staged / STATES)


def _read(con: Session, like: str, options: str = "") -> str:
    paths = con.execute("SELECT path FROM file WHERE path LIKE '%' || $1", [like]).fetchall()
    listed = _listed(str(path) for (path,) in paths)
    return f"read_parquet({listed}, filename = true, union_by_name = true{options})"


def _listed(paths: Iterable[str]) -> str:
    quoted = (escape_glob(Path(path)).replace("'", "''") for path in paths)
    return "[" + ", ".join(f"'{path}'" for path in quoted) + "]"


def _copy(con: Session, query: str, path: Path) -> None:
    con.execute(f"COPY ({query}) TO $path (FORMAT parquet, COMPRESSION zstd)", {"path": str(path)})
