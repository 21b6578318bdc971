"""SARIF 2.1.0 (OASIS), for code scanning and for the viewers of security findings.

A control is a rule, a finding a result. A violation is of kind `fail`, with a level by its
severity; what is not known is `open`, SARIF's word for too little information. A waiver is an
external suppression. Records that could not be used are notifications of the invocation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import TextIO
from urllib.parse import quote

from policycheck import __version__
from policycheck.report.content import Content
from policycheck.report.forms import PLAIN, Look
from policycheck.report.json_report import encode_document, format_time, tally_document, write_array
from policycheck.report.rows import ControlLine, Finding, PolicyLine, WaiverLine
from policycheck.report.words import device_of, sentence_of, standing_of

TITLE = "SARIF 2.1.0, for code scanning"
SUFFIX = ".sarif"
ENCODING = "utf-8"
NEEDS: tuple[str, ...] = ()
SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS: Mapping[str, str] = MappingProxyType(
    {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
)
_SCORES: Mapping[str, str] = MappingProxyType(
    {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "0.5"}
)
"""By which GitHub sorts (`security-severity`): its own bounds are 9, 7 and 4."""
_FINGERPRINT = "policycheck/v1"
_CHUNK = 10_000
Document = dict[str, object]


def write(content: Content, stream: TextIO, look: Look = PLAIN) -> None:
    """Write one run with its rules, artifacts and results."""
    lines = [(policy, control) for policy in content.policies for control in policy.controls]
    driver = {
        "name": "policycheck",
        "version": __version__,
        "rules": [_rule(policy, control) for policy, control in lines],
    }
    stream.write(f'{{"$schema": "{SCHEMA}",\n"version": "2.1.0",\n"runs": [{{\n')
    stream.write(f'"tool": {encode_document({"driver": driver})},\n')
    stream.write(f'"properties": {encode_document(_sums(content))}')
    write_array(stream, "artifacts", [list(map(encode_document, _artifacts(content)))])
    numbers = {(policy.policy, control.control): n for n, (policy, control) in enumerate(lines)}
    result = _results(content, numbers)
    chunks = ([encode_document(result(line)) for line in chunk] for chunk in content.findings())
    write_array(stream, "results", chunks)
    stream.write(',\n"invocations": [{"executionSuccessful": true')
    write_array(stream, "toolExecutionNotifications", _notifications(content))
    stream.write("}]\n}]}\n")


def rule_id(policy: str, control: str) -> str:
    """Name a control among all policies: `jd-business-im/only-yixin`."""
    return f"{policy}/{control}"


def _rule(policy: PolicyLine, control: ControlLine) -> Document:
    rule: Document = {
        "id": rule_id(policy.policy, control.control),
        "shortDescription": {"text": f"{policy.title} ({policy.issuer})"},
        "fullDescription": {"text": control.clause or policy.title},
        "defaultConfiguration": {"level": _level(control.severity, control.obligation)},
        "properties": {
            "severity": control.severity,
            "obligation": control.obligation,
            "policy_sha256": policy.sha256,
            "security-severity": _SCORES.get(control.severity, "0.5"),
            "tags": ["security", "compliance"],
        },
    }
    if control.remediation:
        rule["help"] = {"text": control.remediation}
    return rule


def _level(severity: str, obligation: str) -> str:
    return "note" if obligation == "should" else LEVELS.get(severity, "warning")


def _sums(content: Content) -> Document:
    tallies = [tally_document(tally) for tally in content.tallies]
    return {
        "as_of": format_time(content.as_of),
        "judged": content.judged,
        "tallies": tallies,
        **({"selection": content.selection} if content.selection else {}),
        "digests": dict(content.digests),
    }


def _artifacts(content: Content) -> Iterator[Document]:
    for line in content.inputs:
        yield {
            "location": {"uri": _uri(line.path)},
            "hashes": {"sha-256": line.sha256},
            "properties": {
                "format": line.format,
                "devices": line.devices,
                "items": line.items,
                "rejected": line.rejected,
            },
        }


@lru_cache(maxsize=1024)
def _uri(path: str) -> str:
    return quote(path, errors="backslashreplace")


def _results(
    content: Content, numbers: Mapping[tuple[str, str], int]
) -> Callable[[Finding], Document]:
    """Return what makes a result of a finding."""
    from policycheck.policy.fields import fill  # not for --help: it reads policies
    from policycheck.report.violations import placeholders

    places = {line.path: place for place, line in enumerate(content.inputs)}
    waivers = {line.waiver: line for line in content.waivers}
    remedies = {
        (policy.policy, control.control): control.remediation
        for policy in content.policies
        for control in policy.controls
    }

    def result(finding: Finding) -> Document:
        control = (finding.policy, finding.control)
        violated = finding.verdict == "violation"
        told = f"{sentence_of(finding)}."
        if violated and remedies.get(control):
            told = f"{told} {fill(remedies[control], placeholders(finding))}"
        document: Document = {
            "ruleId": rule_id(*control),
            "kind": "fail" if violated else "open",
            "level": _level(finding.severity, finding.obligation) if violated else "none",
            "message": {"text": told},
            "locations": [_location(finding, places)],
            "partialFingerprints": {_FINGERPRINT: finding.fingerprint},
            "suppressions": _suppressions(finding, waivers),
            "properties": _properties(finding),
        }
        if control in numbers:
            document["ruleIndex"] = numbers[control]
        if finding.first_seen is not None:
            first = {"firstDetectionTimeUtc": format_time(finding.first_seen)}
            document["provenance"] = first
        return document

    return result


def _location(finding: Finding, places: Mapping[str, int]) -> Document:
    """Say on what device it is and, where that is known, by which file."""
    location: Document = {}
    if finding.device_name or finding.device_id:
        device = {"name": device_of(finding), "kind": "resource"}
        if finding.device_id:
            device["fullyQualifiedName"] = finding.device_id
        location["logicalLocations"] = [device]
    path = finding.evidence.path
    if path:
        file: Document = {"uri": _uri(path)}
        if path in places:
            file["index"] = places[path]
        location["physicalLocation"] = {"artifactLocation": file}
    return location


def _suppressions(finding: Finding, waivers: Mapping[str, WaiverLine]) -> list[Document]:
    """Return what suppresses a result; an empty list says that nothing does."""
    if not finding.waived:
        return []
    line = waivers.get(finding.waiver or "")
    told = finding.waiver or "a waiver"
    if line:
        told = (
            f"{line.waiver}: {line.reason} Approved by {line.approved_by} ({line.ticket}),"
            f" until {line.expires}."
        )
    return [{"kind": "external", "status": "accepted", "justification": told}]


def _properties(finding: Finding) -> Document:
    """Return what SARIF has no place for."""
    evidence = finding.evidence
    told: Document = {
        "standing": standing_of(finding),
        "severity": finding.severity,
        "obligation": finding.obligation,
        "reasons": finding.reasons,
        "person_id": finding.person_id,
        "platform": finding.platform,
        "subject": finding.subject,
        "app_id": finding.app_id,
        "identifier": finding.identifier,
        "version": finding.version,
        "confidence": finding.confidence,
        "due": finding.due and format_time(finding.due),
        "stale": finding.stale,
        "report_sha256": evidence.report,
        "record": evidence.record,
        "missing": evidence.missing,
    }
    return {name: value for name, value in told.items() if value not in (None, ())}


def _notifications(content: Content) -> Iterator[Sequence[str]]:
    lines: Iterable[Document] = (
        {
            "level": "warning",
            "message": {"text": line.reason},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(line.path)}}}],
            "properties": {"record": line.record},
        }
        for line in content.rejected()
    )
    encoded = map(encode_document, lines)
    while chunk := list(islice(encoded, _CHUNK)):
        yield chunk
