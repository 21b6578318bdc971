"""What commands ask of a store: violations, their stories, runs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from toy import Toy
from toy_judge import Report, Rules, day

from policycheck.model import Tally
from policycheck.problems import PolicycheckError
from policycheck.store.runs import list_runs, list_tallies
from policycheck.store.story import tell_story
from policycheck.store.violations import Filter, find_violation, list_violations

pytestmark = pytest.mark.usefixtures("each_store")

BOTH = Report(items=("com.tencent.mm", "com.tencent.qq"), serial="S1", person="p@jd.com")


@pytest.fixture
def toy(tmp_path) -> Toy:
    """WeChat and QQ on d1, WeChat on d2; then d1 is clean of QQ."""
    rules = Rules(forbid=("wechat", "qq"))
    toy = Toy(tmp_path)
    toy.audit(1, BOTH, Report(device="d2", name="Till", person="q@jd.com"), rules=rules)
    toy.audit(2, replace(BOTH, at=2, items=("com.tencent.mm",)), rules=rules)
    return toy


FILTERS = {
    "open ones unless asked": (Filter(), ["d1 wechat", "d2 wechat"]),
    "all": (Filter(status=None), ["d1 qq", "d1 wechat", "d2 wechat"]),
    "closed": (Filter(status="closed"), ["d1 qq"]),
    "of a policy": (Filter(policy="memo"), ["d1 wechat", "d2 wechat"]),
    "of another policy": (Filter(policy="memo-2"), []),
    "of a control": (Filter(control="no-wechat"), ["d1 wechat", "d2 wechat"]),
    "of another control": (Filter(control="no-qq"), []),
    "of severities": (Filter(severities=("critical", "high")), ["d1 wechat", "d2 wechat"]),
    "of other severities": (Filter(severities=("low",)), []),
    "of a device by name": (Filter(device="till"), ["d2 wechat"]),
    "of a device by serial": (Filter(device="s1", status=None), ["d1 qq", "d1 wechat"]),
    "of no device": (Filter(device="nobody"), []),
    "of a person": (Filter(person="Q@jd.com"), ["d2 wechat"]),
}


@pytest.mark.wide
@pytest.mark.parametrize("name", FILTERS)
def test_a_list(name: str, toy: Toy) -> None:
    wanted, expected = FILTERS[name]
    with toy.store.reading() as connection:
        told = [f"{v.device_id} {v.subject}" for v in list_violations(connection, wanted)]
    assert told == expected


def test_a_violation_in_full(toy: Toy) -> None:
    with toy.store.reading() as connection:
        told = next(iter(list_violations(connection, Filter(status="closed"))))
    assert (told.policy, told.control, told.severity, told.obligation) == (
        "memo", "no-wechat", "high", "must",
    )  # fmt: skip
    assert (told.device_key, told.person_id, told.platform) == ("d1", "p@jd.com", "android")
    assert (told.app_id, told.kind, told.identifier, told.name, told.basis, told.confidence) == (
        "qq", "app", "com.tencent.qq", "COM.TENCENT.QQ", "identifier", "exact",
    )  # fmt: skip
    assert (told.status, told.cause, told.reopened) == ("closed", "resolved", 0)
    assert (told.first_seen, told.last_seen, told.closed_at) == (day(1), day(1), day(2))
    proof = told.proof
    assert (proof.path, proof.source, proof.record) == ("day-1.csv", "intune", 1)
    assert (proof.report, proof.reported_at, proof.received_at) == (BOTH.sha256, day(1), day(1))


def test_the_whole_story(toy: Toy) -> None:
    rules = Rules(forbid=("wechat", "qq"), control="new", formerly=("no-wechat",), policy="p2")
    toy.audit(3, replace(BOTH, at=3), rules=rules)
    with toy.store.reading() as connection:
        qq = next(v for v in list_violations(connection, Filter()) if v.subject == "qq")
        old = toy.rows("SELECT detail FROM event WHERE kind = 'renamed' ORDER BY id")
        story = tell_story(connection, qq)
        assert {find_violation(connection, name[:9]).control for (name,) in old} == {"new"}
    assert [(event.at, event.kind, event.cause) for event in story.events] == [
        (day(1), "opened", "report"),
        (day(2), "closed", "report"),
        (day(3), "renamed", "policy"),
        (day(3), "reopened", "report"),
    ]
    assert story.events[1].detail == "resolved"
    assert [run.as_of for run in story.runs.values()] == [day(1), day(2), day(3)]


def test_a_violation_is_found_by_the_beginning_of_its_fingerprint(toy: Toy) -> None:
    with toy.store.reading() as connection:
        every = [v.fingerprint for v in list_violations(connection, Filter(status=None))]
        assert [
            find_violation(connection, f" {f[:12].upper()}").fingerprint for f in every
        ] == every
        with pytest.raises(PolicycheckError, match="could be several violations"):
            find_violation(connection, "")
        for word in ("xyz", "%", "_" * 32, "0" * 32):
            with pytest.raises(PolicycheckError, match="there is no violation"):
                find_violation(connection, word)


def test_severity_is_today_s(toy: Toy) -> None:
    with toy.store.writing() as connection:
        connection.exec_driver_sql("UPDATE control SET severity = 'low'")
    with toy.store.reading() as connection:
        assert len(list(list_violations(connection, Filter(severities=("low",))))) == 2


def test_a_run_and_its_sums(toy: Toy) -> None:
    sums = Tally(
        "memo", "no-wechat", "device", 9, 1, 1, 8, 3, 2, 1, 2, {"stale": 2}, 3, 0, 1, 0.75
    )  # fmt: skip
    rejected = [("a.csv", 7, "no device id"), ("b.csv", None, "cut")]
    number = toy.audit(5, rejected=rejected, tallies=[sums], options={"all": "yes"})
    with toy.store.reading() as connection:
        told = list(list_runs(connection))
        assert list_tallies(connection, number) == (sums,)
        assert [run.id for run in list_runs(connection, [2])] == [2]
    assert [run.id for run in told] == [1, 2, number]
    assert told[0].facts is not None
    last = told[-1]
    assert (last.started_at, last.as_of, last.version) == (day(5), day(5), "0.1.0")
    assert (last.policies, last.catalogue_sha256, last.people_sha256) == (
        {"memo": "p1"},
        "c1",
        "h1",
    )
    assert (last.options, last.facts) == ({"all": "yes"}, None)
    rejections = "SELECT run_id, path, record, reason FROM rejection ORDER BY id"
    assert toy.rows(rejections) == [
        (number, "a.csv", 7, "no device id"),
        (number, "b.csv", None, "cut"),
    ]
