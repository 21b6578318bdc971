"""Runs: what was asked, of which files, by which rules, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, Integer, bindparam, select, text
from sqlmodel import col

from policycheck.model import Tally
from policycheck.store.tables import TallyRow
from policycheck.store.times import from_stored


@dataclass(frozen=True)
class Run:
    """One recorded audit. Times are aware; digests are SHA-256."""

    id: int
    started_at: datetime
    as_of: datetime
    version: str
    catalogue_sha256: str
    people_sha256: str | None
    policies: Mapping[str, str]
    """Policy -> the digest of its file."""
    options: Mapping[str, str]
    facts: str | None

    @property
    def basis(self) -> Mapping[str, str]:
        """What it went by besides reports: of two runs of the same, one verdict."""
        granted = ("waiver ", "attestation ", "assume ")
        return {
            **{f"policy {policy}": sha256 for policy, sha256 in self.policies.items()},
            **{name: word for name, word in self.options.items() if name.startswith(granted)},
            "catalogue": self.catalogue_sha256,
            "people": self.people_sha256 or "",
        }


_RUNS = """
SELECT id, started_at, as_of, version, catalogue_sha256, people_sha256, CAST(policies AS TEXT),
    CAST(options AS TEXT), facts
FROM run
"""

_FILES = text(
    "SELECT run_id, path, sha256 FROM report WHERE run_id IN :ids ORDER BY run_id, path, id"
).bindparams(bindparam("ids", expanding=True, type_=Integer()))


def list_runs(connection: Connection, ids: Collection[int] | None = None) -> Iterator[Run]:
    """Yield the runs of some ids, or all, in the order in which they were recorded."""
    if ids is None:
        rows = connection.execute(text(_RUNS + "ORDER BY id"))
    else:
        some = text(_RUNS + "WHERE id IN :ids ORDER BY id")
        rows = connection.execute(
            some.bindparams(bindparam("ids", expanding=True, type_=Integer())), {"ids": list(ids)}
        )
    for number, started_at, as_of, version, catalogue, people, policies, options, facts in rows:
        yield Run(
            number,
            from_stored(started_at),
            from_stored(as_of),
            version,
            catalogue,
            people,
            {file["policy"]: file["sha256"] for file in json.loads(policies)},
            json.loads(options),
            facts,
        )


def last_audit(connection: Connection) -> Run | None:
    """Return the newest run that was an audit, None where there is none."""
    last = connection.execute(text("SELECT max(id) FROM run WHERE kind = 'audit'")).scalar()
    return None if last is None else next(list_runs(connection, [last]), None)


class GivenFile(NamedTuple):
    """A report file that a run was given."""

    path: str
    sha256: str


def list_files(connection: Connection, ids: Collection[int]) -> Mapping[int, tuple[GivenFile, ...]]:
    """Return the files that some runs were given, by run, sorted by path."""
    rows = connection.execute(_FILES, {"ids": list(ids)}).all()
    return {
        run: tuple(GivenFile(path, sha256) for _, path, sha256 in files)
        for run, files in groupby(rows, key=lambda row: row[0])
    }


def list_tallies(connection: Connection, run_id: int) -> tuple[Tally, ...]:
    """Return the sums of a run, sorted by policy and control."""
    table = TallyRow.__table__  # type: ignore[attr-defined]
    rows = connection.execute(
        select(table)
        .where(col(TallyRow.run_id) == run_id)
        .order_by(col(TallyRow.policy), col(TallyRow.control))
    )
    return tuple(
        Tally(**{_FIELDS.get(name, name): value for name, value in row.items() if name != "run_id"})
        for row in rows.mappings()
    )


_FIELDS = {"passed": "pass_"}


def tally_columns(tally: Tally) -> dict[str, object]:
    """Return a tally as the columns of its table."""
    columns: dict[str, object] = tally._asdict()
    columns["passed"] = columns.pop("pass_")
    columns["unknown_reasons"] = dict(tally.unknown_reasons)
    return columns
