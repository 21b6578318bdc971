"""OCSF 1.5 Compliance Findings (class 2003), for security lakes and for SIEM systems.

A JSON array with an event for each finding. A violation has failed, a `should` is a warning, what
is not known is unknown; a waived one is suppressed. OCSF knows no sums: passes are not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TextIO

from policycheck import __version__
from policycheck.report.content import Content
from policycheck.report.forms import PLAIN, Look
from policycheck.report.json_report import encode_document, format_time
from policycheck.report.rows import ControlLine, Finding, PolicyLine
from policycheck.report.words import item_of, sentence_of, standing_of

TITLE = "OCSF Compliance Findings, for SIEM systems"
SUFFIX = ".ocsf.json"
ENCODING = "utf-8"
NEEDS: tuple[str, ...] = ()
VERSION = "1.5.0"
_SEVERITIES: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "critical": (5, "Critical"),
        "high": (4, "High"),
        "medium": (3, "Medium"),
        "low": (2, "Low"),
        "info": (1, "Informational"),
    }
)
_COMPLIANCE: Mapping[str, tuple[int, str]] = MappingProxyType(
    {"unknown": (0, "Unknown"), "advice": (2, "Warning")}
)
"""What is neither has failed."""
_FAIL = (3, "Fail")
_NEW, _SUPPRESSED = (1, "New"), (3, "Suppressed")
Document = dict[str, object]
Control = tuple[PolicyLine, ControlLine]


def write(content: Content, stream: TextIO, look: Look = PLAIN) -> None:
    """Write an array with one event a line."""
    controls = {
        (policy.policy, control.control): (policy, control)
        for policy in content.policies
        for control in policy.controls
    }
    event = _events(content)
    separator = "["
    for chunk in content.findings():
        lines = [
            encode_document(event(line, controls.get((line.policy, line.control))))
            for line in chunk
        ]
        if lines:
            stream.write(f"{separator}\n")
            stream.write(",\n".join(lines))
            separator = ","
    stream.write("[]\n" if separator == "[" else "\n]\n")


def _events(content: Content) -> Callable[[Finding, Control | None], Document]:
    """Return what makes an event of a finding and its control."""
    from policycheck.policy.fields import fill  # not for --help: it reads policies
    from policycheck.report.violations import placeholders

    product = {"name": "policycheck", "vendor_name": "policycheck", "version": __version__}
    metadata: Document = {"product": product, "version": VERSION}
    if chain := content.digests.get("chain"):
        metadata["correlation_uid"] = chain
    if content.selection:
        metadata["labels"] = [f"selection: {content.selection}"]
    constant: Document = {
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "category_uid": 2,
        "category_name": "Findings",
        "activity_id": 1,
        "activity_name": "Create",
        "type_uid": 200301,
        "type_name": "Compliance Finding: Create",
        "time": _milliseconds(content.as_of),
        "metadata": metadata,
    }

    def event(finding: Finding, control: Control | None) -> Document:
        severity_id, severity = _SEVERITIES.get(finding.severity, (99, finding.severity))
        status_id, status = _SUPPRESSED if finding.waived else _NEW
        document: Document = {
            **constant,
            "severity_id": severity_id,
            "severity": severity,
            "status_id": status_id,
            "status": status,
            "message": sentence_of(finding),
            "finding_info": _finding_info(finding),
            "compliance": _compliance(finding, control),
            "resources": _resources(finding),
            "evidences": [_evidence(finding)],
            "unmapped": _unmapped(finding),
        }
        if control and control[1].remediation and finding.verdict == "violation":
            told = fill(control[1].remediation, placeholders(finding))
            document["remediation"] = {"desc": told}
        return document

    return event


def _milliseconds(moment: datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)


def _finding_info(finding: Finding) -> Document:
    what = item_of(finding)
    told: Document = {
        "uid": finding.fingerprint,
        "title": finding.control if what == "-" else f"{finding.control}: {what}",
        "types": [finding.verdict],
    }
    if finding.first_seen is not None:
        told["first_seen_time"] = _milliseconds(finding.first_seen)
    if finding.last_seen is not None:
        told["last_seen_time"] = _milliseconds(finding.last_seen)
    return told


def _compliance(finding: Finding, control: Control | None) -> Document:
    status_id, status = _COMPLIANCE.get(standing_of(finding), _FAIL)
    if finding.obligation == "should" and finding.verdict == "violation":
        status_id, status = _COMPLIANCE["advice"]
    told: Document = {
        "control": finding.control,
        "standards": [finding.policy],
        "status_id": status_id,
        "status": status,
        "status_details": list(finding.reasons),
    }
    if control and control[1].clause:
        told["requirements"] = [control[1].clause]
    return told


def _resources(finding: Finding) -> list[Document]:
    """Return the device, and who has it; else the person alone, else nothing."""
    person = finding.person_id and {"uid": finding.person_id}
    if finding.device_id or finding.device_name:
        device = {
            "type": "device",
            "uid": finding.device_id,
            "name": finding.device_name or finding.device_id,
            "owner": person,
            "labels": [f"platform: {finding.platform}"] if finding.platform else None,
        }
        return [{name: value for name, value in device.items() if value}]
    return [{"type": "person", "uid": finding.person_id, "owner": person}] if person else []


def _evidence(finding: Finding) -> Document:
    """Return where it can be looked up; `uid` is the file's SHA-256."""
    evidence = finding.evidence
    told: Document = {}
    if evidence.report:
        told["uid"] = evidence.report
    if evidence.path:
        told["name"] = evidence.path
    made = evidence.reported_at and format_time(evidence.reported_at)
    data = {"source": evidence.source, "record": evidence.record, "reported_at": made}
    told["data"] = {**data, "missing": list(evidence.missing)}
    return told


def _unmapped(finding: Finding) -> Document:
    """Return what OCSF has no place for."""
    told = {
        "standing": standing_of(finding),
        "obligation": finding.obligation,
        "subject": finding.subject,
        "app_id": finding.app_id,
        "identifier": finding.identifier,
        "version": finding.version,
        "basis": finding.basis,
        "confidence": finding.confidence,
        "due": finding.due and format_time(finding.due),
        "waiver": finding.waiver,
    }
    kept: Document = {name: value for name, value in told.items() if value}
    return {**kept, "in_grace": finding.in_grace, "stale": finding.stale}
