"""Devices that leave the fleet, and those that come back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from toy import Toy
from toy_judge import Report, Rules, day

from policycheck.problems import PolicycheckError
from policycheck.store.devices import find_device, list_devices
from policycheck.store.facts import Facts
from policycheck.store.verification import Inspection
from policycheck.store.violations import Filter, list_violations

pytestmark = pytest.mark.usefixtures("each_store")

SHOWN = Report(person="p@jd.com")
CLEAN = replace(SHOWN, items=())
RETIRED = ["1 opened report", "2 closed operator device_left"]
RULES = Rules(grace_days=14)

AFTERWARDS = {
    "nothing more": ([], RETIRED),
    "the same file again changes nothing": ([(3, SHOWN)], RETIRED),
    "what was reported before it left does not bring it back": (
        [(3, replace(SHOWN, at=1.5))], RETIRED,
    ),
    "what another system reported before it left does not": (
        [(3, replace(SHOWN, at=1.5, source="agent", serial="S1"))], RETIRED,
    ),
    "a later report that shows it brings the violation back": (
        [(3, replace(SHOWN, at=3))], [*RETIRED, "3 reopened report"],
    ),
    "a later report without it brings only the device back": (
        [(3, replace(CLEAN, at=3))], RETIRED,
    ),
    "a later report of another system brings it back without what was reported before": (
        [(3, replace(CLEAN, at=3, source="agent", serial="S1"))], RETIRED,
    ),
}  # fmt: skip


@pytest.mark.wide
@pytest.mark.parametrize("name", AFTERWARDS)
def test_a_retired_device(name: str, tmp_path) -> None:
    later, expected = AFTERWARDS[name]
    toy = Toy(tmp_path)
    toy.audit(1, replace(SHOWN, serial="S1"), rules=RULES)
    assert toy.retire(2, "s1") == 1
    for on, report in later:
        toy.audit(on, report, rules=RULES)
    toy.audit(9, rules=RULES, everything=True)
    assert toy.events() == expected
    with toy.store.reading() as connection:
        status = find_device(connection, "d1").status
        (life,) = list_violations(connection, Filter(status=None))
        faults = list(Inspection(connection, Facts(tmp_path)).faults())
    assert [fault for fault in faults if not fault.startswith("facts ")] == []  # toys have none
    assert status == ("present" if "brings" in name and "does not" not in name else "left")
    assert (life.first_seen, life.due) == (day(1), day(15))


def test_a_retired_device_is_not_judged_any_more(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN)
    toy.retire(3, "d1")
    toy.audit(4, everything=True)
    assert toy.con.execute("FROM judged").fetchall() == []
    with toy.store.reading() as connection:
        then = [
            len(list(list_violations(connection, Filter(at=day(moment))))) for moment in (2.9, 3)
        ]
    assert then == [1, 0]


def test_other_devices_stay(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN, replace(SHOWN, device="d2"))
    assert toy.retire(2, "d1") == 1
    with toy.store.reading() as connection:
        told = {d.device_key: (d.status, d.left_at) for d in list_devices(connection)}
        (left,) = list_violations(connection, Filter())
    assert told == {"d1": ("left", day(2)), "d2": ("present", None)}
    assert left.device_key == "d2"


def test_what_is_demanded_of_a_person_ends_with_their_last_device(tmp_path) -> None:
    toy = Toy(tmp_path)
    rules = Rules(require="qq", grain="person")
    toy.audit(1, CLEAN, replace(CLEAN, device="d2"), rules=rules)
    assert toy.retire(2, "d1") == 0
    assert toy.retire(3, "d2") == 1
    assert toy.events() == ["1 opened report", "3 closed operator device_left"]


@pytest.mark.parametrize(
    ("on", "word", "message"),
    [
        (5, "d1", "device d1 has left the fleet already"),
        (2, "d2", "device d2 was reported after that"),
        (5, "PC", "2 devices are called 'PC'"),
        (5, "nobody", "no device in the store is called 'nobody'"),
    ],
)
def test_what_cannot_be_retired(on: float, word: str, message: str, tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(3, replace(SHOWN, name="PC"), Report(device="d2", at=3, name="PC"))
    toy.retire(4, "d1")
    with pytest.raises(PolicycheckError) as raised:
        toy.retire(on, word)
    assert [problem.message for problem in raised.value.problems] == [message]


def test_whom_a_complete_fleet_leaves_out_has_left(tmp_path) -> None:
    toy = Toy(tmp_path)
    other = replace(SHOWN, device="d2", person="q@jd.com")
    toy.audit(1, SHOWN, other, rules=RULES)
    toy.audit(2, replace(SHOWN, at=2), rules=RULES)
    assert toy.events()[2:] == []
    toy.audit(3, replace(SHOWN, at=3), rules=RULES, complete=True)
    assert toy.events()[2:] == ["3 closed report device_left"]
    with toy.store.reading() as connection:
        told = {d.device_key: d.status for d in list_devices(connection)}
        gone = next(v for v in list_violations(connection, Filter(status="closed")))
    assert told == {"d1": "present", "d2": "left"}
    assert (gone.device_key, gone.closed_at, gone.last_seen) == ("d2", day(3), day(1))
    toy.audit(4, replace(SHOWN, at=4), rules=RULES, complete=True)
    assert len(toy.events()) == 3
    toy.audit(5, replace(other, at=5), rules=RULES)
    assert toy.events()[3:] == ["5 reopened report"]


def test_a_complete_fleet_of_the_past_says_nothing_of_what_came_later(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(2, replace(SHOWN, at=2))
    toy.audit(4, replace(SHOWN, device="d2", at=4))
    toy.audit(3, replace(SHOWN, device="d3", at=3), complete=True)
    with toy.store.reading() as connection:
        told = {d.device_key: d.status for d in list_devices(connection)}
    assert told == {"d1": "left", "d2": "present", "d3": "present"}


def test_who_has_no_device_in_a_complete_fleet_has_left_too(tmp_path) -> None:
    toy = Toy(tmp_path)
    rules = Rules(require="qq", grain="person")
    toy.audit(1, CLEAN, replace(CLEAN, device="d2", person="q@jd.com"), rules=rules)
    toy.audit(2, replace(CLEAN, at=2), rules=rules, complete=True)
    assert toy.events()[2:] == ["2 closed report device_left"]
