"""People files: a CSV whose header is the columns of `person`.

A file with a column that is not known is refused, because a policy might ask for it. A row that
cannot be used is rejected by name and the others are used. Two rows with one e-mail or one
person_id are both rejected: nobody can tell which of them a device belongs to.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.base import Source, UnreadableError
from policycheck.inventory.documents.delimited import Fault, Grammar, split_records
from policycheck.inventory.files.digest import Digest
from policycheck.inventory.files.opening import Opener
from policycheck.inventory.formats.own.columns import attribute_parameter
from policycheck.inventory.staging.columns import make_map, trim_text
from policycheck.inventory.staging.table import escape_glob, relate_csv
from policycheck.model import PERSON_COLUMNS
from policycheck.problems import Place, PolicycheckError, Problem, did_you_mean, quote

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ATTRIBUTES = ("attributes.", "person.attributes.")
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


def read_people(path: Path | str, con: DuckDBPyConnection) -> PeopleResult:
    """Read a people file into the temporary table `person(person_no, <person columns>)`.

    `person_no` is the record in the file, from 1. Any encoding and compression that reports may
    have. Groups are parted by `;`.

    Raises:
        PolicycheckError: where the file cannot be read, or its header is wrong.
    """
    con.execute(_TABLE)
    with tempfile.TemporaryDirectory(prefix="policycheck-people-") as scratch:
        source, sha256 = _open(Path(path), con, Path(scratch))
        _check_header(source)
        prepared = Path(scratch) / "people.csv"
        rejected = _write_sound(source, prepared)
        rejected += _insert(source, prepared, con)
    rejected.sort()
    (people,) = con.execute("SELECT count(*) FROM person").fetchall()[0]
    return PeopleResult(
        path=source.path,
        sha256=sha256 if isinstance(sha256, str) else sha256.sha256,
        people=people,
        records=people + len(rejected),
        rejected=tuple(rejected),
        problems=tuple(
            Problem(f"{source.path} record {record}: {reason}", None, severity="warning")
            for record, reason in rejected
        ),
    )


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
    if found.head.form != "table":
        hint = f"its first line names columns, such as {', '.join(_TEXTS)}"
        raise PolicycheckError([Problem(f"{path} is not a people file in CSV", None, hint)])
    return found, sha256


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
    if any(name.startswith(start) and name != start for start in _ATTRIBUTES):
        return True
    return name in _TEXTS or name == "groups"


def _write_sound(source: Source, prepared: Path) -> list[tuple[int, str]]:
    """Write the records that are sound to a file; return the others with their reasons."""
    head = source.head
    separator = head.delimiter.encode()
    rejected: list[tuple[int, str]] = []
    lines = source.lines()
    next(lines, None)
    grammar = Grammar(head.delimiter, len(head.columns))
    with prepared.open("xb") as handle:
        handle.write(b"header\n")
        for record in split_records(lines, grammar, cut=source.cut):
            if isinstance(record, Fault):
                rejected.append((record.number, record.reason))
            else:
                number = b"%d" % record.number
                handle.write(b"%b%b%b%b%b\n" % (b"0", separator, number, separator, record.raw))
    return rejected


def _insert(source: Source, prepared: Path, con: DuckDBPyConnection) -> list[tuple[int, str]]:
    """Fill the table; return the records that name nobody, or the same person as another."""
    columns = source.head.columns
    relation = relate_csv(prepared, len(columns), source.head.delimiter, numbered=True)
    parameters = {"path": escape_glob(prepared), **_name_attributes(columns)}
    con.execute(
        f"INSERT INTO person BY NAME SELECT {_select(columns)} FROM {relation.sql} ORDER BY record",
        parameters,
    )
    rejected: dict[int, str] = dict(con.execute(_NAMELESS).fetchall())
    for key, label in (("email", "e-mail"), ("person_id", "person_id")):
        for record, reason in con.execute(_find_shared(key, label)).fetchall():
            rejected.setdefault(record, reason)
    con.execute("DELETE FROM person WHERE list_contains($1::INTEGER[], person_no)", [[*rejected]])
    return list(rejected.items())


def _select(columns: Sequence[str]) -> str:
    selected = ["CAST(record AS INTEGER) AS person_no"]
    entries: list[tuple[str, str]] = []
    for number, name in enumerate(columns):
        text = trim_text(f"c{number}")
        if name == "groups":
            groups = f"list_transform(string_split({text}, ';'), lambda part: {trim_text('part')})"
            selected.append(f"list_filter({groups}, lambda part: part IS NOT NULL) AS groups")
        elif name in _TEXTS:
            selected.append(f"{text} AS {name}")
        else:
            entries.append((f"${attribute_parameter(number)}", text))
    if entries:
        selected.append(f"{make_map(entries)} AS attributes")
    return ", ".join(selected)


def _name_attributes(columns: Sequence[str]) -> dict[str, str]:
    return {
        attribute_parameter(number): name.removeprefix("person.").removeprefix("attributes.")
        for number, name in enumerate(columns)
        if name.startswith(_ATTRIBUTES)
    }


def _find_shared(key: str, label: str) -> str:
    """Return the SQL of the records that share a key, each with who it shares it with."""
    return (
        f"SELECT person_no, coalesce(name, person_id, email) || ' shares the {label} ''' || {key}"
        " || ''' with record ' || coalesce(lag(person_no) OVER same, lead(person_no) OVER same)"
        f" FROM person WHERE {key} IS NOT NULL"
        f" WINDOW same AS (PARTITION BY lower({key}) ORDER BY person_no"
        " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"
        " QUALIFY count(*) OVER same > 1"
    )
