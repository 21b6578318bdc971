"""A store in a SQLite file: for one machine.

In WAL mode readers never wait for the writer. Whoever records takes the write lock first and
holds it while it judges, so that nothing it compared against can change.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.pool import NullPool

from policycheck.problems import PolicycheckError
from policycheck.store.faults import fault, shown

WAIT_SECONDS = 5.0
"""How long to wait for another process's lock before saying so."""
_PRAGMAS = ("synchronous = FULL", "cache_size = -12288")
"""Foreign keys are declared, where they are, but not enforced."""
_AGAIN_SECONDS = 0.02
_HOLDER = "-writer"


def locate(url: URL, folder: Path | None) -> URL:
    """Make the path absolute, and look whether a file can be there."""
    if url.database in {None, "", ":memory:"}:
        raise fault("a store in memory would be gone at the end", "write sqlite:///FILE")
    path = ((folder or Path()) / str(url.database)).absolute()
    if not path.parent.is_dir():
        raise fault(f"there is no folder {path.parent} for the store", "make it, or use --store")
    if path.is_dir():
        raise fault(f"the store {path} is a folder", "write sqlite:///FILE")
    return url.set(database=str(path))


def connect(url: URL, wait: float) -> Engine:
    """Return the engine of a located file; `wait` is in seconds."""
    # a run is entered by a thread, but never used by two at once (see OpenArchive.entering)
    arguments = {"timeout": wait, "check_same_thread": False}
    # no error quotes what is stored: it is of people, and is not for logs
    engine = create_engine(url, poolclass=NullPool, connect_args=arguments, hide_parameters=True)
    event.listen(engine, "connect", lambda made, _: _set_up(made, wait))
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, wait: float) -> None:
    """Leave transactions to us; keep readers and the writer out of each other's way."""
    connection.isolation_level = None
    _use_wal(connection, wait)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _use_wal(connection: sqlite3.Connection, wait: float) -> None:
    """Switch a new file to WAL; for this alone SQLite does not wait until another has done so."""
    until = time.monotonic() + wait
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if "database is locked" not in str(error) or time.monotonic() >= until:
                raise
            time.sleep(_AGAIN_SECONDS)
        else:
            return


def _begin(connection: Connection) -> None:
    """Begin in earnest: a writer takes the lock at once, not at its first write."""
    locked = connection.get_execution_options().get("write_lock", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if locked else "BEGIN")


@contextmanager
def naming_holder(url: URL) -> Iterator[None]:
    """Say in a file beside the store who holds its write lock, as long as that is so.

    The file is for people, the lock is SQLite's: where none can be written, nobody is named.
    """
    path = _holder_file(url)
    with suppress(OSError):
        path.write_text(f"process {os.getpid()} on {socket.gethostname()}\n", encoding="utf-8")
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def holder(url: URL) -> str | None:
    """Return who holds the write lock, and since when, as far as that is told."""
    path = _holder_file(url)
    try:
        who = path.read_text(encoding="utf-8").strip()
        since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, UnicodeDecodeError):
        return None
    return f"{who} since {since:%Y-%m-%d %H:%M:%S} UTC" if who else None


def _holder_file(url: URL) -> Path:
    path = Path(str(url.database))
    return path.with_name(path.name + _HOLDER)


_FAULTS = {
    "file is not a database": (
        "{store} is not a SQLite database",
        "name another file with --store, or move that one away",
    ),
    "unable to open database file": (
        "cannot open the store {store}",
        "may its file and its folder be written?",
    ),
    "readonly database": (
        "the store {store} may not be written",
        "may its file and its folder be written?",
    ),
    "disk is full": ("no room is left on the disk of the store {store}", "nothing was recorded"),
    "disk I/O error": ("the disk of the store {store} fails", "nothing was recorded"),
    "malformed": ("the store {store} is damaged", "bring it back from a backup"),
}
"""What SQLite's messages contain, and what they mean to the user."""


def explain(engine: Engine, error: Exception) -> PolicycheckError | None:
    """Return in words what the user can do something about; None for our bugs."""
    if "database is locked" in str(error):
        who = holder(engine.url) or "another policycheck"
        hint = "wait until it is done: an audit holds the lock while it judges and records"
        return fault(f"the store {shown(engine.url)} is locked by {who}", hint)
    for sign, (message, hint) in _FAULTS.items():
        if sign in str(error):
            return fault(message.format(store=shown(engine.url)), hint)
    if "no such table" in str(error) and not inspect(engine).get_table_names():
        return fault(f"the store {shown(engine.url)} is empty", "bring back the one that was there")
    return None
