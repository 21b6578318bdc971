"""Facts: what was reported, as immutable Parquet segments named by their digest.

A segment is a folder `ab/abcdef.../` with

- `items-NNN.parquet`: one item a row, in the order of the reports (`NNN` is the part);
- `devices.parquet`: one device report a row (`report_no`, `part`, `device_ref`, its columns);
- `states.parquet`, if any: what readers of changes go on from, a device a row;
- `listings.parquet`: what kinds of item each of those reports lists.

It is written whole beside its place and renamed into it. It counts only once the store points to
it (`device_source`), so a segment without a pointer is rubbish and never half a fact.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from policycheck.inventory.base import STATES
from policycheck.model import DEVICE_COLUMNS
from policycheck.problems import PolicycheckError, Problem
from policycheck.store.session import Session

INCOMING = "incoming-"
"""How folders are called in which a segment grows."""
_BLOCK = 1 << 20
_STATES = "SELECT device, state FROM read_parquet(?) WHERE device IN (SELECT unnest(?::VARCHAR[]))"
_REPORT = ", ".join(
    ("report_no", "part", "device_ref", "record", "source", "report_sha256", *DEVICE_COLUMNS)
)


@dataclass(frozen=True)
class Facts:
    """The folder in which the segments lie."""

    root: Path

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """Give a folder in which a segment can grow, on the same file system as its place.

        It is gone afterwards, published or not.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            staged = Path(tempfile.mkdtemp(prefix=INCOMING, dir=self.root))
        except OSError as error:
            message = f"cannot write facts to {self.root}: {error.strerror}"
            hint = "name another folder with --facts"
            raise PolicycheckError([Problem(message, None, hint)]) from error
        try:
            yield staged
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def complete(self, con: duckdb.DuckDBPyConnection, staged: Path) -> str:
        """Complete a staged segment from the session's tables; return its digest."""
        own = "FROM report WHERE input_no IS NOT NULL"  # and not loaded by load_held
        copy_to(con, f"SELECT {_REPORT} {own} ORDER BY report_no", staged / "devices.parquet")
        copy_to(
            con,
            f"SELECT * FROM listing WHERE report_no IN (SELECT report_no {own}) ORDER BY ALL",
            staged / "listings.parquet",
        )
        return seal(staged)

    def publish(self, staged: Path, digest: str) -> None:
        """Move a complete segment to its place, when nobody reads it where it is any more."""
        place = self.segment(digest)
        place.parent.mkdir(exist_ok=True)
        if place.exists():
            shutil.rmtree(staged)  # the very same facts are there already
        else:
            staged.rename(place)
            _sync(place.parent)

    def segment(self, digest: str) -> Path:
        """Return the folder of a segment."""
        return self.root / digest[:2] / digest

    def states(self, digest: str) -> Path:
        """Return where a segment's states are, if it has any."""
        return self.segment(digest) / STATES

    def find_fault(self, digest: str) -> str | None:
        """Say what is wrong with a segment: nothing, if its files are those that were written."""
        folder = self.segment(digest)
        if not folder.is_dir():
            return f"missing in {self.root}"
        contents = {path.name: _digest_file(path) for path in sorted(folder.iterdir())}
        if _digest_all(contents) == digest:
            return None
        return f"the files were changed, or are not all there: {', '.join(contents) or 'none'}"

    def check(self, digests: Iterable[str]) -> None:
        """Raise PolicycheckError where segments are not there, or not what was written."""
        found = [(digest, self.find_fault(digest)) for digest in sorted(digests)]
        hint = "`policycheck store verify` names all that is wrong; bring it back from a backup"
        faults = [
            Problem(f"facts {digest[:12]}: {wrong}", None, hint) for digest, wrong in found if wrong
        ]
        if faults:
            raise PolicycheckError(faults)

    def read_states(self, digest: str, devices: Sequence[str]) -> dict[str, str]:
        """Return what readers kept of devices beside these facts; see states.recall_states."""
        path = self.states(digest)
        if not path.exists():
            return {}
        with duckdb.connect() as con:
            return dict(con.execute(_STATES, [str(path), list(devices)]).fetchall())

    def load_held(self, con: duckdb.DuckDBPyConnection, marks: Callable[[], Sequence[str]]) -> None:
        """Add the stored reports that `held` points to, to the session's tables.

        marks: for what lists have to be minimised at least, to count as whole (see
        engine/minimising.py); only asked where one is minimised.
        Reads held(device_key, source, segment, part, device_ref, report_no); adds rows to report,
        listing, identity and part_file under numbers of their own.
        """
        segments = [s for (s,) in con.execute("SELECT DISTINCT segment FROM held").fetchall()]
        for digest in sorted(segments):
            self._load_segment(con, digest, marks)

    def _load_segment(
        self, con: duckdb.DuckDBPyConnection, digest: str, marks: Callable[[], Sequence[str]]
    ) -> None:
        folder = self.segment(digest)
        if not folder.is_dir():
            message = f"the facts of segment {digest[:12]} are not in {self.root}"
            hint = "name the folder that belongs to this store with --facts"
            raise PolicycheckError([Problem(message, None, hint)])
        first_report = _next_number(con, "report", "report_no")
        first_part = _next_number(con, "part_file", "part")
        con.execute(
            "INSERT INTO report BY NAME SELECT d.* REPLACE (d.report_no + ? AS report_no,"
            " d.part + ? AS part) FROM read_parquet(?) AS d"
            " JOIN held AS h ON h.segment = ? AND h.report_no = d.report_no",
            [first_report, first_part, str(folder / "devices.parquet"), digest],
        )
        visibility, asked = _visibility(con, folder / "listings.parquet", marks)
        con.execute(
            "INSERT INTO listing(report_no, kind, visibility)"
            f" SELECT l.report_no + $first, l.kind, {visibility} FROM read_parquet($path) AS l"
            " JOIN held AS h ON h.segment = $segment AND h.report_no = l.report_no",
            {"first": first_report, "path": str(folder / "listings.parquet"), "segment": digest}
            | asked,
        )
        con.execute(
            "INSERT INTO identity BY NAME SELECT h.report_no + ? AS report_no, h.device_key,"
            " FALSE AS new, TRUE AS current, FALSE AS late FROM held AS h WHERE h.segment = ?",
            [first_report, digest],
        )
        for path in sorted(folder.glob("items-*.parquet")):
            part = int(path.stem.removeprefix("items-"))
            con.execute("INSERT INTO part_file VALUES (?, ?)", [first_part + part, str(path)])


def _visibility(
    con: duckdb.DuckDBPyConnection, listings: Path, marks: Callable[[], Sequence[str]]
) -> tuple[str, dict[str, list[str]]]:
    """Return how visible a listed kind is, and what that asks: minimised lists lack items."""
    columns = con.execute("SELECT * FROM read_parquet(?) LIMIT 0", [str(listings)]).description
    if "minimised" not in {name for name, *_ in columns or ()}:
        return "l.visibility", {}
    whole = "l.minimised IS NULL OR list_has_all(string_split(l.minimised, ' '), $marks::VARCHAR[])"
    return f"CASE WHEN {whole} THEN l.visibility ELSE 'managed' END", {"marks": [*marks()]}


def size_of(folder: Path) -> int:
    """Return how many bytes the files in a folder have."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def copy_to(con: Session, query: str, path: Path) -> None:
    """Write what a query gives to a file of a segment."""
    con.execute(f"COPY ({query}) TO $path (FORMAT parquet, COMPRESSION zstd)", {"path": str(path)})


def _next_number(con: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    row = con.execute(f"SELECT coalesce(max({column}), -1) + 1 FROM {table}").fetchone()
    return int(row[0]) if row else 0


def seal(staged: Path) -> str:
    """Make the files of a segment durable; return its digest: of their names and contents."""
    contents = {path.name: _digest_file(path, durable=True) for path in sorted(staged.iterdir())}
    _sync(staged)
    return _digest_all(contents)


def _digest_file(path: Path, *, durable: bool = False) -> str:
    content = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            content.update(block)
        if durable:
            os.fsync(file.fileno())
    return content.hexdigest()


def _digest_all(contents: Mapping[str, str]) -> str:
    """Return the digest of a segment from its files' names and digests, sorted by name."""
    lines = (f"{name}\0{digest}\n" for name, digest in contents.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _sync(folder: Path) -> None:
    """Make a folder's entries durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
