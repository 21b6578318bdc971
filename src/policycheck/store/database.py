"""Opening, making and upgrading the database, and reading and writing it in transactions.

What the two kinds of database do differently stands in sqlite.py and postgres.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from policycheck.store import postgres, sqlite
from policycheck.store.faults import fault, parse_url, shown
from policycheck.store.revisions import HEAD, REVISIONS, create, migrate


@dataclass(frozen=True)
class Store:
    """A database of this program's own revision."""

    url: URL
    engine: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file; else it is a PostgreSQL database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read what is recorded, all of it as of one moment."""
        with self._connection() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Hold the write lock; what is written becomes visible at the end, or not at all.

        Raises ConnectionLostError where the database went away and nothing was written.
        """
        with self._connection() as connection:
            connection.execution_options(write_lock=True)
            with connection.begin() as transaction:
                if self.is_sqlite:
                    with sqlite.naming_holder(self.url):
                        yield connection
                else:
                    yield connection
                    postgres.commit(self.engine, connection, transaction)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """Connect; turn what the user can do something about into words, all else is our bug."""
        kind = sqlite if self.is_sqlite else postgres
        driver = self.engine.dialect.loaded_dbapi.Error  # as bulk.py works with it directly
        try:
            with self._connect() as connection:
                yield connection
        except (DBAPIError, driver) as error:
            told = kind.explain(self.engine, error)
            if told is None:
                raise
            raise told from error

    def _connect(self) -> Connection:
        try:
            return self.engine.connect()
        except DBAPIError as error:
            if self.is_sqlite:
                raise
            raise postgres.refused(self.engine, error) from error


def open_store(url: str, folder: Path | None = None, *, wait: float | None = None) -> Store:
    """Open a store; make it where there is none.

    A relative path counts from `folder`, else from the working folder. `wait` is how many
    seconds to wait for another's lock before saying so; by default as the kind of database has
    it. Raises PolicycheckError where it cannot be opened, is no store, or is of another revision.
    """
    store = connect(url, folder, wait)
    revision = read_revision(store)
    if revision is None:
        with store.writing() as connection:
            if not inspect(connection).has_table("run"):  # nobody was quicker
                create(connection)
    else:
        check_revision(store.url, revision)
    return store


def upgrade_store(
    url: str, folder: Path | None = None, *, wait: float | None = None
) -> tuple[str, str]:
    """Bring a store to this program's revision; return the revisions before and after."""
    store = connect(url, folder, wait)
    if store.is_sqlite and not Path(str(store.url.database)).exists():
        raise fault(f"there is no store {shown(store.url)}", "an audit makes one")
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


def connect(url: str, folder: Path | None = None, wait: float | None = None) -> Store:
    """Return the store behind a URL, of whatever revision it is; nothing is made or looked at."""
    parsed = parse_url(url)
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        located = sqlite.locate(parsed, folder)
        engine = sqlite.connect(located, sqlite.WAIT_SECONDS if wait is None else wait)
        return Store(located, engine)
    if kind == "postgresql":
        located = postgres.locate(parsed)
        engine = postgres.connect(located, postgres.WAIT_SECONDS if wait is None else wait)
        return Store(located, engine)
    hint = "write sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE"
    raise fault(f"no kind of store is called {parsed.drivername}", hint)
