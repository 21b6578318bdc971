"""JUnit XML: it fits our schema, and junitparser reads out of it what the content says."""

from __future__ import annotations

import io
from pathlib import Path

import junitparser
import pytest
import xmlschema
from held_content import HOSTILE, POLICY, SMALL, TALLY, HeldContent, hostile

from policycheck.report import junit
from policycheck.text import visible

SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))
CLEAN = HeldContent(
    policies=(POLICY,), tallies=(TALLY._replace(violation=0, advice=0, unknown=0, pass_=8),)
)


def written(content: HeldContent) -> str:
    stream = io.StringIO()
    junit.write(content, stream)
    return stream.getvalue()


def read(content: HeldContent) -> junitparser.JUnitXml:
    return junitparser.JUnitXml.fromstring(written(content).encode())


@pytest.mark.parametrize(
    "fleet", [SMALL, HeldContent(), CLEAN, hostile()], ids=["small", "empty", "clean", "bad"]
)
def test_what_is_written_fits_the_schema(fleet: HeldContent) -> None:
    SCHEMA.validate(written(fleet))


def test_the_schema_notices_what_is_wrong() -> None:
    assert not SCHEMA.is_valid(written(SMALL).replace('failures="1"', 'failures="one"'))


def test_only_what_fails_an_audit_is_a_failure() -> None:
    (suite,) = read(SMALL)
    told = [[type(result).__name__ for result in case.result] for case in suite]
    assert told == [["Failure"], ["Skipped"], ["Skipped"], ["Skipped"], ["Skipped"]]
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (5, 1, 0, 4)
    first, second, third, *_ = (case.result[0].message for case in suite)
    assert first.startswith("overdue: only-yixin: wechat (微信) 8.0.49 on 张伟的手机")
    assert second.startswith("waived: ")
    assert third.startswith("advice: ")
    sums = {each.name: each.value for each in suite.properties()}
    assert (sums["in_scope"], sums["pass"], sums["unknown.stale"]) == ("8", "3", "2")


def test_a_control_without_findings_has_a_case_that_passes() -> None:
    (suite,) = read(CLEAN)
    (case,) = suite
    assert case.is_passed
    assert case.name == "only-yixin: 8 devices in scope, no finding"
    assert (suite.tests, suite.failures, suite.skipped) == (1, 0, 0)


def test_hostile_names_are_shown_and_are_no_markup() -> None:
    (suite,) = read(hostile())
    for case, text in zip(suite, HOSTILE, strict=True):
        assert visible(text) in case.name
        assert visible(text) in case.result[0].message
