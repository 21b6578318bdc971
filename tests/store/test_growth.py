"""Asking a store twice as large costs twice as much, not four times: SQLite counts its steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection
from toy import Toy
from toy_judge import Report, Rules, day

from policycheck.store import devices
from policycheck.store.feed import read_feed
from policycheck.store.history import read_happenings
from policycheck.store.notices import Leads, Mark, note_facts, read_notices, read_standing
from policycheck.store.retention import remove_closed
from policycheck.store.runs import list_runs
from policycheck.store.story import tell_story
from policycheck.store.timeline import count_standing
from policycheck.store.violations import (
    Filter,
    count_violations,
    count_waived,
    find_violation,
    list_violations,
)

FEW, TIMES = 50, 4
LATER = day(9)
LEADS = Leads(timedelta(days=1), timedelta(days=1), 0.9)
ACTS: dict[str, Callable[[Connection], Iterable[object] | None]] = {
    "what happened": lambda c: read_happenings(c, ["memo"], LATER),
    "how it stood": lambda c: count_standing(c, ["memo"], LATER),
    "all events": read_feed,
    "what is new": lambda c: read_notices(c, Mark(0, 0), LATER),
    "what is still to be told": lambda c: read_standing(c, LATER),
    "what is due": lambda c: note_facts(c, LATER, LEADS),
    "violations": lambda c: list_violations(c, Filter()),
    "violations of a day": lambda c: list_violations(c, Filter(at=LATER)),
    "the number of them": lambda c: [count_violations(c, Filter(at=LATER))],
    "waived ones": lambda c: count_waived(c).items(),
    "a violation": lambda c: [tell_story(c, find_violation(c, _fingerprint(c)))],
    "devices": devices.list_devices,
    "all words for them": lambda c: devices.read_aliases(c).items(),
    "a device": lambda c: [devices.find_device(c, "d7")],
    "a person's devices": lambda c: devices.find_devices_of(c, "p7"),
    "runs": list_runs,
    "closed ones, removed": lambda c: [remove_closed(c, LATER)],
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> list[Toy]:
    return [_make_store(tmp_path_factory.mktemp("few"), n) for n in (FEW, FEW * TIMES)]


def _make_store(folder: Path, number: int) -> Toy:
    """All break the rule; half of them are rid of it a day later, and half of those for a day;
    the others go on under another name.
    """
    toy = Toy(folder)
    shown = [Report(device=f"d{n}", serial=f"S-{n}", person=f"p{n}") for n in range(number)]
    toy.audit(1, *shown, rules=Rules(grace_days=5))
    toy.audit(2, *(replace(r, at=2, items=()) for r in shown[::2]), rules=Rules(grace_days=5))
    toy.audit(3, *(replace(r, at=3) for r in shown[::4]), rules=Rules(grace_days=5))
    with toy.store.writing() as connection:
        note_facts(connection, LATER, LEADS)
    renamed = Rules(policy="p2", control="no-weixin", formerly=("no-wechat",), grace_days=5)
    toy.audit(4, *(replace(r, at=4) for r in shown[1::2]), rules=renamed)
    return toy


def _fingerprint(connection: Connection) -> str:
    asked = "SELECT max(fingerprint) FROM violation"
    return str(connection.exec_driver_sql(asked).scalar_one())


@pytest.mark.parametrize("act", ACTS)
def test_four_times_the_store_takes_no_more_than_some_five_times_the_steps(
    stores: list[Toy], act: str
) -> None:
    few, many = (_count_steps(toy, ACTS[act]) for toy in stores)
    assert few > 0
    assert many < 1.4 * TIMES * few, (few, many)


def _count_steps(toy: Toy, act: Callable[[Connection], Iterable[object] | None]) -> int:
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    with toy.store.writing() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_progress_handler(step, 1)
        deque(act(connection) or (), 0)
        driver.set_progress_handler(None, 0)
        connection.rollback()
    return steps
