"""Opening, making, upgrading and locking the database.

SQLite by default, in WAL mode: readers never wait for the writer. Whoever records takes the
write lock first and holds it while it judges, so that nothing it compared against can change.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from policycheck.problems import PolicycheckError
from policycheck.store.faults import explained, fault, parse_url, shown
from policycheck.store.revisions import HEAD, REVISIONS, migrate

_WAIT_SECONDS = 5.0
_CACHE_KIB = 32 * 1024
_ADVISORY_LOCK = 0x706F6C69  # "poli"


@dataclass(frozen=True)
class Store:
    """A database of this program's own revision."""

    url: URL
    engine: Engine
    wait_seconds: float = _WAIT_SECONDS

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read what is recorded, all of it as of one moment."""
        with explained(self.url), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Hold the write lock; what is written becomes visible at the end, or not at all."""
        with explained(self.url):
            connection = self.engine.connect().execution_options(write_lock=True)
            with connection, connection.begin():
                if connection.dialect.name == "postgresql":
                    lock = text("SELECT pg_advisory_xact_lock(:key)")
                    connection.execute(lock, {"key": _ADVISORY_LOCK})
                yield connection


def open_store(url: str, folder: Path | None = None) -> Store:
    """Open a store, make it where there is none.

    A relative SQLite path counts from `folder`, else from the working folder. Raises
    PolicycheckError where it cannot be opened, is not a store, or is of another revision.
    """
    store = _connect(url, folder)
    with explained(store.url):
        revision = _revision(store)
        if revision is None:
            with store.writing() as connection:
                if not inspect(connection).has_table("run"):  # nobody was quicker
                    migrate(connection)
        else:
            _refuse_other_revisions(store.url, revision)
    return store


def upgrade_store(url: str, folder: Path | None = None) -> tuple[str, str]:
    """Bring an older store to this program's revision; return the revisions before and after."""
    store = _connect(url, folder)
    with explained(store.url):
        revision = _revision(store)
        if revision is None:
            raise fault(f"there is no store at {shown(store.url)}", "an audit makes one")
        if revision not in REVISIONS:
            _refuse_other_revisions(store.url, revision)
        with store.writing() as connection:
            migrate(connection)
    return revision, HEAD


def _refuse_other_revisions(url: URL, revision: str) -> None:
    if revision == HEAD:
        return
    if revision in REVISIONS:
        raise fault(
            f"the store {shown(url)} was made by an older policycheck (revision {revision})",
            "run `policycheck store upgrade`; back it up before",
        )
    raise fault(
        f"the store {shown(url)} was made by a newer policycheck (revision {revision})",
        "install that version or a later one",
    )


def _revision(store: Store) -> str | None:
    """Return a store's revision, None for an empty database; refuse what is none of ours."""
    with store.reading() as connection:
        tables = set(inspect(connection).get_table_names())
        if not tables:
            return None
        if not {"alembic_version", "run", "violation"} <= tables:
            raise fault(
                f"{shown(store.url)} is a database, but not a store of policycheck",
                "name another one with --store",
            )
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _connect(url: str, folder: Path | None) -> Store:
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _connect_sqlite(_locate(parsed, folder))
    try:
        return Store(parsed, create_engine(parsed, poolclass=NullPool))
    except NoSuchModuleError:
        raise fault(f"no kind of store is called {parsed.drivername}", _KINDS) from None
    except ModuleNotFoundError as error:
        raise fault(
            f"{parsed.drivername} needs the Python package {error.name}",
            "install policycheck[postgres]",
        ) from None


_KINDS = "write sqlite:///FILE, or postgresql+psycopg://..."


def _locate(url: URL, folder: Path | None) -> URL:
    """Make a SQLite URL's path absolute, and look whether there can be a file."""
    if url.database in {None, "", ":memory:"}:
        raise fault("a store in memory would be gone at the end", "write sqlite:///FILE")
    path = ((folder or Path()) / str(url.database)).absolute()
    if not path.parent.is_dir():
        raise fault(
            f"cannot make the store: there is no folder {path.parent}", "make it, or use --store"
        )
    if path.is_dir():
        raise fault(f"the store {path} is a folder", "name a file in it")
    return url.set(database=str(path))


def _connect_sqlite(url: URL) -> Store:
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _WAIT_SECONDS})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Store(url, engine)


def _set_up_sqlite(connection: object, _: ConnectionPoolEntry) -> None:
    """Leave transactions to us; keep readers and the writer out of each other's way."""
    connection.isolation_level = None  # type: ignore[attr-defined]
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"cache_size = -{_CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()  # type: ignore[attr-defined]


def _begin_sqlite(connection: Connection) -> None:
    """Begin in earnest: a writer takes the lock at once, not at its first write."""
    locked = connection.get_execution_options().get("write_lock", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if locked else "BEGIN")


__all__ = ["PolicycheckError", "Store", "open_store", "upgrade_store"]
