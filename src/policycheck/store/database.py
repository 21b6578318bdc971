"""Opening, making, upgrading and locking the database.

SQLite in WAL mode: readers never wait for the writer. Whoever records takes the write lock first
and holds it while it judges, so that nothing it compared against can change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from policycheck.store.faults import explained, fault, parse_url, shown
from policycheck.store.revisions import HEAD, REVISIONS, create, migrate

WAIT_SECONDS = 5.0
"""How long to wait for another process's lock before saying so."""
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "cache_size = -32768")
"""Foreign keys are declared but not enforced: enforcing costs a fifth of a big write."""


@dataclass(frozen=True)
class Store:
    """A database of this program's own revision."""

    url: URL
    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read what is recorded, all of it as of one moment."""
        with explained(self.url), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Hold the write lock; what is written becomes visible at the end, or not at all."""
        with explained(self.url), self.engine.connect() as connection:
            connection.execution_options(write_lock=True)
            with connection.begin():
                yield connection


def open_store(url: str, folder: Path | None = None, *, wait: float = WAIT_SECONDS) -> Store:
    """Open a store; make it where there is none.

    A relative path counts from `folder`, else from the working folder. Raises PolicycheckError
    where it cannot be opened, is no store, or is of another revision than this program.
    """
    store = _connect(url, folder, wait)
    revision = read_revision(store)
    if revision is None:
        with store.writing() as connection:
            if not inspect(connection).has_table("run"):  # nobody was quicker
                create(connection)
    else:
        check_revision(store.url, revision)
    return store


def upgrade_store(
    url: str, folder: Path | None = None, *, wait: float = WAIT_SECONDS
) -> tuple[str, str]:
    """Bring a store to this program's revision; return the revisions before and after."""
    parsed = _locate(parse_url(url), folder)
    if not Path(str(parsed.database)).exists():
        raise fault(f"there is no store {shown(parsed)}", "an audit makes one")
    store = _connect(url, folder, wait)
    revision = read_revision(store)
    if revision not in (None, *REVISIONS):
        check_revision(store.url, str(revision))
    with store.writing() as connection:
        migrate(connection)
    return revision or HEAD, HEAD


def read_revision(store: Store) -> str | None:
    """Return a store's revision, None for an empty database; refuse one that is none of ours."""
    with store.reading() as connection:
        tables = set(inspect(connection).get_table_names())
        if not tables:
            return None
        if not {"alembic_version", "run", "violation"} <= tables:
            raise fault(
                f"{shown(store.url)} is a database, but not a store of policycheck",
                "name another one with --store",
            )
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if revision is None:
            raise fault(f"the store {shown(store.url)} is damaged", "bring it back from a backup")
        return str(revision)


def check_revision(url: URL, revision: str, known: tuple[str, ...] = REVISIONS) -> None:
    """Refuse a store of any revision but the last of those that are known."""
    if revision == known[-1]:
        return
    if revision in known:
        raise fault(
            f"the store {shown(url)} was made by an older policycheck (revision {revision})",
            "run `policycheck store upgrade`, after a backup",
        )
    raise fault(
        f"the store {shown(url)} was made by a newer policycheck (revision {revision})",
        "use that version or a later one",
    )


def _locate(url: URL, folder: Path | None) -> URL:
    """Make a SQLite URL's path absolute, and look whether a file can be there."""
    if url.get_backend_name() != "sqlite":
        raise fault(f"no kind of store is called {url.drivername}", "write sqlite:///FILE")
    if url.database in {None, "", ":memory:"}:
        raise fault("a store in memory would be gone at the end", "write sqlite:///FILE")
    path = ((folder or Path()) / str(url.database)).absolute()
    if not path.parent.is_dir():
        raise fault(f"there is no folder {path.parent} for the store", "make it, or use --store")
    if path.is_dir():
        raise fault(f"the store {path} is a folder", "name a file in it")
    return url.set(database=str(path))


def _connect(url: str, folder: Path | None, wait: float) -> Store:
    located = _locate(parse_url(url), folder)
    # a run is entered by a thread, but never used by two at once (see OpenArchive.entering)
    arguments = {"timeout": wait, "check_same_thread": False}
    engine = create_engine(located, poolclass=NullPool, connect_args=arguments)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return Store(located, engine)


def _set_up(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    """Leave transactions to us; keep readers and the writer out of each other's way."""
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    """Begin in earnest: a writer takes the lock at once, not at its first write."""
    locked = connection.get_execution_options().get("write_lock", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if locked else "BEGIN")
