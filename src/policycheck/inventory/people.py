"""People files: our own CSV, a directory's export that is known, or any table by a mapping.

In our own, whose header is the columns of `person`, a column that is not known is refused, because
a policy might ask for it. A row that cannot be used is rejected by name and the others are used.
Two rows with one e-mail or one person_id are both rejected: nobody can tell which of them a device
belongs to.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.base import Source
from policycheck.inventory.documents.delimited import Fault, Grammar, split_records
from policycheck.inventory.files.digest import Digest
from policycheck.inventory.files.opening import Opener
from policycheck.inventory.mapping.file import FileMapping
from policycheck.inventory.people_keys import find_shared, name_managers
from policycheck.inventory.people_layouts import (
    ATTRIBUTES,
    Layout,
    choose_layout,
    lay_out_own,
)
from policycheck.inventory.people_records import write_records
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.table import escape_glob, relate_csv
from policycheck.model import PERSON_COLUMNS
from policycheck.problems import Place, PolicycheckError, Problem, did_you_mean, quote

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_KEYS = ("email", "person_id")
_TEXTS = tuple(name for name, column in PERSON_COLUMNS.items() if column.type == "text")
_TABLE = """
CREATE OR REPLACE TEMP TABLE person (person_no INTEGER, person_id VARCHAR, email VARCHAR,
    name VARCHAR, type VARCHAR, department VARCHAR, title VARCHAR, grade VARCHAR,
    location VARCHAR, manager VARCHAR, groups VARCHAR[], attributes MAP(VARCHAR, VARCHAR))
"""
_NAMELESS = """
SELECT person_no, 'neither email nor person_id' FROM person
WHERE email IS NULL AND person_id IS NULL
"""


@dataclass(frozen=True)
class PeopleResult:
    """What came of a people file. The people stand in the connection's table `person`."""

    path: str
    sha256: str | None
    """None where there is no people file."""
    people: int
    records: int
    rejected: tuple[tuple[int, str], ...]
    """Record and reason of each row that was not used."""
    problems: tuple[Problem, ...]
    """The rejected rows, as warnings."""


def no_people(con: DuckDBPyConnection) -> PeopleResult:
    """Make an empty table `person`, where no people file is given."""
    con.execute(_TABLE)
    return PeopleResult("", None, 0, 0, (), ())


def read_people(
    path: Path | str, con: DuckDBPyConnection, mappings: Sequence[FileMapping] = ()
) -> PeopleResult:
    """Read a people file into the temporary table `person(person_no, <person columns>)`.

    `person_no` is the record in the file, from 1. Any encoding and compression that reports may
    have. Groups are parted by `;`. Of `mappings` those of people count.

    Raises:
        PolicycheckError: where the file cannot be read, or its header is wrong.
    """
    con.execute(_TABLE)
    with tempfile.TemporaryDirectory(prefix="policycheck-people-") as scratch:
        source, sha256 = _open(Path(path), con, Path(scratch))
        layout = choose_layout(source.head, mappings)
        prepared = Path(scratch) / "people.csv"
        remarks: list[Problem] = []
        if source.head.form == "json" and layout:
            rejected = write_records(source, layout, prepared, remarks)
            header, delimiter = layout.columns, ","
        else:
            layout = layout or _check_own(source)
            rejected = _write_sound(source, prepared)
            header, delimiter = source.head.columns, source.head.delimiter
        relation = relate_csv(prepared, len(header), delimiter, numbered=True)
        con.execute(
            f"INSERT INTO person BY NAME SELECT {layout.select(header)} FROM {relation.sql}"
            " ORDER BY record",
            {"path": escape_glob(prepared)},
        )
    rejected += _reject_people(con)
    rejected.sort()
    name_managers(con)
    (people,) = con.execute("SELECT count(*) FROM person").fetchall()[0]
    return PeopleResult(
        path=source.path,
        sha256=sha256 if isinstance(sha256, str) else sha256.sha256,
        people=people,
        records=people + len(rejected),
        rejected=tuple(rejected),
        problems=(*remarks, *(_describe(source, *each) for each in rejected)),
    )


def _describe(source: Source, record: int, reason: str) -> Problem:
    return Problem(f"{source.path} record {record}: {reason}", None, severity="warning")


def _open(path: Path, con: DuckDBPyConnection, scratch: Path) -> tuple[Source, str | Digest]:
    streams = list(Opener(con, scratch, lambda size: None).open(path))
    for name, _, found in streams:
        if isinstance(found, UnreadableError):
            raise PolicycheckError([Problem(f"{name} {found.message}", None, found.hint)])
    if len(streams) > 1:
        hint = "unpack the archive and name the file with the people"
        raise PolicycheckError([Problem(f"{path} holds {len(streams)} files", None, hint)])
    _, sha256, found = streams[0]
    assert isinstance(found, Source)
    return found, sha256


def _check_own(source: Source) -> Layout:
    """Check that it is our own form, and return its layout.

    Raises:
        PolicycheckError: where it is not, with all that is wrong in its header.
    """
    if source.head.form != "table":
        hint = f"its first line names columns, such as {', '.join(_TEXTS)}"
        message = f"{source.path} is not a people file in CSV"
        raise PolicycheckError([Problem(message, None, hint)])
    _check_header(source)
    return lay_out_own(source.head.columns)


def _check_header(source: Source) -> None:
    """Check the header as a whole.

    Raises:
        PolicycheckError: with all that is wrong in it.
    """
    problems = list(_find_header_problems(source))
    if problems:
        raise PolicycheckError(problems)


def _find_header_problems(source: Source) -> Iterator[Problem]:
    columns = source.head.columns
    line = next(source.lines(), b"").decode(errors="replace").rstrip("\r\n")
    position = 0
    for name in columns:
        position = max(line.find(name, position), 0)
        place = Place(source.path, 1, position + 1)
        position += len(name)
        if columns.count(name) > 1:
            message = f"two columns are called {quote(name)}"
            yield Problem(message, place, length=max(len(name), 1), excerpt=line)
        elif not _is_known(name):
            hint = did_you_mean(name, (*_TEXTS, "groups")) or f"call it attributes.{name}"
            message = f"unknown column {quote(name)}"
            yield Problem(message, place, hint, max(len(name), 1), excerpt=line)
    if not set(_KEYS).intersection(columns) and all(map(_is_known, columns)):
        hint = "one of the two says which devices are whose"
        yield Problem("neither email nor person_id", Place(source.path, 1, 1), hint, excerpt=line)


def _is_known(name: str) -> bool:
    if any(name.startswith(start) and name != start for start in ATTRIBUTES):
        return True
    return name in _TEXTS or name == "groups"


def _write_sound(source: Source, prepared: Path) -> list[tuple[int, str]]:
    """Write the records that are sound to a file; return the others with their reasons."""
    head = source.head
    separator = head.delimiter.encode()
    rejected: list[tuple[int, str]] = []
    lines = source.lines()
    next(lines, None)
    grammar = Grammar(head.delimiter, len(head.columns), source.encoding)
    with prepared.open("xb") as handle:
        handle.write(b"header\n")
        for record in split_records(lines, grammar, cut=source.cut):
            if isinstance(record, Fault):
                rejected.append((record.number, record.reason))
            else:
                number = b"%d" % record.number
                handle.write(b"%b%b%b%b%b\n" % (b"0", separator, number, separator, record.raw))
    return rejected


def _reject_people(con: DuckDBPyConnection) -> list[tuple[int, str]]:
    """Take out the records that name nobody, or the same person as another."""
    rejected: dict[int, str] = dict(con.execute(_NAMELESS).fetchall())
    for record, reason in find_shared(con).items():
        rejected.setdefault(record, reason)
    con.execute("DELETE FROM person WHERE list_contains($1::INTEGER[], person_no)", [[*rejected]])
    return list(rejected.items())
