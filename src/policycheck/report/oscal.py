"""OSCAL assessment results (NIST), for those who collect evidence of controls.

Each finding of ours is an observation of a device, an inventory item; each control is an OSCAL
finding, satisfied or not, with its sums. Policies and files that were read are resources.
Ids follow from what they name: the same content gives the same document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TextIO

from policycheck import __version__
from policycheck.model import Tally
from policycheck.report.content import Content
from policycheck.report.forms import PLAIN, Look
from policycheck.report.json_report import (
    Encoder,
    encode_document,
    encode_text,
    format_time,
    tally_document,
    write_array,
)
from policycheck.report.markdown import escape
from policycheck.report.oscal_values import Document, Properties, identify, properties
from policycheck.report.rows import Finding
from policycheck.report.words import device_of, sentence_of, standing_of, sums
from policycheck.text import visible

TITLE = "OSCAL assessment results, for evidence of controls"
SUFFIX = ".oscal.json"
ENCODING = "utf-8"
NEEDS: tuple[str, ...] = ()
VERSION = "1.1.3"
Device = tuple[str, str]
"""A device's id, and how people know it."""


_PLATFORM = {"uuid": identify("platform", "policycheck"), "title": "policycheck"}


def write(content: Content, stream: TextIO, look: Look = PLAIN) -> None:
    """Write one result; observations are streamed, devices and ids of observations are kept."""
    moment = format_time(content.as_of)
    told = "/".join([moment, *(policy.sha256 for policy in content.policies)])
    metadata = {
        "title": "Compliance of devices and apps",
        "last-modified": moment,
        "version": moment,
        "oscal-version": VERSION,
        "props": properties({"policycheck": __version__}),
    }
    head = {
        "uuid": identify("results", told),
        "metadata": metadata,
        "import-ap": {"href": f"#{identify('plan', told)}"},
        "back-matter": {"resources": list(_resources(content, identify("plan", told)))},
    }
    stream.write(f'{{"assessment-results": {encode_document(head)[:-1]},\n"results": [')
    stream.write(encode_document(_result(content, moment, told))[:-1])
    seen = _Seen({line.sha256 for line in content.inputs})
    _write_some(stream, "observations", _observations(content, seen, moment))
    if seen.devices:
        stream.write(',\n"local-definitions": {"assessment-assets": {"assessment-platforms": [')
        stream.write(f"{encode_document(_PLATFORM)}]}}")
        write_array(stream, "inventory-items", [list(map(encode_document, _items(seen.devices)))])
        stream.write("}")
    findings = (encode_document(_finding(tally, seen)) for tally in content.tallies)
    _write_some(stream, "findings", ([line] for line in findings))
    stream.write("}]}}\n")


class _Seen:
    """What the observations name, and what names them."""

    def __init__(self, files: set[str]) -> None:
        """Begin with nothing but the digests of the files that are resources."""
        self.files = files
        self.encode = Encoder()
        self.properties = Properties()
        self.devices: dict[str, Device] = {}
        self.observations: defaultdict[tuple[str, str], list[str]] = defaultdict(list)


def _write_some(stream: TextIO, name: str, chunks: Iterator[Sequence[str]]) -> None:
    """Write a list unless it is empty: OSCAL has no empty ones."""
    first = next((chunk for chunk in chunks if chunk), None)
    if first is not None:
        write_array(stream, name, _again(first, chunks))


def _again(first: Sequence[str], rest: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield first
    yield from rest


def _control_id(policy: str, control: str) -> str:
    """Name a control by an OSCAL token, which begins with no digit."""
    name = f"{policy}.{control}"
    return f"_{name}" if name[:1].isdigit() else name


def _resources(content: Content, plan: str) -> Iterator[Document]:
    """Yield what was read: the policies, of which the first stands for the plan, and the files."""
    policies = ", ".join(policy.policy for policy in content.policies) or "none"
    yield {"uuid": plan, "title": "Policies", "description": f"Judged by: {policies}"}
    for policy in content.policies:
        yield {
            "uuid": identify("policy", policy.sha256),
            "title": visible(policy.title).strip(),
            "props": properties({"policy": policy.policy, "sha256": policy.sha256}),
        }
    for line in content.inputs:
        counts = {"devices": line.devices, "items": line.items, "rejected": line.rejected}
        yield {
            "uuid": _file_id(line.sha256),
            "title": visible(line.path).strip() or "-",
            "props": properties({"format": line.format, "sha256": line.sha256, **counts}),
        }


@lru_cache
def _file_id(sha256: str) -> str:
    return identify("file", sha256)


def _result(content: Content, moment: str, told: str) -> Document:
    ids = [
        {"control-id": _control_id(policy.policy, control.control)}
        for policy in content.policies
        for control in policy.controls
    ]
    selection: Document = {"include-controls": ids} if ids else {"include-all": {}}
    digests = {f"digest-{name}": digest for name, digest in content.digests.items()}
    return {
        "uuid": identify("result", told),
        "title": f"As of {moment}",
        "description": "What inventory reports prove, and what they leave unknown.",
        "start": moment,
        "props": properties({"judged": content.judged, "selection": content.selection, **digests}),
        "reviewed-controls": {"control-selections": [selection]},
    }


def _observations(content: Content, seen: _Seen, moment: str) -> Iterator[list[str]]:
    for chunk in content.findings():
        yield [_observation(finding, seen, moment) for finding in chunk]


def _observation(finding: Finding, seen: _Seen, moment: str) -> str:
    """Encode a finding. By hand: a fleet has a hundred thousand, which differ in few values."""
    number = identify("finding", finding.fingerprint)
    seen.observations[finding.policy, finding.control].append(number)
    at = finding.evidence.reported_at
    props = ", ".join(filter(None, map(seen.properties.__getitem__, _details(finding))))
    return (
        f'{{"uuid": "{number}", "description": {encode_text(escape(sentence_of(finding)))},'
        f' "props": [{props}], "methods": ["EXAMINE"], "types": ["finding"],'
        f' "collected": {seen.encode[at or moment]}'
        f"{_subject(finding, seen)}{_evidence(finding, seen)}}}"
    )


def _subject(finding: Finding, seen: _Seen) -> str:
    """Encode which device a finding is about, and note the device."""
    if not (finding.device_id or finding.device_name):
        return ""
    device = identify("device", finding.device_id or device_of(finding))
    seen.devices.setdefault(device, (finding.device_id or "-", device_of(finding)))
    return f', "subjects": [{{"subject-uuid": "{device}", "type": "inventory-item"}}]'


def _evidence(finding: Finding, seen: _Seen) -> str:
    """Encode which record of which file shows a finding."""
    evidence = finding.evidence
    if evidence.report is None:
        return ""
    record = f"record {evidence.record}" if evidence.record else "the whole file"
    known = evidence.report in seen.files
    where = f'"href": "#{_file_id(evidence.report)}", ' if known else ""
    return f', "relevant-evidence": [{{{where}"description": "{record}"}}]'


def _details(finding: Finding) -> Iterator[tuple[str, str | datetime | None]]:
    """Yield a finding's properties; those without a value are none."""
    yield "standing", standing_of(finding)
    yield "severity", finding.severity
    yield "fingerprint", finding.fingerprint
    yield "subject", finding.subject
    yield "app", finding.app_id
    yield "identifier", finding.identifier
    yield "name", finding.name
    yield "version", finding.version
    yield "confidence", finding.confidence
    yield "person", finding.person_id
    yield "reasons", " ".join(finding.reasons)
    yield "missing", " ".join(finding.evidence.missing)
    yield "first-seen", finding.first_seen
    yield "due", finding.due
    yield "waiver", finding.waiver
    yield "evidence-sha256", finding.evidence.report


def _items(devices: Mapping[str, Device]) -> Iterator[Document]:
    for number, (device_id, name) in devices.items():
        known = properties({"device-id": device_id, "name": name})
        yield {"uuid": number, "description": escape(name).strip() or "-", "props": known}


def _finding(tally: Tally, seen: _Seen) -> Document:
    """Say of a control whether it is satisfied; one about which all is unknown is not."""
    fulfilled = not (tally.violation or tally.unknown or tally.advice)
    reason = "fail" if tally.violation else "pass" if fulfilled else "other"
    told = tally_document(tally)
    reasons = {f"unknown-{name}": n for name, n in sorted(tally.unknown_reasons.items())}
    del told["unknown_reasons"]
    counts = {name.replace("_", "-"): value for name, value in told.items()}
    control = _control_id(tally.policy, tally.control)
    document: Document = {
        "uuid": identify("control", control),
        "title": control,
        "description": escape("; ".join(sums(tally))),
        "props": properties({**counts, **reasons}),
        "target": {
            "type": "objective-id",
            "target-id": control,
            "status": {"state": "satisfied" if fulfilled else "not-satisfied", "reason": reason},
        },
    }
    if numbers := seen.observations.get((tally.policy, tally.control)):
        document["related-observations"] = [{"observation-uuid": each} for each in numbers]
    return document
