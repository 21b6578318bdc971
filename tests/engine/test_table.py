"""The table of the design's section 6, asked of the oracle and of the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
import yaml
from adapter import ask_engine

from cases import Case, ask_oracle, told
from kleene import as_list
from oracle import Assessment
from verdict_rows import AS_OF, POLICY_KEYS, ROWS, Row

NUMBERED = [pytest.param(n, row, id=f"{n}: {row.title}") for n, row in enumerate(ROWS)]


def policy_of(row: Row, number: int) -> dict:
    """Make a row's policy, of one control, out of what the row says of them."""
    base = {
        "language": "1",
        "policy": f"row-{number}",
        "title": row.title,
        "issuer": "Somebody",
        "status": "active",
        "applies_to": {},
        "stale_after": "30d",
    }
    policy = base | yaml.load(row.policy, yaml.BaseLoader)
    if policy["stale_after"] == "null":
        del policy["stale_after"]
    control = yaml.load(row.control, yaml.BaseLoader)
    for tree in row.wheres:
        control["forbid"]["where"] = tree
    common = {"id": "c", "clause": row.title, "severity": "high", "obligation": "must"}
    assert set(policy) <= {*base, *POLICY_KEYS, "superseded_by"}
    return policy | {"controls": [common | control]}


def marked(record: dict, number: int, *keys: str) -> dict:
    """Mark keys with the row's number, so that all rows can be judged at once."""
    return record | {key: f"{number}.{record[key]}" for key in keys if record.get(key)}


def case_of(rows: Iterable[tuple[int, Row]]) -> Case:
    """Put rows together: each policy meets the devices of all rows."""
    numbered = list(rows)
    devices = [
        marked(device, n, "device_id")
        | {
            "reports": [
                marked(report, n, "user_id", "serial", "name") for report in device["reports"]
            ]
        }
        for n, row in numbered
        for device in row.devices
    ]
    people = [marked(p, n, "person_id", "email") for n, row in numbered for p in row.people]
    wheres = {text: tree for _, row in numbered for text, tree in row.wheres.items()}
    policies = [policy_of(row, n) for n, row in numbered]
    words = [word_of(row, n, each) for n, row in numbered for each in row.words]
    words = [each | {"attestation": f"word-{n}"} for n, each in enumerate(words)]
    return Case(policies, people, devices, AS_OF, wheres, attestations=words)


def word_of(row: Row, number: int, word: dict) -> dict:
    """Make an attestation of a row's control about the row's own people and devices."""
    base = {"language": "1", "policy": f"row-{number}", "control": "c"}
    about = {
        key: [f"{number}.{each}" for each in as_list(word[key])]
        for key in ("attested_by", "device")
        if key in word
    }
    return base | word | about


def own_answers(assessment: Assessment, number: int) -> Assessment:
    """Leave of an assessment what a row's policy says of the row's own devices and persons."""
    mark = f"{number}."

    def others(word: str) -> bool:
        return bool(re.match(r"[0-9]+[.]", word)) and not word.startswith(mark)

    def own(answers: dict) -> dict:
        return {
            (policy, control, *(word.removeprefix(mark) for word in about)): answer
            for (policy, control, *about), answer in answers.items()
            if policy == f"row-{number}" and not any(map(others, about))
        }

    return replace(assessment, verdicts=own(assessment.verdicts), findings=own(assessment.findings))


@pytest.mark.parametrize(("number", "row"), NUMBERED)
def test_oracle(number: int, row: Row) -> None:
    assessment = own_answers(ask_oracle(case_of([(number, row)])), number)
    assert told(assessment, f"row-{number}", "c") == row.told


@pytest.fixture(scope="module")
def judged() -> Assessment:
    """Judge all rows in one session: each policy meets every device of the table."""
    return ask_engine(case_of(enumerate(ROWS)))


@pytest.mark.parametrize(("number", "row"), NUMBERED)
def test_engine(number: int, row: Row, judged: Assessment) -> None:
    assert told(own_answers(judged, number), f"row-{number}", "c") == row.told


@pytest.mark.thorough
def test_both_agree_on_every_policy_and_every_device(judged: Assessment) -> None:
    assert ask_oracle(case_of(enumerate(ROWS))) == judged
