"""The second step of an audit: whose the reports are, and what is stored of the same devices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from policycheck.engine.judge import Question, lay_out
from policycheck.engine.minimising import marks_of
from policycheck.request import AuditRequest
from policycheck.store.identity import hold, identify
from policycheck.store.session import create_tables

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from policycheck.store.archive import OpenArchive


def recall(
    request: AuditRequest,
    con: DuckDBPyConnection,
    devices: Sequence[str],
    memory: OpenArchive | None,
) -> None:
    """Say which devices the reports are about, and add what is stored of them.

    To be called after reading.read_inputs. `devices` are keys of stored ones that are asked for,
    too. Leaves identity, held and judged behind, and the stored rows in report, listing and
    part_file.
    """
    create_tables(con)
    if memory:
        policies = [policy.policy for policy in request.policies]
        memory.load_devices(con, policies, everything=request.everything, devices=devices)
    identify(con)
    hold(con, request.as_of, everything=request.everything, devices=devices)
    if memory:
        marks = cache(partial(marks_of, question_of(request), request.catalogue))
        memory.load_held(con, marks)  # which asks for them for each segment


def recall_others(
    request: AuditRequest, con: DuckDBPyConnection, parts: int, memory: OpenArchive
) -> None:
    """Add the other devices of the same people: they may fulfil what is demanded of a person.

    To be called after recall. `parts` is in how many parts the reports' items were read.
    """
    lay_out(con, question_of(request))
    note_holders(con)
    if others := memory.other_devices(con):
        _forget_held(con, parts)
        recall(request, con, (*request.devices, *others), memory)


def note_holders(con: DuckDBPyConnection) -> None:
    """Say whose devices are judged: leaves judged_device."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE judged_device AS SELECT d.device_key, d.device_id, d.name,"
        " d.serial, d.udid, d.platform, coalesce(p.person_id, p.email, d.user_id) AS person_id,"
        " fold(d.user_id) AS holder,"
        " [fold(d.user_id), fold(p.email), fold(p.person_id)] AS called"
        " FROM device AS d JOIN judged_person AS p ON p.device_no = d.device_no"
    )


def question_of(request: AuditRequest) -> Question:
    """Return what is asked of the engine."""
    return Question(
        request.policies, request.as_of, request.drafts, request.assume, request.attestations
    )


def _forget_held(con: DuckDBPyConnection, parts: int) -> None:
    """Take out of the session what `load_held` added to it."""
    con.execute(
        "DELETE FROM listing WHERE report_no IN"
        " (SELECT report_no FROM report WHERE input_no IS NULL)"
    )
    con.execute("DELETE FROM report WHERE input_no IS NULL")
    con.execute("DELETE FROM part_file WHERE part >= ?", [parts])
