"""read -> recognise -> judge -> waive -> record: the one way, whatever the end.

`audit` opens a session, reads the reports into it, lets the store say which device each is about
and what else it holds of them, judges, gives the violations their lives, and records. What it
yields reads its rows from the session, so it is a context manager.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck import __version__
from policycheck.catalogue.catalogue import Catalogue
from policycheck.engine.assessment import Assessment
from policycheck.engine.judge import assess
from policycheck.engine.minimising import minimise
from policycheck.engine.session import insert_columns, make_room, open_session
from policycheck.engine.waive import waive
from policycheck.inventory.base import Progress
from policycheck.keeping import contents_of, lay_out_evidence
from policycheck.memory import note_holders, question_of, recall, recall_others
from policycheck.outcome import Outcome
from policycheck.problems import (
    ConnectionLostError,
    PolicycheckError,
    Problem,
)
from policycheck.reading import Intake, read_inputs
from policycheck.remarks import describe_fleet, describe_joins, describe_unheld, find_doubt
from policycheck.report.rows import InputLine
from policycheck.report.waivers import describe_effects
from policycheck.request import AuditRequest
from policycheck.store.lives import Basis, compute_lives
from policycheck.store.session import number

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from policycheck.store.archive import Archive, Entry, OpenArchive


class KnownReportsError(PolicycheckError):
    """Of what is to be recorded once, some is recorded already; nothing was changed."""

    def __init__(self, digests: frozenset[str]) -> None:
        super().__init__([Problem(f"{len(digests):,} of the files are recorded already", None)])
        self.digests = digests


@contextmanager
def audit(
    request: AuditRequest, archive: Archive | None = None, progress: Progress | None = None
) -> Iterator[Outcome]:
    """Audit, and record it if there is an archive that may be written.

    The outcome lives as long as the context; what was recorded is committed before it begins.
    Raises PolicycheckError where nothing can be audited. Where the database's connection is lost,
    nothing was recorded, and it is tried once more.
    """
    with ExitStack() as stack:
        try:
            outcome = stack.enter_context(_audit(request, archive, progress))
        except ConnectionLostError:
            outcome = stack.enter_context(_audit(request, archive, progress))
        yield outcome


@contextmanager
def _audit(
    request: AuditRequest, archive: Archive | None, progress: Progress | None
) -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory(prefix="policycheck-") as scratch:
        folder = Path(scratch)
        with closing(open_session(folder)) as con:
            staging = archive.staging(folder) if archive else nullcontext(folder)
            with staging as staged:
                earlier = archive.states if archive else None
                inputs = read_inputs(request, con, staged, progress, earlier)
                if request.minimise:
                    minimise(con, staged, question_of(request), request.catalogue)
                with archive.open() if archive else nullcontext() as memory:
                    outcome = _judge(request, con, inputs, memory, staged)
            yield outcome


def _judge(
    request: AuditRequest,
    con: DuckDBPyConnection,
    inputs: Intake,
    memory: OpenArchive | None,
    staged: Path,
) -> Outcome:
    """Judge, and give lives, with what the archive holds of these devices; then record that."""
    if memory and request.once:
        _refuse_known(request, memory)
    devices = _count_devices(request, con, memory)
    make_room(con, devices)
    doubt = find_doubt(con) if request.complete else ""
    recall(request, con, request.devices, memory)
    complete = request.complete and not doubt
    if memory and _counts_people(request) and not complete:
        recall_others(request, con, len(inputs.reports.parts), memory)
    with _entering(request, con, inputs, memory, staged) as entered:
        assessment = assess(con, question_of(request), request.catalogue)
    entry = entered.result() if entered else None
    effects = waive(con, request.waivers, question_of(request))
    _give_lives(request, con, inputs, memory, devices)
    left = memory.let_leave(con, request.as_of) if memory and entry and complete else ()
    outcome = Outcome(
        con=con,
        assessment=assessment,
        inputs=_input_lines(inputs),
        asked=request.policies,
        assumed=request.assume,
        problems=(
            *inputs.problems,
            *describe_joins(con),
            *describe_fleet(left),
            *map(describe_unheld, assessment.unheld),
            *describe_effects(effects, request.as_of, whole=_is_whole(assessment, memory)),
        ),
        records=sum(line.records for line in inputs.reports.inputs),
        run_id=entry.run_id if entry else None,
        digests=_digests(request, inputs),
        effects=effects,
        doubt=doubt,
        archive=memory.archive if memory else None,
    )
    if memory is None:
        return outcome
    if entry:
        kept = list(contents_of(request, con))
        memory.record(con, entry, request.as_of, outcome.tallies, kept)
    return replace(outcome, digests={**outcome.digests, "chain": memory.head})


_FOUND_OR_GONE = "SELECT (SELECT count(*) FROM finding) + (SELECT count(*) FROM prior_detail)"


def _give_lives(
    request: AuditRequest,
    con: DuckDBPyConnection,
    inputs: Intake,
    memory: OpenArchive | None,
    devices: int,
) -> None:
    """Compare what was found with the lives of before, and lay out what proves it."""
    note_holders(con)
    _lay_out_lives(con, request.catalogue)
    if memory:
        memory.load_lives(con, [policy.policy for policy in request.policies])
    make_room(con, devices, number(con, _FOUND_OR_GONE))
    compute_lives(con, _basis(request, inputs))
    lay_out_evidence(con, request)


def _input_lines(inputs: Intake) -> list[InputLine]:
    return [
        InputLine(i.path, i.sha256, i.format, i.devices, i.items, i.rejected)
        for i in sorted(inputs.reports.inputs, key=lambda line: line.path)
    ]


@contextmanager
def _entering(
    request: AuditRequest,
    con: DuckDBPyConnection,
    inputs: Intake,
    memory: OpenArchive | None,
    staged: Path,
) -> Iterator[Future[Entry] | None]:
    """Write what came in, if anything is to be written, while something else is done."""
    if memory is None or not memory.writes:
        yield None
        return
    from policycheck.store.ledger import NewRun

    run = NewRun(
        started_at=request.started_at,
        received_at=request.received_at,
        version=__version__,
        basis=_basis(request, inputs),
        inputs=inputs.reports.inputs,
        options=request.options,
    )
    with memory.entering(con, staged, run) as entered:
        yield entered


def _count_devices(
    request: AuditRequest, con: DuckDBPyConnection, memory: OpenArchive | None
) -> int:
    """Return how many devices will be judged, as far as that can be told before."""
    stored = memory.devices if memory and request.everything else 0
    return stored + number(con, "SELECT count(*) FROM report")


def _refuse_known(request: AuditRequest, memory: OpenArchive) -> None:
    """Look once more, now that nobody else can record anything."""
    from policycheck.store.known import known_files

    if known := known_files(memory.connection, request.once):
        raise KnownReportsError(known)


def _is_whole(assessment: Assessment, memory: OpenArchive | None) -> bool:
    """Tell whether all devices that are known were judged, so that shares mean something."""
    return memory is None or assessment.devices >= memory.devices


def _counts_people(request: AuditRequest) -> bool:
    controls = (control for policy in request.policies for control in policy.controls)
    return any(control.demand.grain == "person" for control in controls)


def _basis(request: AuditRequest, inputs: Intake) -> Basis:
    return Basis(
        as_of=request.as_of,
        policies={policy.policy: policy.sha256 for policy in request.policies},
        catalogue_sha256=request.catalogue.sha256,
        people_sha256=inputs.people_sha256,
    )


def _digests(request: AuditRequest, inputs: Intake) -> dict[str, str]:
    digests = {"catalogue": request.catalogue.sha256}
    return digests | {"people": inputs.people_sha256} if inputs.people_sha256 else digests


def _lay_out_lives(con: DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Leave for the lives what the engine knows of listings and items."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE visible AS"
        " SELECT r.device_key, r.source, l.kind, coalesce(l.visibility, 'managed') AS visibility"
        " FROM device_report AS r JOIN listing AS l ON l.report_no = r.report_no"
    )
    con.execute(
        "CREATE OR REPLACE TEMP VIEW installed AS"
        " SELECT r.device_key, r.source, x.kind, x.identifier, x.name, x.version"
        " FROM installed_item AS x"
        " JOIN device_report AS r ON r.part = x.part AND r.device_ref = x.device_ref"
    )
    renamed = [(old, app.app_id) for app in catalogue.apps.values() for old in app.formerly]
    con.execute("CREATE OR REPLACE TEMP TABLE renamed_app(old VARCHAR, new VARCHAR)")
    insert_columns(
        con,
        "renamed_app",
        [("VARCHAR", [old for old, _ in renamed]), ("VARCHAR", [new for _, new in renamed])],
    )
