"""OSCAL: compliance-trestle reads it, its references hold, and it says what the content says."""

from __future__ import annotations

import io
import json

import pytest
from held_content import HOSTILE, POLICY, SMALL, TALLY, HeldContent, hostile, unknown
from pydantic import ValidationError
from trestle.oscal.assessment_results import Model

from policycheck.report import oscal
from policycheck.text import visible

CLEAN = HeldContent(
    policies=(POLICY,), tallies=(TALLY._replace(violation=0, advice=0, unknown=0, pass_=8),)
)
NOBODY = unknown("needs_attestation", device_id=None, device_name=None, person_id=None)


def written(content: HeldContent) -> dict:
    stream = io.StringIO()
    oscal.write(content, stream)
    return json.loads(stream.getvalue())


def result_of(content: HeldContent) -> dict:
    (result,) = written(content)["assessment-results"]["results"]
    return result


@pytest.mark.parametrize(
    "fleet",
    [SMALL, HeldContent(), CLEAN, hostile(), HeldContent(lines=[NOBODY])],
    ids=["small", "empty", "clean", "bad", "issuer"],
)
def test_trestle_reads_what_is_written(fleet: HeldContent) -> None:
    read = Model.model_validate(written(fleet))
    assert len(read.assessment_results.results[0].observations or ()) == len(fleet.lines)


def test_trestle_notices_what_is_wrong() -> None:
    document = written(SMALL)
    document["assessment-results"]["results"][0]["colour"] = "red"
    with pytest.raises(ValidationError):
        Model.model_validate(document)


def test_every_reference_leads_somewhere() -> None:
    document = written(SMALL)["assessment-results"]
    (result,) = document["results"]
    resources = {f"#{each['uuid']}" for each in document["back-matter"]["resources"]}
    items = {each["uuid"] for each in result["local-definitions"]["inventory-items"]}
    assert document["import-ap"]["href"] in resources
    for observation in result["observations"]:
        assert {each["subject-uuid"] for each in observation["subjects"]} <= items
        assert {each["href"] for each in observation["relevant-evidence"]} <= resources
    (finding,) = result["findings"]
    related = [each["observation-uuid"] for each in finding["related-observations"]]
    assert related == [each["uuid"] for each in result["observations"]]


def test_a_file_of_an_earlier_audit_is_named_by_its_digest_alone() -> None:
    result = result_of(HeldContent(lines=SMALL.lines))
    (evidence,) = result["observations"][0]["relevant-evidence"]
    assert evidence == {"description": "record 17"}
    names = {each["name"]: each["value"] for each in result["observations"][0]["props"]}
    assert names["evidence-sha256"] == SMALL.inputs[0].sha256


@pytest.mark.parametrize(("fleet", "state"), [(SMALL, "not-satisfied"), (CLEAN, "satisfied")])
def test_a_control_is_satisfied_only_if_all_in_scope_pass(fleet: HeldContent, state: str) -> None:
    (finding,) = result_of(fleet)["findings"]
    assert finding["target"]["status"]["state"] == state
    counts = {each["name"]: each["value"] for each in finding["props"]}
    assert int(counts["in-scope"]) == 8
    assert int(counts["pass"]) == fleet.tallies[0].pass_


def test_hostile_names_are_shown_and_are_no_markdown() -> None:
    for observation, text in zip(result_of(hostile())["observations"], HOSTILE, strict=True):
        names = {each["name"]: each["value"] for each in observation["props"]}
        assert names["name"] == visible(text)
        assert "<script" not in observation["description"].replace("\\<script", "")
