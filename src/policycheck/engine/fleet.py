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
_NO_CONTRADICTION = """
CREATE OR REPLACE TEMP TABLE contradiction(device_no INTEGER, field VARCHAR, used VARCHAR,
    said STRUCT(source VARCHAR, "value" VARCHAR, reported_at TIMESTAMP)[])
"""


def lay_out_fleet(con: duckdb.DuckDBPyConnection, assume: Mapping[str, str]) -> None:
    """Build `device`, `person`, `device_person` and `shown` from what readers and store left.

    And `contradiction`: what the reports of one device tell differently.

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
    con.execute(_NO_CONTRADICTION)
    if several:
        run_program(con, program("contradictions.sql"))
    _assume(con, assume)


def _merge(column: Column, *, several: bool) -> str:
    """Write how a device's column comes from its reports; one report needs no choice."""
    if not several:
        return _ONLY.format(column.name)
    return (_NEWEST_MAP if column.type == "attributes" else _NEWEST).format(column.name)


def _link_keys(con: duckdb.DuckDBPyConnection) -> None:
    """Fold the keys by which devices and people meet; Python folds what is not ASCII."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE raw_key AS"
        " SELECT DISTINCT user_id AS raw, 'user_id' AS matched_by, NULL AS person_no FROM report"
        " UNION ALL SELECT email, 'email', person_no FROM person"
        " UNION ALL SELECT person_id, 'person_id', person_no FROM person"
    )
    rows = con.execute("SELECT DISTINCT raw FROM raw_key WHERE strlen(raw) <> length(raw)")
    beyond_ascii = [raw for (raw,) in rows.fetchall()]
    con.execute("CREATE OR REPLACE TEMP TABLE folded_key(raw VARCHAR, folded VARCHAR)")
    folded = [fold_text(raw) for raw in beyond_ascii]
    insert_columns(con, "folded_key", [("VARCHAR", beyond_ascii), ("VARCHAR", folded)])
    con.execute(
        "INSERT INTO match_key SELECT k.raw, coalesce(f.folded, fold(k.raw)) AS folded,"
        " k.matched_by, k.person_no FROM raw_key AS k LEFT JOIN folded_key AS f ON f.raw = k.raw"
        " WHERE coalesce(f.folded, fold(k.raw)) <> ''"
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
