"""The conditions of policies, answered by generated SQL.

Only here does SQL come from a policy, and only as a sqlglot tree: constants are literals of that
tree, and what reports and people files say stays in columns. Text beyond ASCII is folded by
Python once for each distinct value, before the conditions see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import duckdb
from sqlglot import exp

from policycheck.engine.session import insert_columns
from policycheck.model import TABLES
from policycheck.policy.model import Control, Policy, Term
from policycheck.policy.sql import column_to_sql, to_sql, version_to_sql
from policycheck.text import fold_text

FLEET = """
FROM {device} AS device
JOIN {person} AS person ON person.device_no = device.device_no
"""
_HITS = """
FROM {item} AS item
JOIN match AS m ON m.item_no = item.item_no
JOIN {device} AS device ON device.device_no = item.device_no
JOIN {person} AS person ON person.device_no = device.device_no
LEFT JOIN {app} AS app ON app.match_no = m.match_no
"""


def answer_scopes(
    con: duckdb.DuckDBPyConnection, controls: Sequence[tuple[Policy, Control]], day: Sequence[date]
) -> None:
    """Fill `scope`: for each control and device, whether it is addressed and whether excused.

    `day` is the date in each policy's own zone, by which standing exceptions end.
    """
    used = {name for policy, control in controls for name in _scope_columns(policy, control)}
    relations = fold_relations(con, used)
    for number, ((policy, control), today) in enumerate(zip(controls, day, strict=True)):
        scopes = [c for c in (policy.applies_to, control.applies_to) if c is not None]
        excuses = [
            to_sql(exception.when)
            for exception in (*policy.exceptions, *control.exceptions)
            if exception.until is None or today <= exception.until
        ]
        missing = sorted({name for scope in scopes for name in scope.columns})
        query = exp.select(
            exp.Literal.number(number),
            exp.column("device_no", "device"),
            exp.and_(*map(to_sql, scopes)) if scopes else exp.true(),
            exp.func("coalesce", exp.or_(*excuses), exp.false()) if excuses else exp.false(),
            _missing(missing),
        )
        insert_answers(con, "scope", query, FLEET.format(**relations))


def _scope_columns(policy: Policy, control: Control) -> Iterable[str]:
    conditions = [policy.applies_to, control.applies_to]
    conditions += [exception.when for exception in (*policy.exceptions, *control.exceptions)]
    return (name for c in conditions if c is not None for name in c.columns)


def _missing(columns: Sequence[str]) -> exp.Expression:
    """List the names of those columns that are null."""
    cases = [
        exp.Case().when(exp.Is(this=column_to_sql(name), expression=exp.null()), name_literal)
        for name, name_literal in ((name, exp.Literal.string(name)) for name in columns)
    ]
    return exp.cast(exp.Array(expressions=cases), "VARCHAR[]")


def answer_terms(con: duckdb.DuckDBPyConnection, controls: Sequence[Control]) -> None:
    """Fill `match_answer` (terms that ask of the install) and `indicated`."""
    asked = [
        (number, term_no, term)
        for number, control in enumerate(controls)
        for term_no, term in enumerate(control.demand.selector)
        if term.has_condition
    ]
    signs = [
        (number, control.indication)
        for number, control in enumerate(controls)
        if control.indication is not None
    ]
    used = {name for *_, term in asked for name in term.condition_columns}
    used |= {name for _, indication in signs for name in indication.columns}
    if not asked and not signs:
        return
    relations = fold_relations(con, used)
    source = _HITS.format(**relations)
    number_of = exp.column("control_no", "m")
    for number, term_no, term in asked:
        query = _of_hit(_term_to_sql(term)).where(
            number_of.eq(number), exp.column("term_no", "m").eq(term_no), copy=False
        )
        insert_answers(con, "match_answer", query, source)
    for number, indication in signs:
        query = _of_hit(to_sql(indication)).where(number_of.eq(number))
        insert_answers(con, "indicated", query, source)


def _of_hit(condition: exp.Expr) -> exp.Select:
    return exp.select(exp.column("match_no", "m"), exp.column("hit_no", "item"), condition)


def _term_to_sql(term: Term) -> exp.Condition:
    """AND a term's conditions; what asks of the app is false for an item without one."""
    known = exp.Not(this=exp.Is(this=exp.column("app_id", "app"), expression=exp.null()))
    parts = [to_sql(term.item_conditions)] if term.item_conditions else []
    parts += [version_to_sql(term.versions)] if term.versions else []
    if term.app_conditions:
        parts += [known.copy(), to_sql(term.app_conditions)]
    if term.where:
        parts += [known.copy()] if term.where.uses_app else []
        parts += [to_sql(term.where)]
    return exp.and_(*parts)


def insert_answers(
    con: duckdb.DuckDBPyConnection, table: str, query: exp.Select, source: str
) -> None:
    """Run `INSERT INTO table SELECT ... FROM source WHERE ...`, the source being fixed text."""
    where = query.args.get("where")
    query.set("where", None)
    text = f"INSERT INTO {table} {query.sql('duckdb')} {source}"
    con.execute(f"{text} {where.sql('duckdb')}" if where else text)


def fold_relations(con: duckdb.DuckDBPyConnection, used: Iterable[str]) -> dict[str, str]:
    """Give, for each table, the relation in which the used text columns are folded."""
    relations = {"device": "device", "person": "judged_person", "item": "item", "app": "match_app"}
    plain: dict[str, set[str]] = {}
    for name in used:
        table, column, *_ = name.split(".", 2)
        if TABLES[table][column].type in _VALUES:
            plain.setdefault(table, set()).add(column)
    for table, columns in plain.items():
        relation = relations[table]
        beyond_ascii = [c for c in sorted(columns) if _note_folds(con, relation, table, c)]
        if beyond_ascii:
            relations[table] = _lay_out_folded(con, relation, table, beyond_ascii)
    return relations


_VALUES = {"text": "{0}", "list": "unnest({0})", "attributes": "unnest(map_values({0}))"}
_FOLDED = {
    "text": "coalesce((SELECT k.folded FROM fold_{0} AS k WHERE k.raw = t.{0}), t.{0}) AS {0}",
    "list": "list_transform(t.{0}, lambda v: coalesce(of_{0}.folds[v], v)) AS {0}",
    "attributes": "map(map_keys(t.{0}), list_transform(map_values(t.{0}),"
    " lambda v: coalesce(of_{0}.folds[v], v))) AS {0}",
}


def _note_folds(con: duckdb.DuckDBPyConnection, relation: str, table: str, column: str) -> bool:
    """Fold a column's distinct values beyond ASCII into `fold_COLUMN`; False if it has none."""
    value = _VALUES[TABLES[table][column].type].format(column)
    values = con.execute(
        f"SELECT DISTINCT v FROM (SELECT {value} AS v FROM {relation}) WHERE strlen(v) <> length(v)"
    ).fetchall()
    raw = [value for (value,) in values]
    con.execute(f"CREATE OR REPLACE TEMP TABLE fold_{column}(raw VARCHAR, folded VARCHAR)")
    insert_columns(
        con, f"fold_{column}", [("VARCHAR", raw), ("VARCHAR", [fold_text(v) for v in raw])]
    )
    return bool(raw)


def _lay_out_folded(
    con: duckdb.DuckDBPyConnection, relation: str, table: str, columns: Sequence[str]
) -> str:
    """Copy a relation with those columns folded, and return the copy's name."""
    kinds = {column: TABLES[table][column].type for column in columns}
    replaced = ", ".join(_FOLDED[kinds[column]].format(column) for column in columns)
    maps = " ".join(
        f"CROSS JOIN (SELECT map(list(raw), list(folded)) AS folds FROM fold_{c}) AS of_{c}"
        for c in columns
        if kinds[c] != "text"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE folded_{table} AS"
        f" SELECT t.* REPLACE ({replaced}) FROM {relation} AS t {maps}"
    )
    return f"folded_{table}"
