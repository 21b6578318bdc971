"""The first step of an audit: files and people become the session's tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.engine.repeats import leave_open_repeats
from policycheck.engine.session import insert_columns, naive_utc
from policycheck.inventory.base import Earlier, Progress, ReadResult
from policycheck.inventory.people import no_people, read_people
from policycheck.inventory.read import read_reports
from policycheck.problems import PolicycheckError, Problem
from policycheck.request import AuditRequest

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NEWER = "newer_than_as_of"
"""Why a report made after the audit's moment is rejected."""


class UnreadableInputsError(PolicycheckError):
    """Files were given, and none of them could be read."""

    def __init__(self, problems: Iterable[Problem], reasons: Mapping[str, str]) -> None:
        super().__init__([*problems, Problem("no report could be read", None)])
        self.reasons = reasons
        """Why, by path."""


@dataclass(frozen=True)
class Intake:
    """What was read: the rows are in the session's tables."""

    reports: ReadResult
    people_sha256: str | None
    problems: tuple[Problem, ...]


def read_inputs(
    request: AuditRequest,
    con: DuckDBPyConnection,
    staged: Path,
    progress: Progress | None,
    earlier: Earlier | None = None,
) -> Intake:
    """Read reports and people; leaves report, listing, rejected, person and part_file."""
    reports = read_reports(
        request.inputs,
        con,
        staged,
        request.received_at,
        progress,
        device=request.device,
        mappings=request.mappings,
        earlier=earlier,
        base=request.base,
    )
    if request.inputs and not any(line.format for line in reports.inputs):
        raise UnreadableInputsError(reports.problems, rejected_files(con))
    people = (
        read_people(request.people, con, request.mappings) if request.people else no_people(con)
    )
    con.execute("CREATE OR REPLACE TEMP TABLE part_file(part INTEGER, path VARCHAR)")
    parts = [str(path) for path in reports.parts]
    insert_columns(con, "part_file", [("INTEGER", range(len(parts))), ("VARCHAR", parts)])
    con.execute(
        "CREATE OR REPLACE TEMP TABLE input_file(input_no INTEGER, path VARCHAR, sha256 VARCHAR)"
    )
    lines = reports.inputs
    columns = [[line.path for line in lines], [line.sha256 for line in lines]]
    insert_columns(
        con,
        "input_file",
        [("INTEGER", range(1, len(lines) + 1)), *(("VARCHAR", column) for column in columns)],
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE report_path AS"
        " SELECT sha256, min(path) AS path FROM input_file GROUP BY sha256"
    )
    con.execute(
        "CREATE OR REPLACE TABLE report AS SELECT r.*, i.sha256 AS report_sha256"
        " FROM report AS r JOIN input_file AS i ON i.input_no = r.input_no"
    )
    clocks = list(_correct_clocks(con, request.as_of)) if request.of_now else []
    _reject_newer(con, request.as_of)
    repeats = leave_open_repeats(con)
    problems = (*reports.problems, *people.problems, *clocks, *repeats)
    return Intake(reports, people.sha256, problems)


def rejected_files(con: DuckDBPyConnection) -> dict[str, str]:
    """Return the files, or members of archives, that could not be read at all, and why."""
    rows = con.execute("SELECT path, reason FROM rejected WHERE record IS NULL").fetchall()
    return {str(path): str(reason) for path, reason in rows}


def _correct_clocks(con: DuckDBPyConnection, now: datetime) -> Iterator[Problem]:
    """Take a time in the future for none, so that age counts from receipt; say whose it was."""
    moment = [naive_utc(now)]
    rows = con.execute(
        "SELECT i.path, count(*), max(r.reported_at) FROM report AS r"
        " JOIN input_file AS i ON i.input_no = r.input_no"
        " WHERE r.reported_at > ? GROUP BY i.path ORDER BY i.path",
        moment,
    ).fetchall()
    for path, devices, latest in rows:
        who = "1 device reports" if devices == 1 else f"{devices:,} devices report"
        message = f"{path}: {who} a time in the future, up to {latest:%Y-%m-%d %H:%M} UTC"
        hint = "their age counts from now on; set the clock of the device or the exporting system"
        yield Problem(message, None, hint, severity="warning")
    con.execute("UPDATE report SET reported_at = NULL WHERE reported_at > ?", moment)


def _reject_newer(con: DuckDBPyConnection, as_of: datetime) -> None:
    """Reject the reports that were made after the audit's moment."""
    moment = [naive_utc(as_of)]
    con.execute(
        f"INSERT INTO rejected SELECT r.input_no, i.path, r.record, '{NEWER}'"
        " FROM report AS r JOIN input_file AS i ON i.input_no = r.input_no"
        " WHERE r.reported_at > ?",
        moment,
    )
    con.execute("DELETE FROM report WHERE reported_at > ?", moment)
    con.execute("DELETE FROM listing WHERE report_no NOT IN (SELECT report_no FROM report)")
