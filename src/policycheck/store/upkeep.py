"""Keeping a store in good order: a copy of it, and facts that nothing needs any more removed."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from sqlalchemy import Connection, text

from policycheck.problems import PolicycheckError
from policycheck.store.archive import Archive
from policycheck.store.chain import record_deeds
from policycheck.store.compaction import Written, adopt, compact
from policycheck.store.facts import INCOMING, size_of
from policycheck.store.faults import fault
from policycheck.store.forgetting import (
    NOBODY,
    NOTHING_FORGOTTEN,
    Called,
    Forgotten,
    find_words,
    forget,
)
from policycheck.store.retention import remove_closed, remove_rejections
from policycheck.store.stock import find_private, read_stock, read_users
from policycheck.store.tombstones import PRUNE, Tombstones

DATABASE = "policycheck.db"
FACTS = "policycheck.facts"
"""What the parts of a backup are called: together they are a store that can be used."""
_UNFINISHED = ".unfinished"
_LONGEST_AUDIT = timedelta(days=1)
"""What grows for longer was left by an audit that was killed."""

_CURRENT = text(
    "SELECT DISTINCT coalesce(s.segment, r.segment) FROM device_source AS s"
    " JOIN report AS r ON r.id = s.report_id WHERE coalesce(s.segment, r.segment) IS NOT NULL"
)


@dataclass(frozen=True)
class Size:
    """How much was copied or removed."""

    segments: int
    bytes: int


def back_up(archive: Archive, target: Path) -> Size:
    """Copy the database, where it is a SQLite file, and the facts that it needs to a new folder.

    Others may record meanwhile: the copy is of one moment. The folder gets its name when it is
    complete. Raises PolicycheckError where it is there already, or cannot be written.
    """
    if target.exists():
        raise fault(f"{target} is there already", "name a new folder")
    unfinished = target.with_name(target.name + _UNFINISHED)
    try:
        unfinished.mkdir(parents=True)
        if archive.store.is_sqlite:
            _copy_database(Path(str(archive.store.url.database)), unfinished / DATABASE)
        size = _copy_facts(archive, unfinished)
        unfinished.rename(target)
    except OSError as error:
        raise fault(f"cannot back up to {target}: {error.strerror}") from error
    return size


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _copy_facts(archive: Archive, folder: Path) -> Size:
    """Copy the segments that the copied database needs; without one, all that are needed now."""
    if archive.store.is_sqlite:
        with closing(sqlite3.connect(folder / DATABASE)) as copied:
            needed = sorted(str(segment) for (segment,) in copied.execute(_CURRENT.text))
    else:
        with archive.store.reading() as connection:
            needed = sorted(_current(connection))
    copied_bytes = 0
    for digest in needed:
        source = archive.facts.segment(digest)
        place = folder / FACTS / digest[:2] / digest
        shutil.copytree(source, place)
        copied_bytes += size_of(place)
    return Size(len(needed), copied_bytes)


@dataclass(frozen=True)
class Pruning:
    """What is to be removed: of each kind what is older than an aware moment; None: nothing."""

    facts: datetime
    """Segments of which no facts count any more, and what killed audits left."""
    rejections: datetime | None = None
    """Rejected rows."""
    closed: datetime | None = None
    """Violations by the day of their closing, with what they were opened with."""
    person: str | None = None
    """Who is to be forgotten: then all facts that do not count any more go, however young."""


@dataclass(frozen=True)
class Pruned:
    """What was removed."""

    facts: Size
    rejections: int = 0
    closed: int = 0
    forgotten: Forgotten = NOTHING_FORGOTTEN
    doubtful: tuple[str, ...] = ()
    """What the forgotten person may be called, too, if it is nobody else: it was not forgotten."""


def prune(archive: Archive, wanted: Pruning, at: datetime, version: str) -> Pruned:
    """Put small segments together and remove what is not to be kept any longer.

    What goes of what is sealed is first entered in the chain, as a run of its own at `at`, so that
    `store verify` knows; if the removal of files is cut off, the next one completes it. Who began
    to read before may still need young segments that were replaced. While somebody is forgotten,
    nobody else can record. Times are aware. Raises PolicycheckError where facts are not what was
    written; then nothing is removed.
    """
    with archive.facts.staging() as staged:
        written = None if wanted.person is not None else _put_together(archive, staged)
        with archive.store.writing() as connection:
            last, rejections, closed = 0, 0, 0
            contents, called, forgotten = frozenset[str](), NOBODY, NOTHING_FORGOTTEN
            if wanted.person is not None:
                called, written = _leave_out(archive, connection, staged, wanted.person)
                forgotten = forget(connection, called.words)
            if wanted.rejections:
                last, rejections = remove_rejections(connection, wanted.rejections)
            if wanted.closed:
                closed, contents = remove_closed(connection, wanted.closed)
            new = adopt(connection, archive.facts, staged, written) if written else None
            old = {p.name for p in _unneeded(archive, connection) if _may_go(p, wanted, at)}
            segments = frozenset(name for name in old if not name.startswith(INCOMING))
            if segments or contents or rejections or closed or any(forgotten) or new:
                gone = Tombstones(segments, contents, last if rejections else 0).as_options()
                record_deeds(connection, PRUNE, (), at=at, version=version, options=gone, facts=new)
    return Pruned(_remove(archive, old), rejections, closed, forgotten, called.doubtful)


def _put_together(archive: Archive, staged: Path) -> Written | None:
    """Write a segment of the small ones, while others may record; None: nothing is to be done."""
    with archive.store.reading() as connection:
        stock = read_stock(connection)
    try:
        return compact(archive.facts, stock, staged)
    except (PolicycheckError, OSError, duckdb.Error):
        with archive.store.reading() as connection:
            if {each.segment for each in stock.current} <= _current(connection):
                raise
        return None  # another prune did it, and removed what was to be read


def _leave_out(
    archive: Archive, connection: Connection, staged: Path, person: str
) -> tuple[Called, Written | None]:
    """Write a segment without a person; return what they are called, too."""
    stock = read_stock(connection)
    uses = read_users(archive.facts, stock)
    called = find_words(connection, person, uses)
    private = find_private(stock, uses, called.words)
    return called, compact(archive.facts, stock, staged, private)


def _may_go(path: Path, wanted: Pruning, at: datetime) -> bool:
    """Tell whether a folder that is not needed may be removed.

    One in which a segment grows may be that of an audit that is still at work.
    """
    if path.name.startswith(INCOMING):
        kept_until = at if wanted.person is not None else wanted.facts
        return _changed(path) < min(kept_until, at - _LONGEST_AUDIT)
    return wanted.person is not None or _changed(path) < wanted.facts


def _remove(archive: Archive, old: set[str]) -> Size:
    """Remove folders, but for those that are needed again by now."""
    count = size = 0
    with archive.store.writing() as connection:
        for path in list(_unneeded(archive, connection)):
            if path.name in old:
                count, size = count + 1, size + size_of(path)
                shutil.rmtree(path, ignore_errors=True)
    return Size(count, size)


def _unneeded(archive: Archive, connection: Connection) -> Iterator[Path]:
    current = _current(connection)
    return (path for path in _folders(archive.facts.root) if path.name not in current)


def _current(connection: Connection) -> set[str]:
    return set(connection.execute(_CURRENT).scalars())


def _folders(root: Path) -> Iterator[Path]:
    """Yield segments, and what a run that was killed left behind."""
    yield from root.glob("[0-9a-f][0-9a-f]/*")
    yield from root.glob(f"{INCOMING}*")


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
