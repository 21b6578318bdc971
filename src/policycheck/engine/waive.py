"""Waivers, laid over what was judged: they mark violations, and change no verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import duckdb
from sqlglot import exp

from policycheck.engine.conditions import FLEET, fold_relations, insert_answers
from policycheck.engine.judge import Question
from policycheck.engine.session import insert_columns, naive_utc, program, run_program
from policycheck.policy.sql import to_sql
from policycheck.waivers.model import Waiver


class Effect(NamedTuple):
    """What a waiver does, among the devices that were judged."""

    waiver: Waiver
    covered: int
    """The units in the control's scope that it is for, whether they break it or not."""
    in_scope: int
    violations: int
    """Those that it waives; of a lapsed one, those that count again because of that."""
    unmet: int
    """Those that it would waive, if what it demands were met."""

    @property
    def too_broad(self) -> bool:
        """Whether it is for more of the scope than the policy allows, and for more than one."""
        return self.covered > max(1.0, self.waiver.max_share * self.in_scope)


def waive(
    con: duckdb.DuckDBPyConnection, waivers: Iterable[Waiver], question: Question
) -> tuple[Effect, ...]:
    """Fill `waiving` from the waivers of the controls that were judged.

    Those that have lapsed are told beside the violations that they were for. Returns what each
    does, sorted by id; of one whose first day has not come, nothing.
    """
    numbers = {(p.policy, c.id): number for number, (p, c) in enumerate(question.controls)}
    asked = sorted(
        (
            waiver
            for waiver in waivers
            if (waiver.policy, waiver.control) in numbers
            and waiver.state(question.as_of) != "upcoming"
        ),
        key=lambda waiver: waiver.id,
    )
    if not asked:
        return ()
    control_nos = [numbers[waiver.policy, waiver.control] for waiver in asked]
    _lay_out(con, asked, control_nos, question.as_of)
    _answer(con, asked)
    run_program(con, program("waive.sql"))
    return tuple(_effects(con, asked))


def _lay_out(
    con: duckdb.DuckDBPyConnection,
    waivers: Sequence[Waiver],
    control_nos: Sequence[int],
    as_of: datetime,
) -> None:
    insert_columns(
        con,
        "waiver",
        [
            ("INTEGER", range(len(waivers))),
            ("VARCHAR", [waiver.id for waiver in waivers]),
            ("INTEGER", control_nos),
            ("VARCHAR[]", [list(waiver.subjects) for waiver in waivers]),
            ("TIMESTAMP", [naive_utc(waiver.ends) for waiver in waivers]),
            ("BOOLEAN", [waiver.state(as_of) == "lapsed" for waiver in waivers]),
        ],
    )


def _answer(con: duckdb.DuckDBPyConnection, waivers: Sequence[Waiver]) -> None:
    """Fill `covered`: for whom a waiver's condition is true; what is not known exempts nobody."""
    conditions = [c for w in waivers for c in (w.when, w.provided) if c is not None]
    relations = fold_relations(con, {name for c in conditions for name in c.columns})
    source = FLEET.format(**relations)
    for number, waiver in enumerate(waivers):
        met = exp.true() if waiver.provided is None else to_sql(waiver.provided)
        query = exp.select(
            exp.Literal.number(number),
            exp.column("device_no", "device"),
            to_sql(waiver.when),
            exp.func("coalesce", met, exp.false()),
        )
        # no WHERE: of two bounds of a version there DuckDB 2.0 makes a BETWEEN of lists, and fails
        insert_answers(con, "covered", query, source)
        con.execute("DELETE FROM covered WHERE holds IS NOT TRUE")


def _effects(con: duckdb.DuckDBPyConnection, waivers: Sequence[Waiver]) -> Iterator[Effect]:
    rows = con.execute(
        "SELECT w.waiver_no, b.covered, b.in_scope,"
        " (SELECT count(*) FROM waiving AS g WHERE g.waiver = w.waiver),"
        " (SELECT count(*) FROM claim AS c WHERE c.waiver_no = w.waiver_no AND NOT c.met)"
        " FROM waiver AS w JOIN breadth AS b ON b.waiver_no = w.waiver_no ORDER BY w.waiver_no"
    ).fetchall()
    for number, *counts in rows:
        yield Effect(waivers[number], *counts)
