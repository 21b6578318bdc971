"""Keeping a store in good order: a copy of it, and facts that nothing needs any more removed."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text

from policycheck.store.archive import Archive
from policycheck.store.chain import PRUNE, PRUNED, record_deeds
from policycheck.store.facts import INCOMING
from policycheck.store.faults import fault

DATABASE = "policycheck.db"
FACTS = "policycheck.facts"
"""What the parts of a backup are called: together they are a store that can be used."""
_UNFINISHED = ".unfinished"

_CURRENT = text(
    "SELECT DISTINCT r.segment FROM device_source AS s JOIN report AS r ON r.id = s.report_id"
    " WHERE r.segment IS NOT NULL"
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
        copied_bytes += _bytes(place)
    return Size(len(needed), copied_bytes)


def prune_facts(archive: Archive, before: datetime, at: datetime, version: str) -> Size:
    """Remove the segments that no device's current facts are in, and what was left unfinished.

    Only what is older than `before`: who began to read before it was replaced may still need it.
    No judgement, event or evidence is touched. What goes is first entered in the chain, as a run
    of its own at `at`, so that `store verify` knows; if the removal is cut off, the next one
    completes it. Times are aware.
    """
    with archive.store.writing() as connection:
        old = {path.name for path in _unneeded(archive, connection) if _changed(path) < before}
        segments = sorted(name for name in old if not name.startswith(INCOMING))
        if segments:
            options = {PRUNED: " ".join(segments)}
            record_deeds(connection, PRUNE, (), at=at, version=version, options=options)
    count = size = 0
    with archive.store.writing() as connection:  # what is there again by now, is needed
        for path in list(_unneeded(archive, connection)):
            if path.name in old:
                count, size = count + 1, size + _bytes(path)
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


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
