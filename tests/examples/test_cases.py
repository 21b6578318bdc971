"""Each device that `examples/README.md` names shows what it says there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from policycheck.outcome import Outcome
from policycheck.pipeline import audit
from policycheck.request import AuditRequest
from policycheck.rulebook import load_rulebook
from policycheck.workspace import Given, resolve

EXAMPLES = Path(__file__).parents[2] / "examples"
POLICIES = {"messaging": "jd-business-im", "payment": "jd-payment-channels"}
AS_OF = datetime(2013, 9, 30, 16, tzinfo=UTC)
ROW = re.compile(r"^\| (\S+) \| .* \| (messaging|payment) \| (\w+) \| (.*?) *\|$", re.MULTILINE)
ROWS = ROW.findall((EXAMPLES / "README.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    settings = resolve(Given(tuple(POLICIES.values())), tmp_path_factory.mktemp("nowhere"))
    rulebook = load_rulebook(settings)
    fleet = EXAMPLES / "fleet"
    request = AuditRequest(
        inputs=tuple(sorted((fleet / "inbox").iterdir())),
        policies=rulebook.policies,
        catalogue=rulebook.catalogue,
        as_of=AS_OF,
        received_at=AS_OF,
        started_at=AS_OF,
        people=fleet / "people.csv",
    )
    with audit(request) as found:
        yield found


def test_every_case_is_tested() -> None:
    told = re.findall(r"^\| ((?:PC|phone|SZ|ws|checkout)-\S+) \|", _readme(), re.MULTILINE)
    assert [row[0] for row in ROWS] == told
    assert len(told) == 28


def test_the_fleet_is_300_devices_and_one_row_is_rejected(outcome: Outcome) -> None:
    assert outcome.con.execute("SELECT count(*) FROM device").fetchall() == [(300,)]
    rejected = outcome.con.execute("SELECT record FROM rejected WHERE record IS NOT NULL")
    assert rejected.fetchall() == [(41,)]


@pytest.mark.parametrize(("device", "policy", "verdict", "why"), ROWS, ids=[r[0] for r in ROWS])
def test_the_case_shows_what_it_says(
    outcome: Outcome, device: str, policy: str, verdict: str, why: str
) -> None:
    found = outcome.con.execute(
        "SELECT v.verdict, v.reasons, v.stale FROM verdict v JOIN device d USING (device_key)"
        " WHERE v.policy = ? AND ? IN (d.name, d.device_id)",
        [POLICIES[policy], device],
    ).fetchall()
    assert [row[0] for row in found] == [verdict]
    assert found[0][2] == (device == "PC-0003")
    if verdict == "unknown":
        assert sorted(found[0][1]) == sorted(why.split(", "))
    if verdict == "violation":
        assert subjects(outcome, device, POLICIES[policy]) == why.split(", ")


def subjects(outcome: Outcome, device: str, policy: str) -> list[str]:
    rows = outcome.con.execute(
        "SELECT f.subject FROM finding f JOIN device d USING (device_key)"
        " WHERE f.policy = ? AND ? IN (d.name, d.device_id) AND f.verdict = 'violation'",
        [policy, device],
    )
    return sorted(row[0] for row in rows.fetchall())


def _readme() -> str:
    return (EXAMPLES / "README.md").read_text(encoding="utf-8")
