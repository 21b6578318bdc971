"""The DuckDB session in which one audit lives: its limits, macros and small tables."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import duckdb

from policycheck.problems import Problem
from policycheck.text import VERSION_PATTERN

MEMORY_LIMIT = 340_000_000
"""In bytes; with it the merging of a large run stays under 500 MB. With 400 million it is not
quicker: DuckDB takes what it may."""
_DEVICES, _FINDINGS = 100_000, 100_000
"""So many devices, and so many findings of today or of before that are gone, fit in it."""
_BYTES_A_DEVICE = 1600
_BYTES_A_FINDING = 1300
"""What each one more takes: audits of 100,000 and 300,000 devices with 50,000 to 560,000 findings
ran with 85 % of it."""
_SHARE = 0.6
"""The most of the machine's memory that a session takes."""
_BLANK = " \t\n\x0b\x0c\r\x1c\x1d\x1e\x1f"
_MACROS = f"""
CREATE MACRO fold(value) AS
    CASE WHEN strlen(value) = length(value) THEN lower(trim(value, '{_BLANK}')) ELSE value END;
CREATE MACRO leading_numbers(value) AS nullif(regexp_extract(value, '{VERSION_PATTERN}', 1), '');
CREATE MACRO version_key(value) AS
    CASE
        WHEN leading_numbers(value) IS NULL THEN NULL
        WHEN regexp_full_match(leading_numbers(value), '0+(\\.0+)*') THEN CAST([] AS BIGINT[])
        ELSE CAST(
            string_split(regexp_replace(leading_numbers(value), '(\\.0+)+$', ''), '.') AS BIGINT[]
        )
    END;
"""
"""`fold` lower-cases and trims ASCII; text beyond it was folded by `text.fold_text` when the
condition's columns were laid out (see conditions.py), once for each distinct value."""

_TABLES = """
CREATE OR REPLACE TEMP TABLE question(as_of TIMESTAMP);
CREATE OR REPLACE TEMP TABLE control(
    control_no INTEGER, policy VARCHAR, control VARCHAR, kind VARCHAR, grain VARCHAR,
    severity VARCHAR, obligation VARCHAR, status VARCHAR, in_force BOOLEAN,
    stale_after INTERVAL, service_carries BOOLEAN,
    effective_from TIMESTAMP, deadline TIMESTAMP, grace_seconds BIGINT, formerly VARCHAR[],
    today DATE);
CREATE OR REPLACE TEMP TABLE control_kind(
    control_no INTEGER, kind VARCHAR, service_carries BOOLEAN);
CREATE OR REPLACE TEMP TABLE untellable(
    control_no INTEGER, kind VARCHAR, platform VARCHAR, names BOOLEAN);
CREATE OR REPLACE TEMP TABLE nameless(device_no INTEGER, kind VARCHAR);
CREATE OR REPLACE TEMP TABLE match_key(
    raw VARCHAR, folded VARCHAR, matched_by VARCHAR, person_no INTEGER);
CREATE OR REPLACE TEMP TABLE scope(
    control_no INTEGER, device_no INTEGER, in_scope BOOLEAN, excused BOOLEAN, missing VARCHAR[]);
CREATE OR REPLACE TEMP TABLE attested(
    control_no INTEGER, device_no INTEGER, given TIMESTAMP);
CREATE OR REPLACE TEMP TABLE waiver(
    waiver_no INTEGER, waiver VARCHAR, control_no INTEGER, subjects VARCHAR[], ends TIMESTAMP,
    lapsed BOOLEAN);
CREATE OR REPLACE TEMP TABLE covered(
    waiver_no INTEGER, device_no INTEGER, holds BOOLEAN, met BOOLEAN);
CREATE OR REPLACE TEMP TABLE waiving(
    fingerprint VARCHAR, waiver VARCHAR, ends TIMESTAMP, waived BOOLEAN);
CREATE OR REPLACE TEMP TABLE match(
    match_no INTEGER, control_no INTEGER, term_no INTEGER, item_no INTEGER, app_id VARCHAR,
    basis VARCHAR, confidence VARCHAR, holds BOOLEAN, unclassified BOOLEAN, uses_app BOOLEAN,
    has_condition BOOLEAN);
CREATE OR REPLACE TEMP TABLE match_answer(match_no INTEGER, hit_no BIGINT, holds BOOLEAN);
CREATE OR REPLACE TEMP TABLE indicated(match_no INTEGER, hit_no BIGINT, holds BOOLEAN);
CREATE OR REPLACE TEMP TABLE app(
    app_id VARCHAR, today DATE, categories VARCHAR[], vendor VARCHAR, vendor_group VARCHAR,
    vendor_country VARCHAR, attributes MAP(VARCHAR, VARCHAR));
"""


def open_session(spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open an empty session in memory; what does not fit spills into a folder."""
    con = duckdb.connect(
        config={
            "memory_limit": f"{MEMORY_LIMIT}B",
            "temp_directory": str(spill or tempfile.gettempdir()),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            # A COPY that failed while a thread of these was writing has hung for ever (issue 23885
            # of duckdb tells the like of it); without them the workers write, and as quickly.
            "async_threads": "0",
        }
    )
    con.execute("SET enable_progress_bar = false")  # else forked processes draw one into the log
    con.execute("SET TimeZone = 'UTC'")
    con.execute(_MACROS)
    return con


def make_room(con: duckdb.DuckDBPyConnection, devices: int, findings: int = 0) -> None:
    """Let a session have the memory that so many devices and findings need, if the machine has it.

    Much of it spills, but some of it cannot, and what spills takes many times as long.
    """
    limit = MEMORY_LIMIT + _BYTES_A_DEVICE * max(0, devices - _DEVICES)
    limit += _BYTES_A_FINDING * max(0, findings - _FINDINGS)
    if hasattr(os, "sysconf"):  # Windows does not tell
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        limit = max(MEMORY_LIMIT, min(limit, int(_SHARE * there)))
    con.execute(f"SET memory_limit = '{limit}B'")


def describe_exhaustion(error: Exception) -> Problem | None:
    """Say what of the machine's DuckDB ran out of, or could not use; None for any other error."""
    if isinstance(error, duckdb.OutOfMemoryException):
        message = "there is too little memory, or too little room in the folder for temporary files"
        return Problem(message, None, "make room there (TMPDIR), or name fewer reports at once")
    if isinstance(error, duckdb.IOException):
        reason = str(error).partition("\n")[0].removeprefix("IO Error: ")
        return Problem(f"{reason[:1].lower()}{reason[1:]}", None, "mend that, and run it again")
    return None


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create the engine's small tables, empty."""
    con.execute(_TABLES)


def run_program(con: duckdb.DuckDBPyConnection, text: str) -> None:
    """Run the statements of a program one after the other."""
    for statement in con.extract_statements(text):
        con.execute(statement)


def program(name: str) -> str:
    """Return the text of one of the engine's SQL files."""
    return (files("policycheck.engine") / name).read_text(encoding="utf-8")


def naive_utc(moment: datetime | None) -> datetime | None:
    """Return a moment as the session's tables hold it: UTC, without a zone."""
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)


def insert_columns(
    con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[tuple[str, Sequence[object]]]
) -> None:
    """Append whole columns, given as (type, values), to a table in its column order.

    `executemany` takes a hundred times as long. Maps go as their keys and their values: of
    dicts with different keys DuckDB would make one struct.
    """
    if not columns[0][1]:
        return
    selected: list[str] = []
    parameters: list[list[object]] = []
    for kind, values in columns:
        if kind == "MAP(VARCHAR, VARCHAR)":
            maps = [value if isinstance(value, Mapping) else None for value in values]
            parameters.append([None if m is None else list(m) for m in maps])
            parameters.append([None if m is None else list(m.values()) for m in maps])
            keys, of_keys = (f"unnest(CAST(${len(parameters) - n} AS VARCHAR[][]))" for n in (1, 0))
            selected.append(f"map({keys}, {of_keys})")
        else:
            parameters.append(list(values))
            selected.append(f"unnest(CAST(${len(parameters)} AS {kind}[]))")
    con.execute(f"INSERT INTO {table} SELECT {', '.join(selected)}", parameters)
