"""One audit's question, and the way from it to an assessment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

import duckdb

from policycheck.attestations.model import Attestation
from policycheck.catalogue.catalogue import Catalogue
from policycheck.engine.assessment import Assessment, read_tallies
from policycheck.engine.attesting import note_attested
from policycheck.engine.conditions import answer_scopes, answer_terms
from policycheck.engine.fleet import lay_out_fleet
from policycheck.engine.items import find_nameless, lay_out_conditions, match_fleet, read_items
from policycheck.engine.matching import ControlMatcher
from policycheck.engine.session import (
    create_tables,
    insert_columns,
    naive_utc,
    program,
    run_program,
)
from policycheck.engine.unheld import find_unheld
from policycheck.model import SERVICE_KINDS
from policycheck.policy.calendar import day_in_zone, end_of_day
from policycheck.policy.model import Attest, Control, Policy


@dataclass(frozen=True)
class Question:
    """What an audit asks: these policies, at this moment.

    `as_of` is aware; `drafts` also judges policies that are still drafts; `assume` gives a
    person's column a value where nothing else does; `attestations` are all that are on file.
    """

    policies: tuple[Policy, ...]
    as_of: datetime
    drafts: bool = False
    assume: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    attestations: tuple[Attestation, ...] = ()

    @property
    def controls(self) -> tuple[tuple[Policy, Control], ...]:
        """Every control with its policy; the place in this row is its control_no."""
        return tuple((policy, control) for policy in self.policies for control in policy.controls)

    @property
    def days(self) -> tuple[date, ...]:
        """For every control, the date that it is in the policy's own zone."""
        return tuple(day_in_zone(self.as_of, policy.timezone) for policy, _ in self.controls)


def assess(con: duckdb.DuckDBPyConnection, question: Question, catalogue: Catalogue) -> Assessment:
    """Judge the fleet that lies in the session's tables.

    Needs report, identity, listing, person and part_file; leaves verdict, finding and tally
    behind. Reads no file but the item parts, and no clock.
    """
    lay_out(con, question)
    answer_scopes(con, question.controls, question.days)
    note_attested(con, question.controls, question.attestations, question.as_of)
    matchers = matchers_of(question, catalogue)
    read_items(con)
    match_fleet(con, catalogue, matchers, question.days)
    lay_out_conditions(con)
    answer_terms(con, [control for _, control in question.controls])
    _note_untellable(con, matchers)
    run_program(con, program("judge.sql"))
    (devices,) = con.execute("SELECT count(*) FROM device").fetchone() or (0,)
    unheld = find_unheld(con, question.controls)
    return Assessment(question.as_of, read_tallies(con), devices, unheld)


def matchers_of(question: Question, catalogue: Catalogue) -> tuple[ControlMatcher, ...]:
    """Lay out the selectors of all controls, each on its day."""
    return tuple(
        ControlMatcher.of(number, control, catalogue, day)
        for number, ((_, control), day) in enumerate(
            zip(question.controls, question.days, strict=True)
        )
    )


def lay_out(con: duckdb.DuckDBPyConnection, question: Question) -> None:
    """Lay out what is asked, and the devices with the people who use them."""
    create_tables(con)
    _ask(con, question)
    lay_out_fleet(con, question.assume)


def _ask(con: duckdb.DuckDBPyConnection, question: Question) -> None:
    """Fill `question`, `control` and `control_kind`."""
    con.execute("INSERT INTO question VALUES (?)", [naive_utc(question.as_of)])
    rows = list(_control_rows(question))
    types = (
        *("INTEGER", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR"),
        *("BOOLEAN", "INTERVAL", "BOOLEAN", "TIMESTAMP", "TIMESTAMP", "BIGINT"),
        *("VARCHAR[]", "DATE"),
    )
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(types)
    insert_columns(con, "control", list(zip(types, columns, strict=True)))
    kinds = [
        (number, kind, kind in SERVICE_KINDS)
        for number, (_, control) in enumerate(question.controls)
        for kind in _kinds(control)
    ]
    insert_columns(
        con,
        "control_kind",
        [(t, [row[n] for row in kinds]) for n, t in enumerate(("INTEGER", "VARCHAR", "BOOLEAN"))],
    )


def _control_rows(question: Question) -> Iterator[tuple[object, ...]]:
    for number, (policy, control) in enumerate(question.controls):
        kinds = _kinds(control)
        starts, _ = policy.effective(control)
        last_day = control.deadline
        yield (
            number,
            policy.policy,
            control.id,
            type(control.demand).__name__.lower(),
            control.demand.grain,
            str(control.severity),
            str(control.obligation),
            str(policy.status),
            policy.in_force(control, question.as_of, drafts=question.drafts),
            policy.stale_after,
            not kinds or any(kind in SERVICE_KINDS for kind in kinds),
            naive_utc(starts),
            naive_utc(end_of_day(last_day, policy.timezone) if last_day else None),
            None if control.grace is None else int(control.grace.total_seconds()),
            [*control.formerly],
            day_in_zone(question.as_of, policy.timezone),
        )


def _kinds(control: Control) -> tuple[str, ...]:
    """Return the kinds of item that a control's selector asks for; none for `attest`."""
    if isinstance(control.demand, Attest):
        return ()  # what contradicts it is no reason to ask less of a device
    return tuple(sorted({kind for term in control.demand.selector for kind in term.kinds}))


def _note_untellable(con: duckdb.DuckDBPyConnection, matchers: Sequence[ControlMatcher]) -> None:
    """Fill `untellable`: where the catalogue could not have told what a control names."""
    platforms = [p for (p,) in con.execute("SELECT DISTINCT platform FROM device").fetchall()]
    rows = [
        (matcher.control_no, kind, platform, names)
        for matcher in matchers
        for term in matcher.terms
        for kind in term.term.kinds
        for platform in platforms
        for names in (True, False)
        if not term.tellable(kind, platform, names=names)
    ]
    rows = sorted(set(rows), key=str)
    types = ("INTEGER", "VARCHAR", "VARCHAR", "BOOLEAN")
    insert_columns(con, "untellable", [(t, [r[n] for r in rows]) for n, t in enumerate(types)])
    told_by_name = {row[1] for row in rows if not row[3] and (*row[:3], True) not in rows}
    if told_by_name:
        find_nameless(con, told_by_name)
