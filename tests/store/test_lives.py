"""The life of a violation (design section 7), step by step, through a store."""

from __future__ import annotations

from dataclasses import replace

import pytest
from toy import Toy, basis, lay_out_reports
from toy_judge import Known, Report, Rules, judge, naive
from toy_judge import day as day_of

from policycheck.engine.session import open_session
from policycheck.store.identity import hold, identify
from policycheck.store.lives import compute_lives
from policycheck.store.session import create_tables
from policycheck.store.violations import Filter, Violation, list_violations

pytestmark = pytest.mark.usefixtures("each_store")

SHOWN = Report()
CLEAN = Report(items=())
Step = tuple  # (day, reports, rules)


def on(day: float, *reports: Report, everything: bool = False, **rules: object) -> Step:
    return day, reports, Rules(**rules), everything


TABLE = {
    "found": ([on(1, SHOWN)], ["1 opened report"]),
    "the same file again changes nothing": (
        [on(1, SHOWN), on(2, SHOWN), on(3, SHOWN)],
        ["1 opened report"],
    ),
    "a newer report that still shows it changes nothing": (
        [on(1, SHOWN), on(2, replace(SHOWN, at=2))],
        ["1 opened report"],
    ),
    "a newer report without it resolves": (
        [on(1, SHOWN), on(2, replace(CLEAN, at=2))],
        ["1 opened report", "2 closed report resolved"],
    ),
    "under a control that had another name the only one there is may come back": (
        [
            on(1, SHOWN, formerly=("no-weixin",)),
            on(2, replace(CLEAN, at=2), formerly=("no-weixin",)),
            on(3, replace(SHOWN, at=3), formerly=("no-weixin",)),
        ],
        ["1 opened report", "2 closed report resolved", "3 reopened report"],
    ),
    "what most devices are rid of at once stays open where it is": (
        [
            on(1, *(Report(device=f"d{n}") for n in range(9))),
            on(
                2,
                *(Report(device=f"d{n}", at=2, items=()) for n in range(7)),
                *(Report(device=f"d{n}", at=2) for n in range(7, 9)),
            ),
        ],
        ["1 opened report"] * 9 + ["2 closed report resolved"] * 7,
    ),
    "an older report without it does not": (
        [on(2, replace(SHOWN, at=2)), on(3, replace(CLEAN, at=1))],
        ["2 opened report"],
    ),
    "nor one of equal age": (
        [on(2, replace(SHOWN, at=2)), on(3, replace(CLEAN, at=2))],
        ["2 opened report"],
    ),
    "a partial one does not": (
        [on(1, SHOWN), on(2, replace(CLEAN, at=2, lists="managed"))],
        ["1 opened report"],
    ),
    "one that lists nothing does not": (
        [on(1, SHOWN), on(2, replace(CLEAN, at=2, lists=None))],
        ["1 opened report"],
    ),
    "a complete one after a partial one does": (
        [
            on(1, SHOWN),
            on(2, replace(CLEAN, at=2, lists="managed")),
            on(3, replace(CLEAN, at=3)),
        ],
        ["1 opened report", "3 closed report resolved"],
    ),
    "a stale one does not": (
        [on(1, SHOWN), on(40, replace(CLEAN, at=2))],
        ["1 opened report"],
    ),
    "another source's does not": (
        [on(1, SHOWN), on(2, replace(CLEAN, at=2, source="agent"))],
        ["1 opened report"],
    ),
    "one that could not have told does not": (
        [on(1, SHOWN), on(2, replace(CLEAN, at=2), unrecognisable=True)],
        ["1 opened report"],
    ),
    "one without the column by which it was known does not": (
        [on(1, SHOWN), on(2, replace(SHOWN, at=2, items=("only-name", "only-name-2")))],
        ["1 opened report"],
    ),
    "one that shows other things by that column does": (
        [on(1, SHOWN), on(2, replace(SHOWN, at=2, items=("only-name", "com.tencent.qq")))],
        ["1 opened report", "2 closed report resolved"],
    ),
    "where nobody knows whether the policy applies, it stays open": (
        [on(1, SHOWN), on(2, replace(CLEAN, at=2), scope=None)],
        ["1 opened report"],
    ),
    "and it is resolved as soon as somebody does": (
        [
            on(1, SHOWN),
            on(2, replace(CLEAN, at=2), scope=None),
            on(3, people="h2", everything=True),
        ],
        ["1 opened report", "3 closed report resolved"],
    ),
    "what comes back is reopened": (
        [on(1, SHOWN), on(2, replace(CLEAN, at=2)), on(3, replace(SHOWN, at=3))],
        ["1 opened report", "2 closed report resolved", "3 reopened report"],
    ),
    "another version of the forbidden app is the same violation": (
        [on(1, SHOWN), on(2, replace(SHOWN, at=2, items=("com.tencent.mm 8.1",)))],
        ["1 opened report"],
    ),
    "the policy does not forbid it any more": (
        [on(1, SHOWN), on(2, SHOWN, policy="p2", forbid=("qq",))],
        ["1 opened report", "2 closed policy policy_changed"],
    ),
    "and it is no resolution though its version changed in between": (
        [
            on(1, SHOWN),
            on(2, replace(SHOWN, at=2, items=("com.tencent.mm 8.1",))),
            on(3, replace(SHOWN, at=2), policy="p2", forbid=("qq",)),
        ],
        ["1 opened report", "3 closed policy policy_changed"],
    ),
    "the policy calls it an indication now": (
        [on(1, SHOWN), on(2, SHOWN, policy="p2", indication=True)],
        ["1 opened report", "2 closed policy policy_changed"],
    ),
    "it became an indication because the device changed": (
        [on(1, SHOWN), on(2, replace(SHOWN, at=2), indication=True)],
        ["1 opened report"],
    ),
    "a comment in the policy, and a report that shows little": (
        [on(1, SHOWN), on(2, replace(CLEAN, at=2, lists="managed"), policy="p2")],
        ["1 opened report"],
    ),
    "a comment in the policy after a report that shows little": (
        [
            on(1, SHOWN),
            on(2, replace(CLEAN, at=2, lists="managed")),
            on(3, replace(CLEAN, at=2), policy="p2"),
        ],
        ["1 opened report"],
    ),
    "a comment in the policy, and a report without it": (
        [on(1, SHOWN), on(2, replace(CLEAN, at=2), policy="p2")],
        ["1 opened report", "2 closed report resolved"],
    ),
    "the control is gone": (
        [on(1, SHOWN), on(2, SHOWN, policy="p2", control="other", forbid=("qq",))],
        ["1 opened report", "2 closed policy policy_changed"],
    ),
    "the catalogue does not take it for WeChat any more": (
        [on(1, SHOWN), on(2, SHOWN, catalogue="c2", knows=("qq",))],
        ["1 opened report", "2 closed catalogue recognition_changed"],
    ),
    "the person is not addressed any more": (
        [on(1, SHOWN), on(2, SHOWN, people="h2", scope=False)],
        ["1 opened report", "2 closed people out_of_scope"],
    ),
    "the policy does not address the device any more": (
        [on(1, SHOWN), on(2, SHOWN, policy="p2", scope=False)],
        ["1 opened report", "2 closed policy out_of_scope"],
    ),
    "a newer report says that the device is not addressed": (
        [on(1, SHOWN), on(2, replace(SHOWN, at=2), scope=False)],
        ["1 opened report", "2 closed report out_of_scope"],
    ),
    "the policy was withdrawn": (
        [on(1, SHOWN), on(2, SHOWN, policy="p2", status="withdrawn", in_force=False)],
        ["1 opened report", "2 closed policy withdrawn"],
    ),
    "the policy's last day passed": (
        [on(1, SHOWN), on(9, SHOWN, in_force=False, from_day=1)],
        ["1 opened report", "9 closed clock withdrawn"],
    ),
    "what it forbids by date has passed": (
        [on(1, SHOWN), on(9, SHOWN, forbid=())],
        ["1 opened report", "9 closed clock policy_changed"],
    ),
    "that another source lists nothing of it since is no resolution": (
        [
            on(1, replace(SHOWN, serial="S1")),
            on(2, replace(CLEAN, serial="S1", at=2, source="agent")),
            on(9, forbid=(), everything=True),
        ],
        ["1 opened report", "9 closed clock policy_changed"],
    ),
    "nor is that the same source showed it again since": (
        [on(1, SHOWN), on(2, replace(SHOWN, at=2)), on(9, forbid=(), everything=True)],
        ["1 opened report", "9 closed clock policy_changed"],
    ),
    "nor that another source does not list it in the same run": (
        [
            on(1, replace(SHOWN, serial="S1")),
            on(9, replace(CLEAN, serial="S1", at=9, source="agent"), forbid=()),
        ],
        ["1 opened report", "9 closed clock policy_changed"],
    ),
    "the policy begins later than it did": (
        [on(1, SHOWN), on(2, SHOWN, policy="p2", in_force=False, from_day=9)],
        ["1 opened report", "2 closed policy out_of_scope"],
    ),
    "what left the policy and comes back into it is reopened": (
        [on(1, SHOWN), on(2, SHOWN, people="h2", scope=False), on(3, SHOWN, people="h3")],
        ["1 opened report", "2 closed people out_of_scope", "3 reopened people"],
    ),
    "a new policy over stored facts": (
        [on(1, SHOWN, forbid=("qq",)), on(2, SHOWN, policy="p2")],
        ["2 opened policy"],
    ),
    "a new catalogue over stored facts": (
        [on(1, SHOWN, knows=("qq",)), on(2, SHOWN, catalogue="c2")],
        ["2 opened catalogue"],
    ),
    "a new people file over stored facts": (
        [on(1, SHOWN, scope=False), on(2, SHOWN, people="h2")],
        ["2 opened people"],
    ),
    "a policy that comes into force over stored facts": (
        [on(1, SHOWN, in_force=False, from_day=2), on(2, SHOWN, from_day=2)],
        ["2 opened clock"],
    ),
    "facts that came while another policy was judged": (
        [
            on(1, CLEAN),
            on(2, replace(SHOWN, at=2), memo="other", forbid=()),
            on(3, replace(SHOWN, at=2)),
        ],
        ["3 opened report"],
    ),
    "a policy that was not judged leaves its violations alone": (
        [on(1, SHOWN), on(2, replace(CLEAN, at=2), memo="other")],
        ["1 opened report"],
    ),
    "and they are resolved when it is judged again": (
        [
            on(1, SHOWN),
            on(2, replace(CLEAN, at=2), memo="other"),
            on(3, replace(CLEAN, at=2)),
        ],
        ["1 opened report", "3 closed report resolved"],
    ),
    "two policies on one app are two violations": (
        [on(1, SHOWN), on(2, SHOWN, memo="other"), on(3, replace(CLEAN, at=3), memo="other")],
        ["1 opened report", "2 opened policy", "3 closed report resolved"],
    ),
    "all stored devices are judged again": (
        [on(1, SHOWN, forbid=("qq",)), on(2, policy="p2", everything=True)],
        ["2 opened policy"],
    ),
    "without --all only the devices that the inputs name": (
        [on(1, SHOWN, forbid=("qq",)), on(2, replace(CLEAN, device="d2"), policy="p2")],
        [],
    ),
    "a renamed control keeps its lives": (
        [
            on(1, SHOWN),
            on(2, SHOWN, policy="p2", control="no-weixin", formerly=("no-wechat",)),
            on(3, replace(CLEAN, at=3), policy="p2", control="no-weixin", formerly=("no-wechat",)),
        ],
        ["1 opened report", "2 renamed policy", "3 closed report resolved"],
    ),
    "also if it was fixed in the same run": (
        [
            on(1, SHOWN),
            on(2, replace(CLEAN, at=2), policy="p2", control="new", formerly=("no-wechat",)),
        ],
        ["1 opened report", "2 closed report resolved"],
    ),
    "a closed one comes back under its control's new name": (
        [
            on(1, SHOWN),
            on(2, replace(CLEAN, at=2)),
            on(3, replace(SHOWN, at=3), policy="p2", control="new", formerly=("no-wechat",)),
        ],
        ["1 opened report", "2 closed report resolved", "3 renamed policy", "3 reopened report"],
    ),
    "of two old names the open one gives its life": (
        [
            on(1, SHOWN, control="a"),
            on(2, SHOWN, policy="p2", control="b"),
            on(3, SHOWN, policy="p3", control="c", formerly=("a", "b")),
        ],
        [
            "1 opened report",
            "2 closed policy policy_changed",
            "2 opened policy",
            "3 renamed policy",
        ],
    ),
    "what was closed under an old name is not closed again": (
        [
            on(1, SHOWN),
            on(2, replace(CLEAN, at=2)),
            on(3, CLEAN, policy="p2", control="new", formerly=("no-wechat",), scope=False),
        ],
        ["1 opened report", "2 closed report resolved"],
    ),
    "a renamed app keeps its lives": (
        [
            on(1, SHOWN),
            on(
                2,
                SHOWN,
                catalogue="c2",
                knows=("wechat-next",),
                forbid=("wechat-next",),
                policy="p2",
                renamed_apps=(("wechat", "wechat-next"),),
            ),
        ],
        ["1 opened report", "2 renamed policy"],
    ),
    "one source does not show it any more, the other one does": (
        [
            on(1, replace(SHOWN, serial="S1"), replace(SHOWN, serial="S1", source="agent")),
            on(2, replace(CLEAN, serial="S1", at=2)),
            on(3, replace(CLEAN, serial="S1", at=3, source="agent")),
        ],
        ["1 opened report", "3 closed report resolved"],
    ),
    "while another source shows it, nothing is resolved": (
        [
            on(1, replace(SHOWN, serial="S1"), replace(SHOWN, serial="S1", source="agent")),
            on(2, replace(CLEAN, serial="S1", at=2), policy="p2", forbid=("qq",)),
        ],
        ["1 opened report", "2 closed policy policy_changed"],
    ),
    "two reports of one source in one run: the newer counts": (
        [on(3, replace(CLEAN, at=2), SHOWN)],
        [],
    ),
    "what is required is missing": (
        [on(1, CLEAN, require="qq")],
        ["1 opened report"],
    ),
    "what was missing is there": (
        [
            on(1, CLEAN, require="qq"),
            on(2, replace(CLEAN, at=2, items=("com.tencent.qq",)), require="qq"),
        ],
        ["1 opened report", "2 closed report resolved"],
    ),
    "what was missing is not required any more": (
        [on(1, CLEAN, require="qq"), on(2, CLEAN, policy="p2", forbid=("wechat",))],
        ["1 opened report", "2 closed policy policy_changed"],
    ),
    "a report that cannot tell whether it is there": (
        [on(1, CLEAN, require="qq"), on(2, replace(CLEAN, at=2, lists="managed"), require="qq")],
        ["1 opened report"],
    ),
    "another source shows what was missing": (
        [
            on(1, replace(CLEAN, serial="S1"), require="qq"),
            on(
                2,
                Report(at=2, source="agent", serial="S1", items=("com.tencent.qq",)),
                require="qq",
            ),
        ],
        ["1 opened report", "2 closed report resolved"],
    ),
    "one of a person's devices has it now": (
        [
            on(
                1,
                replace(CLEAN, person="p@jd.com"),
                replace(CLEAN, device="d2", person="p@jd.com"),
                require="qq",
                grain="person",
            ),
            on(
                2,
                Report(at=2, device="d2", person="p@jd.com", items=("com.tencent.qq",)),
                require="qq",
                grain="person",
            ),
        ],
        ["1 opened report", "2 closed report resolved"],
    ),
}


@pytest.mark.wide
@pytest.mark.parametrize("name", TABLE)
def test_events(name: str, tmp_path) -> None:
    steps, expected = TABLE[name]
    toy = Toy(tmp_path)
    for day, reports, rules, everything in steps:
        toy.audit(day, *reports, rules=rules, everything=everything)
    assert [without_fingerprint(event) for event in toy.events()] == expected
    assert_sound(toy)


def without_fingerprint(event: str) -> str:
    return event.rsplit(" ", 1)[0] if " renamed " in event else event


def test_a_repeated_audit_writes_nothing_but_the_run(tmp_path) -> None:
    toy = Toy(tmp_path)
    shown = replace(SHOWN, name="PC", serial="S1", person="p@jd.com")
    toy.audit(1, shown, replace(shown, source="agent", device="7"))
    tables = ("violation", "event", "device", "device_source", "alias", "item", "control")
    before = {table: toy.rows(f"SELECT * FROM {table}") for table in tables}
    toy.audit(2, shown, replace(shown, source="agent", device="7"))
    assert {table: toy.rows(f"SELECT * FROM {table}") for table in tables} == before
    assert toy.rows("SELECT count(*) FROM run") == [(2,)]
    assert toy.rows("SELECT count(*) FROM report") == [(4,)]


def test_a_file_that_does_not_tell_its_age_is_not_newer_for_coming_again(tmp_path) -> None:
    toy = Toy(tmp_path)
    silent = replace(CLEAN, at=None, file="monday.csv")
    toy.audit(1, replace(SHOWN, at=0.5))
    toy.audit(2, silent)
    toy.audit(3, silent)
    assert toy.rows("SELECT run_id FROM device_source JOIN report ON id = report_id") == [(2,)]


DUE = {
    "at once": ({}, (10, 10)),
    "after grace": ({"grace_days": 2}, (12, 12)),
    "grace counts from when the policy begins": ({"grace_days": 2, "from_day": 20}, (22, 22)),
    "a deadline is for all": ({"deadline": 15}, (15, 15)),
    "also one that has passed": ({"deadline": 5}, (5, 5)),
}


@pytest.mark.parametrize("name", DUE)
def test_due_is_frozen_at_first_sight(name: str, tmp_path) -> None:
    rules, expected = DUE[name]
    toy = Toy(tmp_path)
    told = []
    for day in (10, 11):
        toy.audit(day, replace(SHOWN, at=day), rules=Rules(**rules))
        told.append(violation(toy).due)
    assert tuple(told) == tuple(map(day_of, expected))


def test_nothing_was_last_seen_before_it_was_first_seen(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(5, SHOWN)
    assert violation(toy).last_seen == day_of(5)
    toy.audit(6, replace(CLEAN, at=6))
    assert toy.rows("SELECT last_seen = first_seen FROM violation") == [(1,)]
    assert violation(toy).last_seen == day_of(5)


@pytest.mark.parametrize(("grace_days", "expected"), [(None, False), (0, False), (1, True)])
def test_what_is_due_now_is_not_in_grace(grace_days: int, expected: bool, tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN, rules=Rules(grace_days=grace_days))
    assert toy.con.execute("SELECT in_grace FROM life").fetchall() == [(expected,)]
    assert violation(toy).in_grace(day_of(1)) is expected


def test_what_was_resolved_and_comes_back_is_due_at_once(tmp_path) -> None:
    toy = Toy(tmp_path)
    rules = Rules(grace_days=14)
    for day, report in ((1, SHOWN), (2, CLEAN), (3, SHOWN)):
        toy.audit(day, replace(report, at=day), rules=rules)
    life = violation(toy)
    assert (life.due, life.first_seen, life.reopened) == (day_of(3), day_of(1), 1)
    assert not life.in_grace(day_of(3))


def test_what_only_left_the_policy_keeps_its_due_date(tmp_path) -> None:
    toy = Toy(tmp_path)
    for day, scope in ((1, True), (2, False), (3, True)):
        toy.audit(day, SHOWN, rules=Rules(grace_days=14, people=f"h{day}", scope=scope))
    assert violation(toy).due == day_of(15)


def test_the_proof_is_that_of_the_opening_until_it_is_reopened(tmp_path) -> None:
    toy = Toy(tmp_path)
    told = []
    for day, items in ((1, ("com.tencent.mm 1",)), (2, ("com.tencent.mm 2",)), (3, ()), (4, None)):
        items = ("com.tencent.mm 4",) if items is None else items
        toy.audit(day, replace(SHOWN, at=day, items=items, person=f"p{day}@jd.com"))
        told.append((violation(toy).version, violation(toy).proof.path, violation(toy).person_id))
    assert told == [
        ("1", "day-1.csv", "p1@jd.com"),
        ("1", "day-1.csv", "p1@jd.com"),
        ("1", "day-1.csv", "p1@jd.com"),
        ("4", "day-4.csv", "p1@jd.com"),
    ]


HANDED_OVER = {
    "the same holder": (("p@jd.com", "p@jd.com"), 15, ["1 opened report"]),
    "a new holder": (
        ("p@jd.com", "q@jd.com"), 16, ["1 opened report", "2 reassigned report"],
    ),
    "and back": (
        ("p@jd.com", "q@jd.com", "p@jd.com"), 17,
        ["1 opened report", "2 reassigned report", "3 reassigned report"],
    ),
    "a report that names nobody": (("p@jd.com", None), 15, ["1 opened report"]),
    "and one that names the old holder again": (
        ("p@jd.com", None, "p@jd.com"), 15, ["1 opened report"],
    ),
    "somebody where nobody was known": ((None, "p@jd.com"), 15, ["1 opened report"]),
    "another one after that": (
        (None, "p@jd.com", "q@jd.com"), 17, ["1 opened report", "3 reassigned report"],
    ),
}  # fmt: skip


@pytest.mark.wide
@pytest.mark.parametrize("name", HANDED_OVER)
def test_a_new_holder_has_a_due_date_of_their_own(name: str, tmp_path) -> None:
    holders, due, expected = HANDED_OVER[name]
    toy = Toy(tmp_path)
    for day, person in enumerate(holders, 1):
        toy.audit(day, replace(SHOWN, at=day, person=person), rules=Rules(grace_days=14))
    assert violation(toy).due == day_of(due)
    assert violation(toy).person_id == holders[0]
    assert toy.events() == expected


def test_a_deadline_is_a_deadline_for_a_new_holder_too(tmp_path) -> None:
    toy = Toy(tmp_path)
    for day, person in ((1, "p@jd.com"), (2, "q@jd.com")):
        toy.audit(day, replace(SHOWN, at=day, person=person), rules=Rules(deadline=9))
    assert violation(toy).due == day_of(9)


def test_what_comes_back_at_a_new_holder_is_not_due_at_once(tmp_path) -> None:
    toy = Toy(tmp_path)
    for day, report in ((1, SHOWN), (2, CLEAN), (3, SHOWN)):
        person = "p@jd.com" if day == 1 else "q@jd.com"
        toy.audit(day, replace(report, at=day, person=person), rules=Rules(grace_days=14))
    assert violation(toy).due == day_of(17)


def test_what_each_opening_was_proven_by_is_kept(tmp_path) -> None:
    toy = Toy(tmp_path)
    for day, version in ((1, "1"), (2, None), (3, "3"), (4, None), (5, "5")):
        items = (f"com.tencent.mm {version}",) if version else ()
        rules = Rules(control="no-weixin", formerly=("no-wechat",)) if day == 5 else None
        toy.audit(day, replace(SHOWN, at=day, items=items), rules=rules)
    kept = toy.rows(
        "SELECT e.number, i.version, r.path, e.record FROM episode AS e"
        " JOIN item AS i ON i.id = e.item_id JOIN report AS r ON r.id = e.report_id"
        " JOIN violation AS v ON v.fingerprint = e.fingerprint ORDER BY 1"
    )
    assert kept == [(0, "1", "day-1.csv", 1), (1, "3", "day-3.csv", 1)]
    assert violation(toy).version == "5"


def test_last_seen_follows_the_device_and_stops_with_the_last_report_that_showed_it(
    tmp_path,
) -> None:
    toy = Toy(tmp_path)
    told = []
    for day, report in ((1, SHOWN), (5, SHOWN), (7, CLEAN), (9, CLEAN)):
        toy.audit(day, replace(report, at=day))
        told.append(violation(toy).last_seen)
    assert told == [day_of(1), day_of(5), day_of(5), day_of(5)]


def test_without_a_store_every_violation_is_new(tmp_path) -> None:
    con = open_session()
    lay_out_reports(con, (SHOWN,), 3)
    create_tables(con)
    identify(con)
    hold(con, day_of(3))
    judge(con, [Known("d1", SHOWN, 3)], 3, Rules(grace_days=1))
    compute_lives(con, basis(3, Rules()))
    life = con.execute("SELECT change, cause, first_seen, last_seen, due, in_grace FROM life")
    assert life.fetchall() == [("opened", "report", naive(3), naive(3), naive(4), True)]
    assert con.execute("FROM closing").fetchall() == []


def violation(toy: Toy) -> Violation:
    with toy.store.reading() as connection:
        (only,) = list_violations(connection, Filter(status=None))
    return only


def assert_sound(toy: Toy) -> None:
    """The state of every violation follows from its events, and every pointer points somewhere."""
    states = {"opened": "open", "reopened": "open", "closed": "closed"}
    for fingerprint, status, reopened in toy.rows(
        "SELECT fingerprint, status, reopened FROM violation"
    ):
        kinds = [
            kind
            for (kind,) in toy.rows(
                f"SELECT kind FROM event WHERE fingerprint = '{fingerprint}' ORDER BY id"
            )
        ]
        last = [states[kind] for kind in kinds if kind in states]
        assert not last or last[-1] == status
        assert kinds.count("reopened") == reopened or "renamed" in kinds
    if toy.store.is_sqlite:  # PostgreSQL has checked them by itself
        assert toy.rows("PRAGMA foreign_key_check") == []
