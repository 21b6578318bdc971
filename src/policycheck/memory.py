"""The second step of an audit: whose the reports are, and what is stored of the same devices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from policycheck.engine.judge import Question
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


def question_of(request: AuditRequest) -> Question:
    """Return what is asked of the engine."""
    return Question(
        request.policies, request.as_of, request.drafts, request.assume, request.attestations
    )
