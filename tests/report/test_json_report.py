"""The JSON report: described by its schema, streamed, the same bytes for the same content."""

from __future__ import annotations

import io
import json
from importlib.resources import files

import jsonschema
import pytest
from held_content import HOSTILE, SMALL, HeldContent, hostile

from policycheck.model import Reason, Severity, Tally
from policycheck.report import json_report, ndjson, rows
from policycheck.report.content import json_name

SCHEMA = json.loads((files("policycheck.report") / "audit.schema.json").read_text("utf-8"))
TOP = [
    "schema_version", "policycheck", "as_of", "inputs", "policies", "tallies", "findings",
    "waivers",
    "conflicts", "rejected",
]  # fmt: skip
LINES = {
    "input": rows.InputLine,
    "tally": Tally,
    "finding": rows.Finding,
    "evidence": rows.Evidence,
    "conflict": rows.Conflict,
    "rejection": rows.Rejection,
}


def written(content: HeldContent) -> str:
    stream = io.StringIO()
    json_report.write(content, stream)
    return stream.getvalue()


@pytest.mark.parametrize("fleet", [SMALL, HeldContent(), hostile()], ids=["small", "empty", "bad"])
def test_what_is_written_fits_the_schema(fleet: HeldContent) -> None:
    document = json.loads(written(fleet))
    jsonschema.validate(document, SCHEMA, jsonschema.Draft202012Validator)
    assert list(document) == TOP


def test_the_schema_refuses_what_it_does_not_name() -> None:
    document = json.loads(written(SMALL))
    document["findings"][0]["colour"] = "red"
    with pytest.raises(jsonschema.ValidationError, match="colour"):
        jsonschema.validate(document, SCHEMA)


@pytest.mark.parametrize("name", LINES)
def test_schema_and_lines_name_the_same_fields_in_the_same_order(name: str) -> None:
    fields = [json_name(field) for field in LINES[name]._fields]
    assert list(SCHEMA["$defs"][name]["properties"]) == fields
    assert SCHEMA["$defs"][name]["required"] == fields


def test_the_schema_knows_every_reason_and_severity() -> None:
    assert SCHEMA["$defs"]["reason"]["enum"] == [reason.value for reason in Reason]
    assert SCHEMA["$defs"]["severity"]["enum"] == [severity.value for severity in Severity]
    assert SCHEMA["properties"]["schema_version"]["const"] == json_report.SCHEMA_VERSION


def test_values_come_back_as_they_were() -> None:
    document = json.loads(written(SMALL))
    first, second, *_ = document["findings"]
    assert (first["device_name"], first["name"]) == ("张伟的手机", "微信")
    assert first["first_seen"] == "2026-11-01T07:00:00Z"
    assert first["evidence"]["record"] == 17
    assert (second["in_grace"], second["stale"], second["waived"]) == (True, True, True)
    assert (first["in_grace"], first["stale"], first["waived"]) == (False, False, False)
    assert document["findings"][3]["evidence"]["missing"] == ["person.type"]
    assert document["tallies"][0]["pass"] == 3
    assert document["tallies"][0]["coverage"] == 0.75
    assert document["rejected"][0]["record"] is None


def test_hostile_texts_are_inert_and_not_lost() -> None:
    text = written(hostile())
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "<script" not in text
    names = [finding["name"] for finding in json.loads(text)["findings"]]
    assert names == list(HOSTILE)


def test_json_lines_are_the_parts_of_the_document() -> None:
    stream = io.StringIO()
    ndjson.write(SMALL, stream)
    first, *lines = map(json.loads, stream.getvalue().splitlines())
    document = json.loads(written(SMALL))
    assert first == {"type": "audit"} | {name: document[name] for name in TOP[:3]}
    singular = {"inputs": "input", "policies": "policy", "tallies": "tally",
                "findings": "finding", "waivers": "waiver", "conflicts": "conflict",
                "rejected": "rejection"}  # fmt: skip
    told = [{"type": singular[name]} | line for name in TOP[3:] for line in document[name]]
    assert lines == told


def test_the_same_content_gives_the_same_bytes() -> None:
    assert written(SMALL) == written(SMALL)


def test_numbers_and_truth_values_are_not_mixed_up() -> None:
    stream = io.StringIO()
    rows = [(1, True, 1.0, "1", None), (True, 1, 0, (), {"b": 2, "a": 1})]
    json_report.write_list(stream, ("a", "b", "c", "d", "e"), rows)
    first, second = json.loads(stream.getvalue())
    assert [type(value) for value in first.values()] == [int, bool, float, str, type(None)]
    assert [type(value) for value in second.values()] == [bool, int, int, list, dict]
    assert list(second["e"].items()) == [("b", 2), ("a", 1)]


def test_a_list_without_rows_is_a_list() -> None:
    stream = io.StringIO()
    json_report.write_list(stream, ("a",), [])
    assert json.loads(stream.getvalue()) == []
