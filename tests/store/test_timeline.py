"""What was open at a moment of the past, and what changed between two: from events alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from toy import Toy
from toy_judge import Report, Rules, day

from policycheck.store.retention import remove_closed
from policycheck.store.timeline import Standing, count_standing, read_changes
from policycheck.store.violations import Filter, Violation, list_violations

pytestmark = pytest.mark.usefixtures("each_store")

SHOWN = Report(person="p@jd.com")
CLEAN = replace(SHOWN, items=())
OLD = ("no-wechat",)

HISTORY = [
    (1, (SHOWN, replace(SHOWN, device="d2")), Rules(grace_days=5)),
    (2, (replace(SHOWN, at=2, person="q@jd.com"),), Rules(grace_days=5)),
    (3, (replace(CLEAN, at=3, person="q@jd.com"),), Rules(grace_days=5)),
    (4, (replace(SHOWN, at=4, items=("com.tencent.mm 9",)),), Rules(grace_days=5)),
    (5, (replace(SHOWN, at=5),), Rules(grace_days=5, waived="w-1", waived_until=6)),
    (8, (replace(SHOWN, at=8),), Rules(grace_days=5)),
    (9, (replace(SHOWN, at=9),), Rules(policy="p2", control="no-weixin", formerly=OLD)),
    (10, (replace(SHOWN, at=10),), Rules(policy="p3", control="no-wechat")),
    (11, (replace(CLEAN, at=11),), Rules(policy="p3", control="no-wechat")),
]


def standing(toy: Toy, moment: float, *, past: bool) -> list[tuple[object, ...]]:
    """Tell the violations as they stand, or as events say that they stood."""
    with toy.store.reading() as connection:
        wanted = Filter(status=None, at=day(moment) if past else None)
        return sorted(told(each, moment) for each in list_violations(connection, wanted))


def told(v: Violation, moment: float) -> tuple[object, ...]:
    at = day(moment)
    return (
        v.device_key, v.status, v.cause, v.closed_at, v.first_seen, v.due, v.reopened,
        v.in_grace(at), v.is_waived(at), v.waiver, v.version, v.proof,
    )  # fmt: skip


def test_every_moment_is_told_later_as_it_was_seen_then(tmp_path) -> None:
    toy = Toy(tmp_path)
    seen = {}
    for moment, reports, rules in HISTORY:
        toy.audit(moment, *reports, rules=rules)
        seen[moment] = standing(toy, moment, past=False)
    assert len({str(state) for state in seen.values()}) == len(HISTORY)
    assert {moment: standing(toy, moment, past=True) for moment in seen} == seen


def test_before_the_first_event_nothing_was_open(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(2, SHOWN)
    assert standing(toy, 1.9, past=True) == []


def test_when_it_was_last_seen_events_do_not_tell(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(2, SHOWN)
    with toy.store.reading() as connection:
        (then,) = list_violations(connection, Filter(at=day(3)))
    assert (then.last_seen, then.aged_from) == (None, None)


def test_a_name_that_is_used_again_is_another_violation(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN)
    toy.audit(2, SHOWN, rules=Rules(policy="p2", control="no-weixin", formerly=OLD))
    toy.audit(3, SHOWN, rules=Rules(policy="p3"))  # the first control is back: a new violation
    with toy.store.reading() as connection:
        then = {
            moment: [(v.control, v.status) for v in list_violations(connection, wanted)]
            for moment in (1, 2, 3)
            for wanted in [Filter(status=None, at=day(moment))]
        }
    assert then == {
        1: [("no-weixin", "open")],
        2: [("no-weixin", "open")],
        3: [("no-wechat", "open"), ("no-weixin", "closed")],
    }


def test_of_a_life_that_was_pruned_nothing_is_told(tmp_path) -> None:
    toy = Toy(tmp_path)
    for moment, report in enumerate((SHOWN, CLEAN, SHOWN, CLEAN), start=1):
        toy.audit(moment, replace(report, at=moment))
    with toy.store.writing() as connection:
        assert remove_closed(connection, day(5))[0] == 1
    toy.audit(6, replace(SHOWN, at=6))
    assert standing(toy, 6, past=True) == standing(toy, 6, past=False)
    assert standing(toy, 3, past=True) == []
    with toy.store.reading() as connection:
        changes = read_changes(connection, ["memo"], day(6))
    assert [(change.at, change.kind) for change in changes] == [(day(6), "opened")]


def test_of_a_life_that_was_pruned_under_a_later_name_nothing_is_told(tmp_path) -> None:
    toy = Toy(tmp_path)
    second = Rules(policy="p2", control="no-weixin", formerly=OLD)
    third = Rules(policy="p3", control="no-wx", formerly=("no-weixin",))
    toy.audit(1, SHOWN)
    for moment, report in ((2, SHOWN), (3, CLEAN)):
        toy.audit(moment, replace(report, at=moment), rules=second)
    with toy.store.writing() as connection:
        assert remove_closed(connection, day(4))[0] == 1
    for moment, rules in ((5, second), (6, third)):  # another life under the second name, renamed
        toy.audit(moment, replace(SHOWN, at=moment), rules=rules)
        assert [standing(toy, past, past=True) for past in (1, 2, 3)] == [[], [], []]
        assert standing(toy, moment, past=True) == standing(toy, moment, past=False) != []
    assert len(standing(toy, 5, past=True)) == 1


STANDING = {
    1: [Standing("memo", "no-wechat", 2, 0, 2, 0)],
    3: [Standing("memo", "no-wechat", 1, 0, 1, 0)],
    5: [Standing("memo", "no-wechat", 2, 1, 1, 0)],
    7: [Standing("memo", "no-wechat", 2, 0, 1, 1)],
}


@pytest.mark.parametrize("moment", STANDING)
def test_how_the_open_ones_stood(moment: int, tmp_path) -> None:
    toy = Toy(tmp_path)
    for on, reports, rules in HISTORY[:6]:
        toy.audit(on, *reports, rules=rules)
    with toy.store.reading() as connection:
        assert list(count_standing(connection, ["memo"], day(moment))) == STANDING[moment]
        assert count_standing(connection, ["other"], day(moment)) == ()


def test_what_changed_counts_each_event_once(tmp_path) -> None:
    toy = Toy(tmp_path)
    for on, reports, rules in HISTORY[:6]:
        toy.audit(on, *reports, rules=rules)
    with toy.store.reading() as connection:
        changes = read_changes(connection, ["memo"], day(8))
        assert read_changes(connection, ["memo"], day(0)) == ()
    assert [(c.at, c.kind, c.how, c.violations) for c in changes] == [
        (day(1), "opened", None, 2),
        (day(2), "reassigned", None, 1),
        (day(3), "closed", "resolved", 1),
        (day(4), "reopened", None, 1),
        (day(5), "waived", None, 1),
        (day(8), "waiver_lapsed", None, 1),
    ]
