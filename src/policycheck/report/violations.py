"""Stored violations in the words of the reports: as rows of a list, and as a story."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from policycheck.policy.fields import fill
from policycheck.report.content import in_english
from policycheck.report.json_report import format_time
from policycheck.report.rows import Evidence, Finding
from policycheck.report.words import device_of, item_of, words_of

if TYPE_CHECKING:
    from policycheck.policy.model import Control, Policy
    from policycheck.report.pseudonyms import Pseudonyms
    from policycheck.store.episodes import Episode
    from policycheck.store.story import Story
    from policycheck.store.violations import Violation

COLUMNS = (*Finding._fields[:-1], "evidence", "status", "cause", "reopened")
"""Those of a finding, and three of its life."""
_ID = 10
"""Digits of a fingerprint that tell 150,000 violations apart, nearly always."""
_DIGEST = 12
_MOST_FILES = 3


def finding_of(violation: Violation, at: datetime, stale_after: timedelta | None) -> Finding:
    """Turn a stored violation into a finding as of an aware moment."""
    proof = violation.proof
    return Finding(
        fingerprint=violation.fingerprint,
        policy=violation.policy,
        control=violation.control,
        severity=violation.severity,
        obligation=violation.obligation,
        verdict="violation",
        reasons=(),
        device_id=violation.device_id,
        device_name=violation.device_name,
        person_id=violation.person_id,
        platform=violation.platform,
        subject=violation.subject,
        app_id=violation.app_id,
        identifier=violation.identifier,
        name=violation.name,
        version=violation.version,
        basis=violation.basis,
        confidence=violation.confidence,
        first_seen=violation.first_seen,
        last_seen=violation.last_seen,
        due=violation.due,
        in_grace=violation.in_grace(at),
        stale=_is_stale(violation, at, stale_after),
        waived=violation.is_waived(at),
        waiver=violation.waiver,
        evidence=Evidence(
            proof.report, proof.path, proof.source, proof.record, proof.reported_at, ()
        ),
    )


def _is_stale(violation: Violation, at: datetime, stale_after: timedelta | None) -> bool:
    if stale_after is None or violation.aged_from is None:
        return False
    return at - violation.aged_from > stale_after


def row_of(
    violation: Violation, finding: Finding, *, names: Pseudonyms | None = None
) -> tuple[object, ...]:
    """Return a violation's values for `COLUMNS`; the evidence is a map. names: instead of real."""
    if names is not None:
        finding = names.finding(finding)
    evidence = finding.evidence._asdict()
    life = (violation.status, violation.cause, violation.reopened)
    return (*finding[:-1], evidence, *life)


HEADS = ("violation", "severity", "device", "person", "what", "since", "status")


def cells_of(violation: Violation, finding: Finding) -> tuple[str, ...]:
    """Return a violation's cells for `HEADS`, for a table that people read."""
    status = violation.cause or violation.status
    if finding.waived:
        status = f"waived ({finding.waiver})"
    elif finding.in_grace:
        status = "in grace"
    elif violation.reopened and violation.status == "open":
        status = "reopened"
    return (
        violation.fingerprint[:_ID],
        violation.severity,
        device_of(finding),
        violation.person_id or "-",
        item_of(finding),
        _day(violation.first_seen),
        status,
    )


def tell(story: Story, finding: Finding, policies: Mapping[str, Policy]) -> Iterator[str]:
    """Tell the whole story of a violation, a line each."""
    violation = story.violation
    policy = policies.get(violation.policy)
    control = _control(policy, violation.control)
    yield f"violation {violation.fingerprint}"
    yield f"  {_state(violation, finding)}"
    yield f"  policy: {violation.policy}{_title(policy)}"
    yield f"  control: {violation.control} ({violation.severity}, {violation.obligation})"
    if control is not None:
        yield f'  clause: "{in_english(control.clause)}"'
    yield f"  device: {_device(finding)}"
    yield f"  person: {violation.person_id or 'not known'}"
    yield f"  what: {_what(finding)}"
    yield f"  evidence: {_evidence(finding.evidence)}"
    for episode in story.episodes:
        what = " ".join(filter(None, (episode.name or episode.identifier, episode.version)))
        shown = f"{what} in " if what else ""
        yield f"  evidence of opening {episode.number + 1}: {shown}{_evidence(episode)}"
    if violation.last_seen is not None:
        yield f"  last seen: {_time(violation.last_seen)}"
    if control is not None and control.remediation:
        yield f"  remedy: {_remedy(control, finding)}"
    yield "  events:"
    for event in story.events:
        run = story.runs.get(event.run_id) if event.run_id is not None else None
        told = f"run {run.id}{_files(story, run.id)}" if run else "by hand"
        detail = f" ({event.detail})" if event.detail else ""
        yield f"    {_time(event.at)}  {event.kind}{detail}, because of: {event.cause}; {told}"


def story_of(story: Story, finding: Finding) -> dict[str, object]:
    """Return the story as one map: the violation as in lists, and its events."""
    events = [
        {
            "at": event.at,
            "kind": event.kind,
            "cause": event.cause,
            "detail": event.detail,
            "run": event.run_id,
            "files": [file._asdict() for file in story.files.get(event.run_id or 0, ())],
        }
        for event in story.events
    ]
    episodes = [episode._asdict() for episode in story.episodes]
    row = zip(COLUMNS, row_of(story.violation, finding), strict=True)
    return {**dict(row), "episodes": episodes, "events": events}


def _files(story: Story, run_id: int) -> str:
    """Name the files that a run read: in one of them stands what the event is about."""
    files = story.files.get(run_id, ())
    if not files:
        return " of what was stored"
    told = [f"{file.path} (SHA-256 {file.sha256[:_DIGEST]})" for file in files[:_MOST_FILES]]
    if len(files) > _MOST_FILES:
        told.append(f"{len(files) - _MOST_FILES:,} more files")
    return f" of {', '.join(told)}"


def _state(violation: Violation, finding: Finding) -> str:
    parts = [f"{violation.status}, first seen {_time(violation.first_seen)}"]
    if violation.status == "closed" and violation.closed_at is not None:
        opened, closed = _time(violation.first_seen), _time(violation.closed_at)
        parts = [f"closed on {closed}: {violation.cause}; first seen {opened}"]
    parts.append(f"due {_time(violation.due)}{' (in grace)' if finding.in_grace else ''}")
    if violation.waived_until is not None:
        until = _time(violation.waived_until)
        told = f"waived until {until}" if finding.waived else f"its waiver lapsed on {until}"
        parts.append(f"{told} ({violation.waiver})")
    parts.append(_reopenings(violation.reopened))
    return ", ".join(parts)


def _reopenings(count: int) -> str:
    return {0: "never reopened", 1: "reopened once"}.get(count, f"reopened {count:,} times")


def _control(policy: Policy | None, control_id: str) -> Control | None:
    controls = policy.controls if policy else ()
    return next((control for control in controls if control.id == control_id), None)


def _title(policy: Policy | None) -> str:
    return f" ({in_english(policy.title)})" if policy else " (no such policy is here any more)"


def _device(finding: Finding) -> str:
    parts = (finding.device_id, finding.platform)
    told = ", ".join(part for part in parts if part and part != device_of(finding))
    return f"{device_of(finding)} ({told})" if told else device_of(finding)


def _what(finding: Finding) -> str:
    parts = [item_of(finding)]
    if finding.identifier:
        parts.append(finding.identifier)
    if finding.version:
        parts.append(f"version {finding.version}")
    if finding.confidence:
        parts.append(f"recognised by its {words_of(finding.basis)} ({finding.confidence})")
    return ", ".join(parts)


def _evidence(proof: Evidence | Episode) -> str:
    """Say where what was found can be looked up."""
    if proof.report is None:
        return "no report"
    where = f"{proof.path or 'a report'}, record {proof.record or '-'}"
    made = _time(proof.reported_at) if proof.reported_at else "at a time that it does not tell"
    return f"{where}, by {proof.source}, made {made}; SHA-256 {proof.report}"


def _remedy(control: Control, finding: Finding) -> str:
    return fill(in_english(control.remediation), placeholders(finding))


def placeholders(finding: Finding) -> dict[str, str | None]:
    """Return what a remediation may name (`policy.fields.PLACEHOLDERS`)."""
    return {
        "item.name": finding.name or finding.app_id or finding.subject,
        "item.identifier": finding.identifier,
        "item.version": finding.version,
        "app.app_id": finding.app_id,
        "device.name": finding.device_name,
        "device.device_id": finding.device_id,
        "device.platform": finding.platform,
        "person.person_id": finding.person_id,
        "policy": finding.policy,
        "control": finding.control,
    }


def _day(moment: datetime) -> str:
    return format_time(moment)[:10]


def _time(moment: datetime) -> str:
    """Format a time for people, to the minute, in UTC."""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
