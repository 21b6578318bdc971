"""What reports are told beside the findings: who holds the devices, the parts, the past."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_fleet import YIXIN, Fleet, Run, device, write_lines

from policycheck.catalogue.load import load as load_catalogue
from policycheck.engine.shares import SHARED_BY
from policycheck.outcome import Outcome
from policycheck.pipeline import audit
from policycheck.report.rows import Holder
from policycheck.request import AuditRequest
from policycheck.rulebook import load_rulebook
from policycheck.store.archive import Archive
from policycheck.store.database import open_store
from policycheck.store.facts import Facts
from policycheck.workspace import Given, resolve

AS_OF = datetime(2026, 11, 3, 16, tzinfo=UTC)
PEOPLE = """email,person_id,name,type,department,manager
user1@example.com,user1,Wei Zhang,employee,Sales,boss
user2@example.com,user2,,employee,Legal,boss
user3@example.com,user3,,partner,,
"""


@pytest.fixture
def home(fleet: Fleet, folder: Path) -> Fleet:
    (folder / "policycheck.yaml").write_text(
        "language: 1\npeople: people.csv\npolicies: [./no-wechat.yaml]\n"
    )
    (folder / "people.csv").write_text(PEOPLE)
    return fleet


@pytest.fixture
def told(folder: Path) -> ExitStack:
    with ExitStack() as stack:
        yield stack


def judged(told: ExitStack, as_of: datetime = AS_OF) -> Outcome:
    settings = resolve(Given(), Path.cwd())
    rulebook = load_rulebook(settings)
    request = AuditRequest(
        inputs=(),
        policies=rulebook.policies,
        catalogue=load_catalogue(settings.rule_folders),
        as_of=as_of,
        received_at=as_of,
        started_at=as_of,
        people=settings.people,
        everything=True,
    )
    archive = Archive(open_store(settings.store), Facts(settings.facts), writes=False)
    return told.enter_context(audit(request, archive))


def test_findings_come_with_who_holds_the_device(run: Run, home: Fleet, told: ExitStack) -> None:
    run("audit", home.report.name, "--as-of", "2026-11-03", "-q")
    outcome = judged(told)
    (chunk,) = outcome.held_findings("violation")
    ((finding, holder),) = chunk
    assert (finding.device_id, finding.person_id) == ("d-1", "user1")
    assert holder == Holder("Wei Zhang", "Sales", "boss", None)
    alone = [finding for found in outcome.findings() for finding in found]
    both = [f for v in ("violation", "unknown") for c in outcome.held_findings(v) for f, _ in c]
    assert sorted(both) == sorted(alone)


@pytest.mark.parametrize("by", SHARED_BY)
def test_the_parts_add_up_to_the_tally(run: Run, home: Fleet, told: ExitStack, by: str) -> None:
    run("audit", home.report.name, "--as-of", "2026-11-03", "-q")
    outcome = judged(told)
    (tally,) = outcome.tallies
    sums = [
        sum(counts) for counts in zip(*(share[3:] for share in outcome.shares(by)), strict=True)
    ]
    assert sums == [tally.not_applicable, tally.pass_, tally.violation, tally.advice, tally.unknown]


def test_the_parts_by_department(run: Run, home: Fleet, told: ExitStack) -> None:
    run("audit", home.report.name, "--as-of", "2026-11-03", "-q")
    parts = {share.value: share for share in judged(told).shares("department")}
    assert parts["Sales"].violation == 1
    assert list(parts)[-1] is None


def test_what_happened_is_counted_by_run(run: Run, home: Fleet, told: ExitStack) -> None:
    run("audit", home.report.name, "--as-of", "2026-11-03", "-q")
    write_lines(
        home.report,
        [device(1, YIXIN) | {"reported_at": "2026-11-04T08:00:00Z"}],
    )
    run("audit", home.report.name, "--as-of", "2026-11-05", "-q")
    later = datetime(2026, 11, 6, tzinfo=UTC)
    assert [tuple(line[1:]) for line in judged(told, later).happenings()] == [
        (1, "opened", None, 1),
        (2, "closed", "resolved", 1),
    ]
    assert [line.run_id for line in judged(told).happenings()] == [1]
    assert set(judged(told).digests) == {"catalogue", "chain", "people"}
