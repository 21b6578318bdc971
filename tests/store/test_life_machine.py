"""A store and a model of it are driven together; after each step they agree (design section 10).

python tests/store/test_life_machine.py RUNS STEPS      as many as you like
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from life_model import APPS, Model
from toy import Toy
from toy_judge import EPOCH, Report, Rules, day

from policycheck.store.retention import remove_closed
from policycheck.store.violations import Filter, list_violations

DEVICES = ("d1", "d2", "d3")
INSTALLS = [(word, app) for word in DEVICES for app in APPS.values()]
AGES = (0, 0, 0.25, 1, 2, 35)
FIRST = Rules(forbid=("wechat",), grace_days=3)
reports = st.builds(
    lambda device, source, items, lists, age, person: Report(
        items=tuple(sorted(items)),
        at=-age,
        device=device,
        source=source,
        lists=lists,
        serial=f"S-{device}",
        person=person,
    ),
    device=st.sampled_from(DEVICES),
    source=st.sampled_from(["agent", "intune"]),
    items=st.sets(st.sampled_from([*APPS.values(), "com.example.notes"])),
    lists=st.sampled_from(["all", "all", "all", "managed", None]),
    age=st.sampled_from(AGES),
    person=st.sampled_from(["p@jd.com", "p@jd.com", "q@jd.com", None]),
)


class LifeMachine(RuleBasedStateMachine):
    """Reports in any order, repeated, late, from two sources; edits of all that judges them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.toy, self.model = Toy(Path(self.folder.name)), Model()
        self.now, self.edits, self.rules = 50.0, 0, FIRST
        self.given: list[tuple[Report, ...]] = []
        self.seen: dict[float, dict[object, object]] = {}

    @rule(given=st.lists(reports, min_size=1, max_size=4), later=st.sampled_from([0, 0.5, 1, 3]))
    def audit(self, given: list[Report], later: float) -> None:
        self.now += later
        self.given.append(tuple(replace(each, at=self.now + each.at) for each in given))
        self._audit(self.given[-1])

    @rule(rid=st.sets(st.sampled_from(INSTALLS), min_size=2))
    def sweep(self, rid: set[tuple[str, str]]) -> None:
        """Every device shows every app, and then is rid of some: of most that is stored, maybe."""
        for gone in (set(), rid):
            self.now += 0.5
            shown = {
                word: tuple(
                    app for each, app in INSTALLS if each == word and (word, app) not in gone
                )
                for word in DEVICES
            }
            self.given.append(tuple(_report(*each, self.now) for each in shown.items()))
            self._audit(self.given[-1])

    @rule(which=st.integers(0, 99))
    def audit_again(self, which: int) -> None:
        """An old file is given once more, whatever came since."""
        if self.given:
            self.now += 0.5
            self._audit(self.given[which % len(self.given)])

    @rule()
    def audit_all(self) -> None:
        self.now += 0.5
        self._audit((), everything=True)

    @rule(
        forbid=st.sampled_from([("wechat",), ("qq",), ("wechat", "qq"), ()]),
        indication=st.sampled_from([False, False, True]),
        grace=st.sampled_from([None, 3, 9]),
    )
    def edit_policy(self, forbid: tuple[str, ...], indication: bool, grace: int | None) -> None:
        self._edit("policy", forbid=forbid, indication=indication, grace_days=grace)

    @rule(knows=st.sampled_from([("wechat", "qq"), ("qq",), ("wechat",)]))
    def edit_catalogue(self, knows: tuple[str, ...]) -> None:
        self._edit("catalogue", knows=knows)

    @rule(scope=st.sampled_from([True, True, False, None]))
    def edit_people(self, scope: bool | None) -> None:
        self._edit("people", scope=scope)

    @rule(days=st.sampled_from([None, 1, 5]))
    def waive(self, days: int | None) -> None:
        until = self.now + (days or 0)
        self.rules = replace(self.rules, waived=days and f"w-{until}", waived_until=until)

    @rule(word=st.sampled_from(DEVICES))
    def retire(self, word: str) -> None:
        self.now += 0.5
        if self.model.retire(self.now, self.model.key_of(word)):
            self.toy.retire(self.now, word)
            self._compare()

    @rule(words=st.permutations(DEVICES))
    def merge(self, words: list[str]) -> None:
        self.now += 0.5
        kept, gone, *_ = map(self.model.key_of, words)
        moved = self.model.merge(kept, gone)
        if moved is None:
            return
        self.toy.merge(self.now, *words[:2])
        for seen in self.seen.values():
            seen |= {(kept, app): seen.pop((gone, app)) for app in moved if (gone, app) in seen}
        self._compare()

    @rule()
    def prune(self) -> None:
        """Of what is closed nothing is kept, nor told of any moment."""
        with self.toy.store.writing() as connection:
            remove_closed(connection, day(self.now + 1))
        kept = {key: life for key, life in self.model.lives.items() if life.status == "open"}
        self.model.lives = kept
        for seen in self.seen.values():
            for key in seen.keys() - kept:
                del seen[key]
        self._compare()

    @rule(which=st.integers(0, 99))
    def look_back(self, which: int) -> None:
        """Events alone tell how it stood at any moment."""
        if self.seen:
            moment = sorted(self.seen)[which % len(self.seen)]
            assert self._stored(moment) == self.seen[moment]

    def _edit(self, what: str, **changes: object) -> None:
        self.edits += 1
        self.rules = replace(self.rules, **{what: f"{what}-{self.edits}", **changes})

    def _audit(self, given: tuple[Report, ...], *, everything: bool = False) -> None:
        rules = self.rules
        if rules.waived and rules.waived_until < self.now:
            rules = replace(rules, waived=None)
        self.toy.audit(self.now, *given, rules=rules, everything=everything)
        self.model.audit(self.now, given, rules, everything=everything)
        self._compare()

    def _compare(self) -> None:
        stored = self._stored(None)
        assert stored == {key: life.state for key, life in self.model.lives.items()}
        self.seen[self.now] = stored

    def _stored(self, moment: float | None) -> dict[object, object]:
        with self.toy.store.reading() as connection:
            wanted = Filter(status=None, at=None if moment is None else day(moment))
            return {
                (v.device_key, v.subject): (
                    v.status, v.cause, _day(v.first_seen), _day(v.due), v.reopened,
                    v.waived_until and _day(v.waived_until),
                )
                for v in list_violations(connection, wanted)
            }  # fmt: skip

    def teardown(self) -> None:
        self.folder.cleanup()


def _report(word: str, items: tuple[str, ...], at: float) -> Report:
    return Report(items=items, at=at, device=word, source="agent", serial=f"S-{word}")


def _day(moment: datetime) -> float:
    return (moment.replace(tzinfo=None) - EPOCH).total_seconds() / 86400 + 1


def run(runs: int, steps: int, *, phases: tuple[Phase, ...] = tuple(Phase)) -> None:
    """Drive a machine; what fails raises AssertionError."""
    chosen = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        phases=[phase for phase in phases if phase is not Phase.explain],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(LifeMachine, settings=chosen)


@pytest.mark.usefixtures("each_store")
def test_store_and_model_agree() -> None:
    run(5, 20)


@pytest.mark.thorough
@pytest.mark.minutes
@pytest.mark.usefixtures("each_store")
def test_store_and_model_agree_for_long() -> None:
    run(100, 30)


if __name__ == "__main__":
    run(*map(int, sys.argv[1:]))
