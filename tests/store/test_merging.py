"""Two devices that an operator says are one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_timeline import standing
from toy import Toy
from toy_judge import Report, Rules, day

from policycheck.problems import PolicycheckError
from policycheck.store.devices import list_devices, read_aliases
from policycheck.store.facts import Facts
from policycheck.store.story import tell_story
from policycheck.store.verification import Inspection
from policycheck.store.violations import Filter, Violation, list_violations

pytestmark = pytest.mark.usefixtures("each_store")

SHOWN = Report()
OTHER = Report(device="d2", source="agent", serial="S2", name="PC")
CLEAN = ()
RULES = Rules(grace_days=5)


def violations(toy: Toy) -> list[Violation]:
    with toy.store.reading() as connection:
        return list(list_violations(connection, Filter(status=None)))


def sources(toy: Toy, key: str) -> tuple[str, ...]:
    with toy.store.reading() as connection:
        return next(list_devices(connection, [key])).sources


def sound(toy: Toy) -> bool:
    with toy.store.reading() as connection:
        faults = Inspection(connection, Facts(toy.folder)).faults()
        return all(fault.startswith("facts ") for fault in faults)  # toys have none


def test_words_facts_and_lives_of_the_other_are_the_kept_one_s(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, OTHER, rules=RULES)
    toy.audit(2, replace(SHOWN, items=CLEAN, at=2), rules=RULES)
    assert toy.merge(3, "d1", "PC") == 1
    with toy.store.reading() as connection:
        kept, gone = list_devices(connection)
        assert read_aliases(connection) == {"d1": ("d1", "d2", "pc", "s2")}
    assert (kept.sources, kept.first_seen, kept.status) == (("agent", "intune"), day(1), "present")
    assert (gone.sources, gone.merged_into, gone.status) == ((), "d1", "merged")
    (only,) = violations(toy)
    assert (only.device_key, only.status, only.first_seen, only.due) == (
        "d1", "open", day(1), day(6),
    )  # fmt: skip
    toy.audit(4, replace(OTHER, at=4), rules=RULES)
    assert violations(toy)[0].fingerprint == only.fingerprint
    toy.audit(5, replace(OTHER, at=5, items=CLEAN), rules=RULES)
    told = [event.split(" ")[:3] for event in toy.events()]
    assert told == [
        ["1", "opened", "report"], ["3", "renamed", "operator"], ["5", "closed", "report"],
    ]  # fmt: skip
    assert sound(toy)


def test_a_word_that_both_have_stays_one(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, replace(SHOWN, name="PC"), replace(SHOWN, device="d2", name="pc"), rules=RULES)
    toy.merge(2, "d1", "d2")
    with toy.store.reading() as connection:
        assert read_aliases(connection) == {"d1": ("d1", "d2", "pc")}


BOTH = {
    "both open, the other one first": (
        (OTHER, 1), (SHOWN, 2), [("open", None, 1, 6, 0), ("closed", "device_merged", 1, 6, 0)],
    ),
    "both open, the kept one first": (
        (SHOWN, 1), (OTHER, 2), [("open", None, 1, 6, 0), ("closed", "device_merged", 2, 7, 0)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOTH)
def test_of_two_lives_one_goes_on(name: str, tmp_path) -> None:
    first, second, expected = BOTH[name]
    toy = Toy(tmp_path)
    for report, on in (first, second):
        toy.audit(on, replace(report, at=on), rules=RULES)
    assert toy.merge(3, "d1", "d2") == 1
    told = [
        (v.status, v.cause, v.first_seen, v.due, v.reopened)
        for v in sorted(violations(toy), key=lambda each: str(each.device_key))
    ]
    assert told == [(s, c, day(since), day(due), n) for s, c, since, due, n in expected]
    assert standing(toy, 3, past=True) == standing(toy, 3, past=False)
    assert sound(toy)


def test_what_is_open_of_the_other_is_open_of_the_kept_one(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, replace(SHOWN, items=("com.tencent.mm 1",)), rules=RULES)
    toy.audit(2, replace(SHOWN, items=CLEAN, at=2), rules=RULES)
    toy.audit(3, replace(OTHER, at=3), rules=RULES)
    seen = standing(toy, 3, past=False)
    toy.merge(4, "d1", "d2")
    kept, gone = sorted(violations(toy), key=lambda each: str(each.device_key))
    assert (kept.status, kept.reopened, kept.first_seen, kept.due) == ("open", 1, day(1), day(8))
    assert (kept.proof.source, kept.version) == ("agent", None)
    assert (gone.status, gone.cause) == ("closed", "device_merged")
    assert standing(toy, 4, past=True) == standing(toy, 4, past=False)
    assert standing(toy, 3, past=True) == seen
    with toy.store.reading() as connection:
        story = tell_story(connection, kept)
    assert [event.kind for event in story.events] == ["opened", "closed", "merged", "reopened"]
    assert sound(toy)


def test_of_one_source_the_newer_report_counts(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN, rules=RULES)
    toy.audit(2, Report(device="d2", at=2, items=CLEAN), rules=RULES)
    toy.merge(3, "d2", "d1")
    toy.audit(4, rules=RULES, everything=True)
    told = [event.split(" ")[:3] for event in toy.events()]
    assert told[-1] == ["4", "closed", "report"]


def test_facts_of_before_it_left_stay_away(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN, replace(OTHER, items=CLEAN), rules=RULES)
    toy.retire(2, "d1")
    toy.merge(3, "d2", "d1")
    with toy.store.reading() as connection:
        assert next(d for d in list_devices(connection, ["d2"])).sources == ("agent",)
    toy.audit(4, rules=RULES, everything=True)
    assert [v.status for v in violations(toy)] == ["closed"]


def test_facts_of_before_it_left_stay_away_though_it_came_back(tmp_path) -> None:
    toy = Toy(tmp_path)
    shown = replace(SHOWN, serial="S1")
    toy.audit(1, shown, replace(OTHER, items=CLEAN), rules=RULES)
    toy.retire(2, "d1")
    toy.audit(3, replace(shown, source="jamf", items=CLEAN, at=3), rules=RULES)
    toy.merge(4, "d2", "d1")
    assert sources(toy, "d2") == ("agent", "jamf")
    toy.audit(5, rules=RULES, everything=True)
    assert [v.status for v in violations(toy)] == ["closed"]


def test_what_had_left_is_there_as_the_other_one_is(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN, OTHER, rules=RULES)
    toy.retire(2, "d1")
    toy.merge(3, "d1", "d2")
    with toy.store.reading() as connection:
        (kept,) = list_devices(connection, ["d1"])
    assert (kept.status, kept.left_at, kept.sources) == ("present", None, ("agent",))
    toy.audit(4, rules=RULES, everything=True)
    told = [event.split(" ")[:3] for event in toy.events()]
    assert told[-2:] == [["3", "closed", "operator"], ["3", "reopened", "operator"]]


LEFT = {
    "after both were last reported": (2, None),
    "before the other one was reported": (4, 2),
}


@pytest.mark.parametrize("name", LEFT)
def test_it_left_when_all_that_counts_is_later(name: str, tmp_path) -> None:
    reported, left = LEFT[name]
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN, OTHER, rules=RULES)
    toy.retire(3, "d1")
    toy.audit(5, replace(OTHER, at=reported), rules=RULES)
    toy.merge(6, "d1", "d2")
    with toy.store.reading() as connection:
        (kept,) = list_devices(connection, ["d1"])
    assert (kept.status, kept.left_at) == ("present", left and day(3))


def test_two_that_left_are_one_that_left_when_the_later_one_did(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN, OTHER, rules=RULES)
    toy.retire(3, "d1")
    toy.retire(2, "d2")
    toy.merge(4, "d2", "d1")
    with toy.store.reading() as connection:
        (kept,) = list_devices(connection, ["d2"])
    assert (kept.status, kept.left_at, kept.sources) == ("left", day(3), ())


def test_a_due_date_goes_with_whose_it_is(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, replace(OTHER, person="p@jd.com"), rules=RULES)
    toy.audit(3, replace(SHOWN, at=3, person="q@jd.com"), rules=RULES)
    toy.merge(4, "d1", "d2")
    toy.audit(5, replace(OTHER, at=5, person="p@jd.com"), rules=RULES)
    kept = next(v for v in violations(toy) if v.status == "open")
    assert (kept.first_seen, kept.due) == (day(1), day(6))


def test_what_the_other_one_s_reports_show_is_news(tmp_path) -> None:
    toy, rules = Toy(tmp_path), Rules(require="wechat")
    toy.audit(1, SHOWN, replace(OTHER, items=CLEAN), rules=rules)
    toy.merge(2, "d1", "d2")
    toy.audit(3, rules=rules, everything=True)
    assert toy.events()[-1] == "3 closed report resolved"
    seen = toy.events()
    toy.audit(5, rules=rules, everything=True)
    assert toy.events() == seen


@pytest.mark.parametrize("kept", ["d1", "d2"])
def test_what_either_was_not_judged_by_is_news(kept: str, tmp_path) -> None:
    toy, edited = Toy(tmp_path), Rules(policy="p2", forbid=())
    toy.audit(1, SHOWN, replace(OTHER, items=CLEAN))
    toy.audit(2, replace(OTHER, at=2, items=CLEAN), rules=edited)
    toy.merge(3, kept, "d2" if kept == "d1" else "d1")
    toy.audit(4, rules=edited, everything=True)
    assert toy.events()[-1] == "4 closed policy policy_changed"


def test_one_device_is_not_merged_with_itself(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, OTHER)
    with pytest.raises(PolicycheckError) as raised:
        toy.merge(2, "d2", "PC")
    assert [problem.message for problem in raised.value.problems] == ["both are device d2"]
