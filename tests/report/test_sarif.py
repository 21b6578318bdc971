"""SARIF: it fits OASIS's schema, and says of each finding what the content says."""

from __future__ import annotations

import io
import json

import pytest
from held_content import HOSTILE, SMALL, WAIVER, HeldContent, breach, hostile
from sarif_kit.validate import validation_errors

from policycheck.report import sarif


def written(content: HeldContent) -> dict:
    stream = io.StringIO()
    sarif.write(content, stream)
    return json.loads(stream.getvalue())


@pytest.mark.parametrize("fleet", [SMALL, HeldContent(), hostile()], ids=["small", "empty", "bad"])
def test_what_is_written_fits_the_schema(fleet: HeldContent) -> None:
    assert validation_errors(written(fleet)) == []


def test_the_schema_notices_what_is_wrong() -> None:
    document = written(SMALL)
    document["runs"][0]["results"][0]["level"] = "high"
    assert validation_errors(document) != []


def test_results_say_how_findings_stand() -> None:
    (run,) = written(SMALL)["runs"]
    told = [
        (each["kind"], each["level"], bool(each["suppressions"]), each["properties"]["standing"])
        for each in run["results"]
    ]
    assert told == [
        ("fail", "error", False, "overdue"),
        ("fail", "error", True, "waived"),
        ("fail", "note", False, "advice"),
        ("open", "none", False, "unknown"),
        ("open", "none", False, "unknown"),
    ]
    prints = [each["partialFingerprints"]["policycheck/v1"] for each in run["results"]]
    assert prints == [line.fingerprint for line in SMALL.lines]
    assert WAIVER.reason in run["results"][1]["suppressions"][0]["justification"]


def test_results_point_to_their_rule_and_their_file() -> None:
    (run,) = written(SMALL)["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "jd-business-im/only-yixin"
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert run["artifacts"][place["index"]]["location"]["uri"] == place["uri"]
    assert "Remove 微信 and use Yixin." in run["results"][0]["message"]["text"]


@pytest.mark.parametrize(
    ("severity", "level"),
    [("critical", "error"), ("high", "error"), ("medium", "warning"), ("low", "note"),
     ("info", "note")],
)  # fmt: skip
def test_levels_follow_severities(severity: str, level: str) -> None:
    (run,) = written(HeldContent(lines=[breach(severity=severity)]))["runs"]
    assert run["results"][0]["level"] == level


def test_names_come_back_as_they_were() -> None:
    (run,) = written(hostile())["runs"]
    names = [each["locations"][0]["logicalLocations"][0]["name"] for each in run["results"]]
    assert names == list(HOSTILE)
