"""Why a device has the verdict that it has: asked of a session in which it was just judged.

Nothing is judged here. The words are made from what the engine left behind: verdicts, reasons,
findings with their evidence, and the values of the columns that a scope asks about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from policycheck.catalogue.catalogue import Catalogue
from policycheck.model import DEVICE_COLUMNS, PERSON_COLUMNS
from policycheck.outcome import Outcome
from policycheck.policy.controls import Require
from policycheck.policy.fields import fill
from policycheck.policy.model import Control, Policy
from policycheck.report.content import in_english
from policycheck.report.reasons import REASONS
from policycheck.report.rows import Finding, WaiverLine
from policycheck.report.violations import placeholders
from policycheck.report.words import item_of, words_of

Facts = Mapping[str, object]
"""Values by column, as policies name it: `device.platform`, `person.type`."""

_REPORTS = """
SELECT r.source, p.path, r.report_sha256, r.record, r.reported_at, r.received_at,
    (SELECT string_agg(l.kind || '=' || coalesce(l.visibility, 'managed'), ', ' ORDER BY l.kind)
        FROM listing AS l WHERE l.report_no = r.report_no)
FROM device_report AS r LEFT JOIN report_path AS p ON p.sha256 = r.report_sha256
WHERE r.device_key = ?
ORDER BY r.source
"""
_VERDICTS = """
SELECT c.policy, c.control, v.verdict, v.excused, v.stale, v.reasons, v.missing, c.in_force,
    s.in_scope, d.form IS NOT DISTINCT FROM 'service' AND NOT c.service_carries, u.verdict
FROM device_verdict AS v
JOIN device AS d ON d.device_no = v.device_no
JOIN control AS c ON c.control_no = v.control_no
JOIN scope AS s ON s.control_no = v.control_no AND s.device_no = v.device_no
LEFT JOIN device_person AS o ON o.device_no = v.device_no AND c.grain = 'person'
LEFT JOIN verdict AS u ON u.control_no = v.control_no AND u.person_no = o.person_no
WHERE d.device_key = ?
ORDER BY c.control_no
"""


@dataclass(frozen=True)
class SourceReport:
    """A report that speaks of the device: the current one of its source. Times are in UTC."""

    source: str
    path: str | None
    sha256: str
    record: int | None
    reported_at: datetime | None
    received_at: datetime
    listing: str | None
    """`app=all, web_app=managed`; null where it lists nothing."""


@dataclass(frozen=True)
class Answer:
    """What a control answers for the device."""

    policy: str
    control: Control
    verdict: str
    """One of the four, or `excused`."""
    why: tuple[str, ...]
    """Sentences."""
    findings: tuple[Finding, ...]
    remedies: tuple[str, ...]
    """Sentences: what would make it pass."""


@dataclass(frozen=True)
class Explanation:
    """A device, its reports, and every answer about it."""

    device_key: str
    facts: Facts
    """The columns that hold a value."""
    reports: tuple[SourceReport, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class _Known:
    """What is known of the device; the catalogue; the waivers by their ids."""

    facts: Facts
    findings: Sequence[Finding]
    catalogue: Catalogue
    waivers: Mapping[str, WaiverLine]


@dataclass(frozen=True)
class _Judged:
    """A row of `_VERDICTS`."""

    policy: str
    control: str
    verdict: str
    excused: bool
    stale: bool
    reasons: Sequence[str]
    missing: Sequence[str]
    in_force: bool
    in_scope: bool | None
    uncarried: bool
    person_verdict: str | None


def explain(
    outcome: Outcome, catalogue: Catalogue, device_key: str, control: str | None = None
) -> Explanation | None:
    """Explain a device that was judged, by all controls or by one (`id` or `policy/id`).

    Returns None where the session does not know the device.
    """
    reports = outcome.con.execute(_REPORTS, [device_key]).fetchall()
    if not reports:
        return None
    facts = _facts(outcome, device_key)
    judged = [_Judged(*row) for row in outcome.con.execute(_VERDICTS, [device_key]).fetchall()]
    mine = (facts.get("device.device_id"), facts.get("device.name"))
    findings = [
        finding
        for finding in chain.from_iterable(outcome.findings())
        if (finding.device_id, finding.device_name) in (mine, (None, None))
    ]
    controls = {(p.policy, c.id): (p, c) for p in outcome.asked for c in p.controls}
    waivers = {line.waiver: line for line in outcome.waivers}
    known = _Known(facts, findings, catalogue, waivers)
    answers = tuple(
        _answer(*controls[row.policy, row.control], row, known)
        for row in judged
        if control in (None, row.control, f"{row.policy}/{row.control}")
    )
    return Explanation(device_key, facts, tuple(SourceReport(*row) for row in reports), answers)


def _facts(outcome: Outcome, device_key: str) -> Facts:
    """Read the device's and its person's columns."""
    devices = ", ".join(f"d.{name}" for name in DEVICE_COLUMNS)
    people = ", ".join(f"p.{name}" for name in PERSON_COLUMNS)
    row = outcome.con.execute(
        f"SELECT {devices}, {people} FROM device AS d"
        " LEFT JOIN judged_person AS p ON p.device_no = d.device_no WHERE d.device_key = ?",
        [device_key],
    ).fetchone()
    names = (
        *(f"device.{name}" for name in DEVICE_COLUMNS),
        *(f"person.{name}" for name in PERSON_COLUMNS),
    )
    values = zip(names, row or [None] * len(names), strict=True)
    return {name: value for name, value in values if value not in (None, {}, [])}


def _answer(policy: Policy, control: Control, row: _Judged, known: _Known) -> Answer:
    mine = tuple(f for f in known.findings if (f.policy, f.control) == (row.policy, row.control))
    return Answer(
        policy=policy.policy,
        control=control,
        verdict="excused" if row.excused else row.verdict,
        why=(
            *_why(policy, control, row, known.facts, mine),
            *_clients(mine, known.catalogue),
            *_waived(mine, known.waivers),
        ),
        findings=mine,
        remedies=tuple(dict.fromkeys(_remedies(control, row, mine))),
    )


def _why(
    policy: Policy, control: Control, row: _Judged, facts: Facts, findings: Sequence[Finding]
) -> Iterator[str]:
    if row.verdict == "not_applicable":
        yield _why_not_applicable(policy, control, row, facts)
    elif row.verdict == "pass":
        yield from _why_pass(control, row)
    elif row.verdict == "violation":
        yield from _why_violation(control, row, findings)
    else:
        yield from (REASONS[reason].why for reason in row.reasons)
        if row.missing:
            yield f"What no report and no people file says: {', '.join(row.missing)}."
    if row.person_verdict not in (None, row.verdict):
        yield f"It counts for the person, whose devices together come to: {row.person_verdict}."


def _why_not_applicable(policy: Policy, control: Control, row: _Judged, facts: Facts) -> str:
    if not row.in_force:
        return f"The control was not in force (the policy is {policy.status})."
    if row.in_scope is False:
        columns = (*policy.applies_to.columns, *(control.applies_to or policy.applies_to).columns)
        told = (f"{name} is {_shown(facts, name)}" for name in dict.fromkeys(columns))
        return f"The policy does not address it: {', '.join(told)}."
    if row.uncarried:
        return "It is a service, which carries payment channels and accounts only."
    return "A standing exception of the policy excuses it."


def _shown(facts: Facts, name: str) -> str:
    value = facts.get(name, "not known")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _why_pass(control: Control, row: _Judged) -> Iterator[str]:
    if isinstance(control.demand, Require):
        yield "What it requires is there, as a fresh report shows."
    else:
        yield "A fresh report lists all such items, and nothing that it forbids is among them."


def _why_violation(control: Control, row: _Judged, findings: Sequence[Finding]) -> Iterator[str]:
    if isinstance(control.demand, Require):
        yield "Nothing of what it requires is there, and a fresh report lists all such items."
    for finding in findings:
        if finding.verdict == "violation" and finding.confidence:
            sure = f"{finding.confidence}, by its {words_of(finding.basis)}"
            yield f"{item_of(finding)} is there, recognised as {finding.app_id} ({sure})."
        elif finding.verdict == "violation" and finding.subject != finding.control:
            yield f"{item_of(finding)} is there, which the control means by name."
    if row.stale:
        yield "The report that shows it is old; age does not weaken what is there."


def _clients(findings: Sequence[Finding], catalogue: Catalogue) -> Iterator[str]:
    """Say which apps are meant because they are clients of another one."""
    for app_id in dict.fromkeys(f.app_id for f in findings if f.app_id in catalogue.apps):
        app = catalogue.apps[str(app_id)]
        if app.client_of:
            yield f"{app.app_id} is a client of {', '.join(app.client_of)}."


def _waived(findings: Sequence[Finding], waivers: Mapping[str, WaiverLine]) -> Iterator[str]:
    """Say which waivers are about it, who approved them, and until when they hold."""
    for waiver in dict.fromkeys(finding.waiver for finding in findings):
        if line := waivers.get(waiver or ""):
            holds = "lapsed on" if line.state == "lapsed" else "covers it until"
            yield (
                f"The waiver {line.waiver}, approved by {line.approved_by}, {holds}"
                f" {line.expires}: {line.reason}"
            )


def _remedies(control: Control, row: _Judged, findings: Sequence[Finding]) -> Iterator[str]:
    if row.verdict == "violation":
        for finding in findings:
            if finding.verdict == "violation":
                text = in_english(control.remediation)
                yield fill(text, placeholders(finding)) if text else _removal(control)
        yield "It closes with the next report from the same source that shows so."
    elif row.verdict == "unknown":
        yield from (REASONS[reason].remedy for reason in row.reasons)


def _removal(control: Control) -> str:
    if isinstance(control.demand, Require):
        return "Install what the control requires."
    return "Remove it."
