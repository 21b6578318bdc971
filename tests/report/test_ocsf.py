"""OCSF: each event fits the definitions of OCSF itself, and says what its finding says."""

from __future__ import annotations

import io
import json
from functools import cache

import jsonschema
import pytest
from held_content import HOSTILE, SMALL, HeldContent, hostile, unknown
from ocsf_json_schema import OcsfJsonSchema, get_ocsf_schema
from referencing import Registry, Resource

from policycheck.report import ocsf

NOBODY = unknown("needs_attestation", device_id=None, device_name=None, person_id=None)


def written(content: HeldContent) -> list[dict]:
    stream = io.StringIO()
    ocsf.write(content, stream)
    return json.loads(stream.getvalue())


@cache
def validator() -> jsonschema.Draft202012Validator:
    schema = OcsfJsonSchema(get_ocsf_schema(version=ocsf.VERSION))

    def retrieve(uri: str) -> Resource:
        return Resource.from_contents(schema.get_schema_from_uri(uri))

    return jsonschema.Draft202012Validator(
        schema.get_class_schema("compliance_finding"), registry=Registry(retrieve=retrieve)
    )


@pytest.mark.parametrize(
    "fleet",
    [SMALL, HeldContent(), hostile(), HeldContent(lines=[NOBODY])],
    ids=["small", "empty", "bad", "issuer"],
)
def test_every_event_fits_the_definitions(fleet: HeldContent) -> None:
    events = written(fleet)
    assert len(events) == len(fleet.lines)
    for event in events:
        validator().validate(event)


def test_the_definitions_notice_what_is_wrong() -> None:
    event, *_ = written(SMALL)
    for wrong in ({"severity_id": "high"}, {"colour": "red"}, {"compliance": {"x": 1}}):
        assert not validator().is_valid(event | wrong)


def test_events_say_how_findings_stand() -> None:
    told = [
        (event["compliance"]["status"], event["status"], event["unmapped"]["standing"])
        for event in written(SMALL)
    ]
    assert told == [
        ("Fail", "New", "overdue"),
        ("Fail", "Suppressed", "waived"),
        ("Warning", "New", "advice"),
        ("Unknown", "New", "unknown"),
        ("Unknown", "New", "unknown"),
    ]


def test_an_event_tells_device_person_evidence_and_remedy() -> None:
    event, *_ = written(SMALL)
    assert event["finding_info"]["uid"] == SMALL.lines[0].fingerprint
    assert event["finding_info"]["first_seen_time"] == 1793516400000
    (device,) = event["resources"]
    assert (device["uid"], device["name"]) == ("d-1", "张伟的手机")
    assert device["owner"] == {"uid": "zhang.wei@jd.example"}
    assert event["evidences"][0]["data"]["record"] == 17
    assert event["remediation"]["desc"] == "Remove 微信 and use Yixin."


def test_names_come_back_as_they_were() -> None:
    assert [event["resources"][0]["name"] for event in written(hostile())] == list(HOSTILE)
