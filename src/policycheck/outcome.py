"""What an audit found: read from the session as somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from policycheck.engine.assessment import Assessment
from policycheck.engine.shares import count_shares
from policycheck.engine.waive import Effect
from policycheck.model import Severity, Share, Tally
from policycheck.outcome_queries import (
    BYSTANDERS,
    COLUMNS,
    CONFLICTS,
    FAILING,
    FINDING,
    FROM,
    HELD_BY,
    HOLDER,
    LIVES,
    URGENT,
    WORST,
)
from policycheck.policy.model import Policy
from policycheck.problems import Problem
from policycheck.report.content import describe
from policycheck.report.rows import (
    Bystander,
    Claim,
    Conflict,
    Evidence,
    Finding,
    Holder,
    InputLine,
    PolicyLine,
    Rejection,
    WaiverLine,
)
from policycheck.report.waivers import waiver_lines

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from policycheck.store.archive import Archive
    from policycheck.store.history import Happening

_CHUNK = 5_000
_SEVERITIES = [str(severity) for severity in Severity]
_EVIDENCE_FROM = len(Finding._fields) - 1
_REASONS = Finding._fields.index("reasons")


@dataclass(frozen=True)
class Outcome:
    """An assessment with its lives and inputs; a report's `Content`.

    Its rows stand in the session and are gone when the audit's context ends. Whatever is yielded
    has to be taken before anything else is asked: a session answers one question at a time.
    """

    con: DuckDBPyConnection
    assessment: Assessment
    inputs: Sequence[InputLine]
    asked: tuple[Policy, ...]
    assumed: Mapping[str, str]
    problems: tuple[Problem, ...]
    """Files that could not be read at all, and remarks; the rest was used."""
    records: int
    """Records in all inputs, used or not."""
    run_id: int | None = None
    """The number under which it was recorded."""
    digests: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Of what else the verdicts depend on, by name; `chain` is the head of what is recorded."""
    effects: tuple[Effect, ...] = ()
    """What each waiver does."""
    archive: Archive | None = None
    """Where what happened before is recorded."""
    doubt: str = ""
    """Why what was called the whole fleet is not taken for it: nobody has left."""

    @property
    def as_of(self) -> datetime:
        """The moment that was asked about."""
        return self.assessment.as_of

    @property
    def selection(self) -> str:
        """Nothing: all findings are told."""
        return ""

    @property
    def judged(self) -> int:
        """How many devices were judged, by whatever control."""
        return self.assessment.devices

    @property
    def policies(self) -> Sequence[PolicyLine]:
        """The policies that were asked, sorted by id."""
        return [describe(policy) for policy in sorted(self.asked, key=lambda p: p.policy)]

    @cached_property
    def tallies(self) -> Sequence[Tally]:
        """The sums of each control, with what the lives of its violations add."""
        lives = {number: counts for number, *counts in self.con.execute(LIVES).fetchall()}
        told = []
        for number, tally in enumerate(self.assessment.tallies):
            waived, in_grace = lives.get(number, (0, 0))
            told.append(tally._replace(waived=waived, in_grace=in_grace))
        return told

    @property
    def waivers(self) -> Sequence[WaiverLine]:
        """The waivers whose first day has come, the lapsed before all, then by id."""
        return waiver_lines(self.effects, self.as_of)

    def findings(self) -> Iterator[Sequence[Finding]]:
        """Yield all findings in chunks, sorted by policy, control, device_id and subject."""
        rows = self.con.execute(
            f"{FINDING} ORDER BY f.policy, f.control, f.device_id, f.subject, f.fingerprint"
        )
        while chunk := rows.fetchmany(_CHUNK):
            yield [_finding(row) for row in chunk]

    def held_findings(self, verdict: str) -> Iterator[Sequence[tuple[Finding, Holder]]]:
        """Yield a verdict's findings in chunks, each with who holds the device; overdue first."""
        rows = self.con.execute(
            f"{COLUMNS}{HOLDER}{FROM}{HELD_BY} WHERE f.verdict = ? {URGENT}",
            [verdict, _SEVERITIES],
        )
        width = len(Holder._fields)
        while chunk := rows.fetchmany(_CHUNK):
            yield [(_finding(row[:-width]), Holder._make(row[-width:])) for row in chunk]

    def shares(self, by: str) -> Sequence[Share]:
        """Count the verdicts by department, manager, platform or ownership."""
        return count_shares(self.con, by)

    def happenings(self) -> Sequence[Happening]:
        """Return what happened to violations up to `as_of`, as far as it was recorded."""
        if self.archive is None:
            return ()
        return self.archive.happenings([policy.policy for policy in self.asked], self.as_of)

    def total(self, verdict: str) -> int:
        """Count the findings with a verdict."""
        return self._count("SELECT count(*) FROM finding WHERE verdict = ?", [verdict])

    def worst(self, verdict: str, limit: int) -> Sequence[Finding]:
        """Return a verdict's first findings, worst first."""
        rows = self.con.execute(
            f"{FINDING} WHERE f.verdict = ? {WORST} LIMIT ?", [verdict, _SEVERITIES, limit]
        )
        return [_finding(row) for row in rows.fetchall()]

    def bystanders(self, limit: int) -> Sequence[Bystander]:
        """Return the first of those that a control does not address, the excused before all."""
        return [Bystander(*row) for row in self.con.execute(BYSTANDERS, [limit]).fetchall()]

    def conflicts(self) -> Sequence[Conflict]:
        """Return where reports of one device contradict each other, by device and column."""
        rows = self.con.execute(CONFLICTS).fetchall()
        return [Conflict._make((*row, _claims(said))) for *row, said in rows]

    def rejected(self) -> Iterator[Rejection]:
        """Yield what could not be used, sorted by path and record, whole files first."""
        rows = self.con.execute(
            "SELECT path, record, reason FROM rejected ORDER BY path, record NULLS FIRST, reason"
        )
        while chunk := rows.fetchmany(_CHUNK):
            yield from (Rejection(*row) for row in chunk)

    @property
    def rejected_rows(self) -> int:
        """How many records could not be used."""
        return self._count("SELECT count(*) FROM rejected WHERE record IS NOT NULL", [])

    @property
    def rejected_files(self) -> int:
        """How many files could not be used at all."""
        return self._count("SELECT count(*) FROM rejected WHERE record IS NULL", [])

    def failing(self, fail_on: Severity) -> int:
        """Count the violations that fail an audit: a `must`, past its grace and not waived."""
        return self._count(FAILING, [_SEVERITIES, _SEVERITIES.index(str(fail_on)) + 1])

    def _count(self, query: str, parameters: list[object]) -> int:
        row = self.con.execute(query, parameters).fetchone()
        return int(row[0]) if row else 0


def _finding(row: tuple[str, ...]) -> Finding:
    """Make a finding of a row of `FINDING`, whose lists come as text: DuckDB's are slow."""
    evidence = Evidence._make((*row[_EVIDENCE_FROM:-1], _split(row[-1])))
    words = (*row[:_REASONS], _split(row[_REASONS]), *row[_REASONS + 1 : _EVIDENCE_FROM])
    return Finding._make((*words, evidence))


def _claims(said: Sequence[Mapping[str, object]]) -> tuple[Claim, ...]:
    return tuple(Claim._make(map(claim.__getitem__, Claim._fields)) for claim in said)


@lru_cache(maxsize=1024)
def _split(joined: str) -> tuple[str, ...]:
    return tuple(joined.split("\x1f")) if joined else ()
