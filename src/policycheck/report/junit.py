"""JUnit XML, for what shows test results: Jenkins, GitLab, GitHub Actions, Azure DevOps.

A control is a suite, with its sums as properties. Each finding is a case: what fails an audit is a
failure; what is waived, in grace, advice or not known is skipped, and says so. What passes is not
told one by one: a suite without findings has one case that passes.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, groupby
from operator import attrgetter
from typing import TextIO

from policycheck.model import Tally
from policycheck.report.content import Content
from policycheck.report.forms import PLAIN, Look
from policycheck.report.json_report import format_time, tally_document
from policycheck.report.rows import Finding
from policycheck.report.words import device_of, item_of, percent, sentence_of, standing_of, units
from policycheck.text import visible

TITLE = "JUnit XML, for what shows test results"
SUFFIX = ".xml"
ENCODING = "utf-8"
NEEDS: tuple[str, ...] = ()
_NO_CHARACTER = re.compile("[\ufffe\uffff]")
"""What XML forbids, beside what `visible` writes out anyway."""
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def write(content: Content, stream: TextIO, look: Look = PLAIN) -> None:
    """Write a suite for each control. A suite's head counts its cases: they wait in a file."""
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    stream.write('<testsuites name="policycheck">\n')
    moment = format_time(content.as_of).removesuffix("Z")
    remedies = _remedies(content)
    tallies = {(tally.policy, tally.control): tally for tally in content.tallies}
    properties = {f"digest.{name}": digest for name, digest in content.digests.items()}
    if content.selection:
        properties["selection"] = content.selection
    for control, findings in _by_control(content.findings(), [*tallies]):
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as cases:
            counts = _write_cases(cases, findings, remedies.get(control, ""))
            tally = tallies.get(control)
            if not counts.total():
                _write_pass(cases, control, tally)
                counts["pass"] += 1
            stream.write(_head(control, counts, moment))
            stream.writelines(_properties({**_sums(tally), **properties}))
            cases.seek(0)
            shutil.copyfileobj(cases, stream)
        stream.write("</testsuite>\n")
    stream.write("</testsuites>\n")


def _by_control(
    chunks: Iterable[Iterable[Finding]], controls: list[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], Iterable[Finding]]]:
    """Group findings, which come sorted, by their control; then name those without any."""
    key = attrgetter("policy", "control")
    for control, findings in groupby(chain.from_iterable(chunks), key):
        yield control, findings
        if control in controls:
            controls.remove(control)
    for control in controls:
        yield control, ()


def _write_cases(stream: TextIO, findings: Iterable[Finding], remedy: str) -> Counter[str]:
    """Write a case for each finding, and count them by how they stand."""
    from policycheck.policy.fields import fill  # not for --help: it reads policies
    from policycheck.report.violations import placeholders

    counts: Counter[str] = Counter()
    for finding in findings:
        standing = standing_of(finding)
        counts[standing] += 1
        told = fill(remedy, placeholders(finding)) if remedy and standing != "unknown" else ""
        kind = "failure" if standing == "overdue" else "skipped"
        message = f"{standing.replace('_', ' ')}: {sentence_of(finding)}"
        element = f"<{kind}{_type(finding, kind)} message={attribute(message)}"
        body = _text(f"{told}\n{_evidence(finding)}".strip()) if kind == "failure" else ""
        stream.write(
            f"<testcase name={attribute(_name(finding))}"
            f' classname={attribute(f"{finding.policy}.{finding.control}")} time="0">'
            f"{element}>{body}</{kind}></testcase>\n"
        )
    return counts


def _name(finding: Finding) -> str:
    """Name a case so that it is another one for another finding, and the same one tomorrow."""
    what = "" if item_of(finding) == "-" else f"{item_of(finding)} on "
    return f"{what}{device_of(finding)} [{finding.fingerprint[:12]}]"


def _type(finding: Finding, kind: str) -> str:
    return f" type={attribute(finding.severity)}" if kind == "failure" else ""


def _evidence(finding: Finding) -> str:
    evidence = finding.evidence
    if evidence.report is None:
        return "Evidence: none"
    record = "" if evidence.record is None else f", record {evidence.record}"
    return f"Evidence: {evidence.path or evidence.source}{record}, SHA-256 {evidence.report}"


def _write_pass(stream: TextIO, control: tuple[str, str], tally: Tally | None) -> None:
    policy, name = control
    told = "no finding" if tally is None else f"{units(tally.grain, tally.in_scope)} in scope"
    stream.write(
        f"<testcase name={attribute(f'{name}: {told}, no finding')}"
        f' classname={attribute(f"{policy}.{name}")} time="0"/>\n'
    )


def _head(control: tuple[str, str], counts: Counter[str], moment: str) -> str:
    failures = counts["overdue"]
    skipped = counts.total() - failures - counts["pass"]
    return (
        f'<testsuite name={attribute("/".join(control))} tests="{counts.total()}"'
        f' failures="{failures}" errors="0" skipped="{skipped}" time="0" timestamp="{moment}">\n'
    )


def _sums(tally: Tally | None) -> dict[str, object]:
    if tally is None:
        return {}
    told = tally_document(tally) | {"coverage": percent(tally.coverage)}
    del told["unknown_reasons"]
    reasons = sorted(tally.unknown_reasons)
    return told | {f"unknown.{name}": tally.unknown_reasons[name] for name in reasons}


def _properties(values: Mapping[str, object]) -> Iterator[str]:
    yield "<properties>\n"
    for name, value in values.items():
        yield f"<property name={attribute(name)} value={attribute(str(value))}/>\n"
    yield "</properties>\n"


def attribute(text: str) -> str:
    """Return an attribute's value with its quotes: nothing in it is taken for markup."""
    return '"' + _legal(text).translate(_MARKUP).replace('"', "&quot;") + '"'


def _text(text: str) -> str:
    return "\n".join(_legal(line) for line in text.split("\n")).translate(_MARKUP)


def _legal(text: str) -> str:
    """Return a text that XML can hold, on one line."""
    return _NO_CHARACTER.sub(lambda found: f"\\u{ord(found[0]):04x}", visible(text))


def _remedies(content: Content) -> dict[tuple[str, str], str]:
    return {
        (policy.policy, control.control): control.remediation
        for policy in content.policies
        for control in policy.controls
    }
