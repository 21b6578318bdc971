"""The sentences of an explanation: why a verdict is what it is, and what would make it a pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from policycheck.catalogue.catalogue import Catalogue
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


@dataclass(frozen=True)
class Judged:
    """What the engine answers for a control and a device, and what that hangs on."""

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


def say_why(
    policy: Policy, control: Control, row: Judged, facts: Facts, findings: Sequence[Finding]
) -> Iterator[str]:
    """Say why a control has its verdict, in sentences."""
    if row.verdict == "not_applicable":
        yield _why_not_applicable(policy, control, row, facts)
    elif row.verdict == "pass":
        yield from _why_pass(control)
    elif row.verdict == "violation":
        yield from _why_violation(control, row, findings)
    else:
        yield from (REASONS[reason].why for reason in row.reasons)
        if row.missing:
            yield f"What no report and no people file says: {', '.join(row.missing)}."
    if row.person_verdict not in (None, row.verdict):
        yield f"It counts for the person, whose devices together come to: {row.person_verdict}."


def _why_not_applicable(policy: Policy, control: Control, row: Judged, facts: Facts) -> str:
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


def _why_pass(control: Control) -> Iterator[str]:
    if isinstance(control.demand, Require):
        yield "What it requires is there, as a fresh report shows."
    else:
        yield "A fresh report lists all such items, and nothing that it forbids is among them."


def _why_violation(control: Control, row: Judged, findings: Sequence[Finding]) -> Iterator[str]:
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


def say_clients(findings: Sequence[Finding], catalogue: Catalogue) -> Iterator[str]:
    """Say which apps are meant because they are clients of another one."""
    for app_id in dict.fromkeys(f.app_id for f in findings if f.app_id in catalogue.apps):
        app = catalogue.apps[str(app_id)]
        if app.client_of:
            yield f"{app.app_id} is a client of {', '.join(app.client_of)}."


def say_waivers(findings: Sequence[Finding], waivers: Mapping[str, WaiverLine]) -> Iterator[str]:
    """Say which waivers are about it, who approved them, and until when they hold."""
    for waiver in dict.fromkeys(finding.waiver for finding in findings):
        if line := waivers.get(waiver or ""):
            holds = "lapsed on" if line.state == "lapsed" else "covers it until"
            yield (
                f"The waiver {line.waiver}, approved by {line.approved_by}, {holds}"
                f" {line.expires}: {line.reason}"
            )


def say_remedies(control: Control, row: Judged, findings: Sequence[Finding]) -> Iterator[str]:
    """Say what would make it pass."""
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
