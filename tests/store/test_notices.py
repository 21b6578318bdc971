"""What is to be told: each thing once, whoever looks how often, from any mark on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from toy import Toy
from toy_judge import Report, Rules, day

from policycheck.store.notices import (
    Leads,
    Mark,
    Notice,
    last_mark,
    note_facts,
    read_notices,
    read_standing,
)

pytestmark = pytest.mark.usefixtures("each_store")
SHOWN = Report(person="p@jd.com", name="Till")
CLEAN = replace(SHOWN, items=())
LEADS = Leads(timedelta(days=2), timedelta(days=5), None)
NOTHING = Mark(0, 0)


def look(toy: Toy, on: float, after: Mark = NOTHING, leads: Leads = LEADS) -> list[Notice]:
    with toy.store.writing() as connection:
        note_facts(connection, day(on), leads)
        return list(read_notices(connection, after, day(on)))


def mark(toy: Toy) -> Mark:
    with toy.store.reading() as connection:
        return last_mark(connection)


def standing(toy: Toy, on: float) -> list[str]:
    with toy.store.writing() as connection:
        note_facts(connection, day(on), LEADS)
        return kinds(list(read_standing(connection, day(on))))


def kinds(notices: list[Notice]) -> list[str]:
    return [notice.kind for notice in notices]


def test_a_life_is_told_step_by_step(tmp_path) -> None:
    toy, rules = Toy(tmp_path), Rules(grace_days=10)
    toy.audit(1, SHOWN, rules=rules)
    assert kinds(look(toy, 1)) == ["opened"]
    assert kinds(look(toy, 8.9)) == ["opened"]
    assert kinds(look(toy, 9)) == ["opened", "due_soon"]
    assert kinds(look(toy, 11)) == kinds(look(toy, 12)) == ["opened", "due_soon", "overdue"]
    toy.audit(13, replace(CLEAN, at=13), rules=rules)
    toy.audit(14, replace(SHOWN, at=14), rules=rules)
    told = look(toy, 14)
    assert kinds(told) == ["opened", "resolved", "reopened", "due_soon", "overdue", "overdue"]
    assert len({notice.key for notice in told}) == len(told)


def test_a_notice_says_whom_and_what_it_is_about(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN, rules=Rules(grace_days=10))
    (told,) = look(toy, 1)
    assert told[2:11] == (
        day(1), "memo", "no-wechat", "high", told.fingerprint, "wechat", "COM.TENCENT.MM",
        "d1", "Till",
    )  # fmt: skip
    assert (told.person_id, told.due, told.waiver) == ("p@jd.com", day(11), None)


def test_from_a_mark_on_nothing_is_lost_and_nothing_comes_twice(tmp_path) -> None:
    toy, rules = Toy(tmp_path), Rules(grace_days=3)
    at, got = NOTHING, []
    for on in range(1, 12):
        items = SHOWN.items * (on % 4 != 0)
        toy.audit(on, replace(SHOWN, at=on, items=items), Report(device=f"x{on}"), rules=rules)
        got += look(toy, on, at)
        at = mark(toy)
        assert look(toy, on, at) == []
    assert sorted(n.key for n in got) == sorted(n.key for n in look(toy, 11))
    assert len({n.key for n in got}) == len(got) > 25


def test_what_is_waived_is_not_due_but_its_waiver_lapses(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN, rules=Rules(waived="w-1", waived_until=20))
    first = look(toy, 1)
    assert [(n.kind, n.waiver, n.waived_until) for n in first] == [("opened", "w-1", day(20))]
    assert kinds(look(toy, 14)) == ["opened"]
    assert kinds(look(toy, 15)) == ["opened", "waiver_lapsing"]
    after = look(toy, 20.1)
    assert kinds(after) == ["opened", "waiver_lapsing", "overdue"]
    assert {n.waiver for n in after} == {None}


def test_a_waiver_that_is_prolonged_lapses_anew(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN, rules=Rules(waived="w-1", waived_until=4))
    assert kinds(look(toy, 2)) == ["opened", "waiver_lapsing"]
    toy.audit(3, rules=Rules(waived="w-1", waived_until=20), everything=True)
    assert kinds(look(toy, 16)) == ["opened", "waiver_lapsing", "waiver_lapsing"]


def test_other_ends_are_not_told_as_resolved(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN)
    toy.audit(2, rules=Rules(status="withdrawn", in_force=False), everything=True)
    assert toy.events()[-1] == "2 closed clock withdrawn"
    assert "resolved" not in kinds(look(toy, 2))


def test_what_was_told_before_a_renaming_is_not_told_again(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN)
    assert kinds(look(toy, 1)) == ["opened", "overdue"]
    at = mark(toy)
    new = Rules(control="no-chat", formerly=("no-wechat",), policy="p2")
    toy.audit(2, rules=new, everything=True)
    newest = Rules(control="silence", formerly=("no-wechat", "no-chat"), policy="p3")
    toy.audit(3, rules=newest, everything=True)
    assert look(toy, 3, at) == []
    assert {n.control for n in look(toy, 3)} == {"silence"}


def test_what_happened_under_an_old_name_is_told_under_the_new_one(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN)
    toy.audit(2, rules=Rules(control="b", formerly=("no-wechat",), policy="p2"), everything=True)
    assert {(n.kind, n.control, n.subject) for n in look(toy, 2)} == {
        ("opened", "b", "wechat"), ("overdue", "b", "wechat"),
    }  # fmt: skip


def test_only_what_still_is_so_is_standing(tmp_path) -> None:
    toy, rules = Toy(tmp_path), Rules(grace_days=3)
    toy.audit(1, SHOWN, Report(device="gone"), rules=rules)
    assert standing(toy, 2) == ["opened", "opened", "due_soon", "due_soon"]
    toy.audit(3, replace(CLEAN, at=3), rules=rules)
    toy.audit(4, replace(SHOWN, at=4), Report(device="gone", at=4, items=()), rules=rules)
    assert standing(toy, 5) == ["reopened", "overdue"]


@pytest.mark.parametrize(("options", "fleet"), [({"all": "yes"}, True), ({}, False)])
def test_coverage_is_that_of_the_last_run_over_the_whole_fleet(
    options: dict[str, str], fleet: bool, tmp_path
) -> None:
    toy = Toy(tmp_path)
    leads = LEADS._replace(min_coverage=0.9)
    got = []
    for on, share in enumerate([0.95, 0.8, 0.7, 0.9, 0.5, None], 1):
        run = toy.audit(on, Report(device=f"d{on}", at=on, items=()))
        _write_tally(toy, run, share, options)
        at = mark(toy)
        got += [(on, n.kind, n.share, n.control) for n in look(toy, on, at, leads)]
    assert got == (
        [
            (2, "coverage_low", 0.8, "c"),
            (4, "coverage_back", 0.9, "c"),
            (5, "coverage_low", 0.5, "c"),
        ]
        if fleet
        else []
    )


@pytest.mark.parametrize(("judged", "told"), [(2, ["coverage_low"]), (1, [])])
def test_a_run_of_as_many_devices_as_there_are_is_one_over_the_whole_fleet(
    judged: int, told: list[str], tmp_path
) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, Report(device="d1", items=()), Report(device="d2", items=()))
    toy.audit(1, Report(device="left", items=()), Report(device="merged", items=()))
    toy.retire(2, "left")
    toy.retire(2, "d1")
    toy.merge(3, "d2", "merged")
    run = toy.audit(4, Report(device="d1", at=4, items=()))  # is back
    _write_tally(toy, run, 0.5, {}, devices=judged)
    assert kinds(look(toy, 4, mark(toy), LEADS._replace(min_coverage=0.9))) == told


def _write_tally(
    toy: Toy, run: int, share: float | None, options: dict[str, str], devices: int = 0
) -> None:
    from policycheck.store.tables import RunRow, TallyRow

    row = {
        "run_id": run, "policy": "memo", "control": "c", "grain": "device", "all": devices,
        "not_applicable": 0, "excused": 0, "in_scope": 10, "passed": 0, "violation": 0,
        "advice": 0, "unknown": 0, "unknown_reasons": {}, "stale": 0, "waived": 0,
        "in_grace": 0, "coverage": share,
    }  # fmt: skip
    with toy.store.writing() as connection:
        connection.execute(TallyRow.__table__.insert(), row)
        connection.execute(RunRow.__table__.update().values(options=options))
