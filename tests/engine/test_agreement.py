"""Engine and oracle agree on every verdict, reason, subject, flag and sum, whatever is drawn.

POLICYCHECK_PAIRS draws more pairs of a policy and an inventory than the usual number.
"""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import pytest
from adapter import ask_engine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import Case, ask_oracle, findings_of, told_unit
from generate import draw_case
from oracle import Assessment
from policycheck.model import Reason
from policycheck.model import Verdict as Name
from smallest import smallest, written

SIDE = 10
"""So many policies meet so many inventories in one session."""
PAIRS = int(os.environ.get("POLICYCHECK_PAIRS", "4000"))
ENOUGH = 200
SESSIONS = -(-PAIRS // SIDE**2)
SHARES = 8
"""The sessions are parted among so many tests, which can run side by side."""
LONG = [pytest.param(share, marks=pytest.mark.thorough) for share in range(2, SHARES)]


def disagreements(case: Case) -> list[str]:
    """Judge twice and compare; empty where all is the same."""
    oracle, engine = ask_oracle(case), ask_engine(case)
    if oracle == engine:
        return []
    answers = [
        (key, answer_of(oracle, key), answer_of(engine, key))
        for key in sorted({*oracle.verdicts, *engine.verdicts})
    ]
    sums = [
        (key, oracle.tallies.get(key), engine.tallies.get(key))
        for key in sorted({*oracle.tallies, *engine.tallies})
    ]
    waived = [
        (key, oracle.waived.get(key), engine.waived.get(key))
        for key in sorted({*oracle.waived, *engine.waived})
    ]
    return [
        f"{' '.join(key)}\n  oracle: {expected}\n  engine: {found}"
        for key, expected, found in answers + sums + waived
        if expected != found
    ] or ["they differ in what is not told here"]


def answer_of(assessment: Assessment, key: tuple[str, str, str]) -> str | None:
    verdict = assessment.verdicts.get(key)
    return None if verdict is None else told_unit(verdict, findings_of(assessment, *key))


@pytest.mark.parametrize("share", [0, 1, *LONG])
def test_many_policies_and_many_inventories(share: int) -> None:
    for seed in range(share, SESSIONS, SHARES):
        case = draw_case(Random(seed), SIDE, SIDE)
        if disagreements(case):
            small = smallest(case, lambda each: bool(disagreements(each)))
            pytest.fail("\n".join([*disagreements(small), written(small)]))


def test_every_verdict_and_reason_is_drawn_often() -> None:
    counts: Counter[str] = Counter()
    for seed in range(SESSIONS):
        assessment = ask_oracle(draw_case(Random(seed), SIDE, SIDE))
        for verdict in assessment.verdicts.values():
            counts.update([verdict.verdict, *verdict.reasons])
            counts["excused"] += verdict.excused
        counts.update(f"waived {holds}" for _, holds in assessment.waived.values())
    names = [*Name, *Reason, "excused"]
    assert {name: counts[name] for name in names if counts[name] < ENOUGH} == {}
    assert min(counts["waived True"], counts["waived False"]) >= ENOUGH // 4


@pytest.mark.thorough
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.randoms(use_true_random=False))
def test_one_policy_and_one_inventory(stream: Random) -> None:
    case = draw_case(stream)
    assert not disagreements(case), written(case)
