"""Devices and the people who use them, laid out for judging."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from policycheck.engine.session import insert_columns, program, run_program
from policycheck.model import DEVICE_COLUMNS, PERSON_COLUMNS, Column
from policycheck.text import fold_text

_NEWEST = "first(r.{0} ORDER BY s.aged_from DESC, s.source) FILTER (r.{0} IS NOT NULL) AS {0}"
_NEWEST_MAP = _NEWEST.replace("IS NOT NULL", "IS NOT NULL AND cardinality(r.{0}) > 0")
_ONLY = "any_value(r.{0}) AS {0}"


def lay_out_fleet(con: duckdb.DuckDBPyConnection, assume: Mapping[str, str]) -> None:
    """Build `device`, `person`, `device_person` and `shown` from what readers and store left.

    `assume` gives a person's column a value where nothing else does (`person.type`: employee).
    """
    _link_keys(con)
    step = program("fleet.sql")
    several = con.execute(
        "SELECT 1 FROM identity WHERE current GROUP BY device_key HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    columns = ",\n    ".join(
        _merge(column, several=several is not None) for column in DEVICE_COLUMNS.values()
    )
    run_program(con, step.replace("/* merged columns */", columns))
    _assume(con, assume)


def _merge(column: Column, *, several: bool) -> str:
    """Write how a device's column comes from its reports; one report needs no choice."""
    if not several:
        return _ONLY.format(column.name)
    return (_NEWEST_MAP if column.type == "attributes" else _NEWEST).format(column.name)


def _link_keys(con: duckdb.DuckDBPyConnection) -> None:
    """Fold the keys by which devices and people meet; Python folds what is not ASCII."""
    keys = con.execute(
        "SELECT user_id FROM report WHERE user_id IS NOT NULL"
        " UNION SELECT email FROM person WHERE email IS NOT NULL"
        " UNION SELECT person_id FROM person WHERE person_id IS NOT NULL"
    )
    raw = [key for (key,) in keys.fetchall()]
    con.execute("CREATE OR REPLACE TEMP TABLE folded_key(raw VARCHAR, folded VARCHAR)")
    insert_columns(
        con, "folded_key", [("VARCHAR", raw), ("VARCHAR", [fold_text(key) for key in raw])]
    )
    con.execute(
        "INSERT INTO user_key SELECT k.raw, k.folded FROM folded_key AS k"
        " WHERE k.raw IN (SELECT user_id FROM report) AND k.folded <> ''"
    )
    for column in ("email", "person_id"):
        con.execute(
            f"INSERT INTO person_key SELECT k.folded, '{column}', p.person_no"
            f" FROM person AS p JOIN folded_key AS k ON k.raw = p.{column} WHERE k.folded <> ''"
        )


def _assume(con: duckdb.DuckDBPyConnection, assume: Mapping[str, str]) -> None:
    """Lay out `judged_person`: one row for each device, its person's columns or nulls."""
    for column in assume:
        if PERSON_COLUMNS[column].type != "text":
            raise ValueError(f"cannot assume person.{column}")
    columns = ", ".join(
        f"coalesce(p.{name}, ?) AS {name}" if name in assume else f"p.{name}"
        for name in PERSON_COLUMNS
    )
    values = [assume[name] for name in PERSON_COLUMNS if name in assume]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE judged_person AS SELECT o.device_no, {columns}"
        " FROM device_person AS o LEFT JOIN person AS p ON p.person_no = o.person_no",
        values,
    )
