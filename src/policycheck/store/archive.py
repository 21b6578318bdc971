"""The archive: a database and the folder of facts that belongs to it, as an audit uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, String, bindparam, text

from policycheck.store.asking import Ahead, reading_ahead
from policycheck.store.chain import read_head
from policycheck.store.contents import Content
from policycheck.store.database import Store
from policycheck.store.devices import PRESENT
from policycheck.store.facts import Facts
from policycheck.store.history import Happening, read_happenings
from policycheck.store.leaving import let_leave
from policycheck.store.ledger import NewRun, enter
from policycheck.store.load import load_devices, load_lives
from policycheck.store.record import record
from policycheck.store.session import fill, number, texts
from policycheck.store.states import recall_states

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from policycheck.model import Tally

_PATHS = text(
    "SELECT sha256, min(path) FROM report WHERE sha256 IN :digests GROUP BY sha256"
).bindparams(bindparam("digests", expanding=True, type_=String()))

_DEVICES_OF = text("SELECT device_key FROM device WHERE person_id IN :people").bindparams(
    bindparam("people", expanding=True, type_=String())
)
_AT_ONCE = 1000


@dataclass(frozen=True)
class Archive:
    """Where audits are recorded."""

    store: Store
    facts: Facts
    writes: bool = True
    """False: what is stored is only looked at."""

    @contextmanager
    def staging(self, scratch: Path) -> Iterator[Path]:
        """Give a folder for new items: beside the facts if they are to be kept."""
        if not self.writes:
            yield scratch
            return
        with self.facts.staging() as staged:
            yield staged

    @contextmanager
    def open(self) -> Iterator[OpenArchive]:
        """Look at everything as of one moment; if it writes, nobody else does meanwhile."""
        if not self.writes:
            with self.store.reading() as connection:
                yield OpenArchive(self, connection)
            return
        with self.store.writing() as connection, reading_ahead(self.store) as ahead:
            yield OpenArchive(self, connection, ahead)

    def states(self, source: str, devices: Sequence[str]) -> dict[str, str]:
        """Return what a reader kept of some devices of a source; see states.recall_states."""
        return recall_states(self.store, self.facts, source, devices)

    def happenings(self, policies: Sequence[str], until: datetime) -> tuple[Happening, ...]:
        """Return what happened to some policies' violations; see history.read_happenings."""
        with self.store.reading() as connection:
            return read_happenings(connection, policies, until)


@dataclass(frozen=True)
class Entry:
    """A run that is entered in the ledger, and its facts, which are not in their place yet."""

    run_id: int
    staged: Path
    facts: str | None
    """Their digest; null where no report is newer."""


@dataclass(frozen=True)
class OpenArchive:
    """An archive within one transaction."""

    archive: Archive
    connection: Connection
    ahead: Ahead | None = None
    """For who writes."""

    @property
    def writes(self) -> bool:
        """Whether `record` may be called."""
        return self.archive.writes

    @property
    def head(self) -> str:
        """The head of the chain of what is recorded."""
        return read_head(self.connection)

    @property
    def devices(self) -> int:
        """How many of the stored devices are in the fleet."""
        counted = text(f"SELECT count(*) FROM device AS d WHERE {PRESENT}")
        return int(self.connection.execute(counted).scalar_one())

    def load_devices(
        self,
        con: DuckDBPyConnection,
        policies: Sequence[str],
        *,
        everything: bool,
        devices: Sequence[str],
    ) -> None:
        """Fill the session with what is stored of the devices at hand; see load.load_devices.

        policies: those that `load_lives` will be called with.
        """
        load_devices(
            con,
            self.connection,
            self.ahead,
            everything=everything,
            devices=devices,
            policies=policies,
        )

    def other_devices(self, con: DuckDBPyConnection) -> tuple[str, ...]:
        """Return the stored devices, not judged so far, of the people whose devices are.

        Reads judged_device(device_key, person_id).
        """
        people = texts(con, "SELECT DISTINCT person_id FROM judged_device WHERE person_id <> ''")
        keys: set[str] = set()
        for start in range(0, len(people), _AT_ONCE):
            asked = {"people": people[start : start + _AT_ONCE]}
            keys.update(self.connection.execute(_DEVICES_OF, asked).scalars())
        return tuple(sorted(keys.difference(texts(con, "SELECT device_key FROM judged_device"))))

    def load_held(self, con: DuckDBPyConnection, marks: Callable[[], Sequence[str]]) -> None:
        """Add the facts that `held` points to, and the paths of the reports they came in."""
        self.archive.facts.load_held(con, marks)
        digests = texts(
            con,
            "SELECT DISTINCT report_sha256 FROM held"
            " WHERE report_sha256 NOT IN (SELECT sha256 FROM report_path)",
        )
        paths = self.connection.execute(_PATHS, {"digests": digests})
        fill(con, "report_path", ("VARCHAR", "VARCHAR"), paths)

    def load_lives(self, con: DuckDBPyConnection, policies: Sequence[str]) -> None:
        """Fill the session with the lives that these policies' violations have had."""
        load_lives(con, self.connection, policies, self.ahead)

    def let_leave(self, con: DuckDBPyConnection, as_of: datetime) -> tuple[str, ...]:
        """Let the devices leave that a complete fleet does not hold; see leaving.let_leave."""
        return let_leave(con, self.connection, as_of)

    @contextmanager
    def entering(
        self, con: DuckDBPyConnection, staged: Path, run: NewRun
    ) -> Iterator[Future[Entry]]:
        """Enter a run in the ledger, and complete its facts, while something else is done.

        Until the end nothing else may be asked of the archive.
        """
        with ThreadPoolExecutor(1) as pool:
            yield pool.submit(self._enter, con.cursor(), staged, run)

    def _enter(self, con: DuckDBPyConnection, staged: Path, run: NewRun) -> Entry:
        with closing(con):
            newer = number(con, "SELECT count(*) FROM judged WHERE newer")
            facts = self.archive.facts.complete(con, staged) if newer else None
            return Entry(enter(con, self.connection, replace(run, facts=facts)), staged, facts)

    def record(
        self,
        con: DuckDBPyConnection,
        entry: Entry,
        as_of: datetime,
        tallies: Sequence[Tally],
        contents: Sequence[Content],
    ) -> str:
        """Publish an entered run's facts if any are new, and write what it found and changed.

        contents: what it went by. Returns the head of the chain.
        """
        if entry.facts:
            self.archive.facts.publish(entry.staged, entry.facts)
        return record(con, self.connection, entry.run_id, as_of, tallies, contents=contents)
