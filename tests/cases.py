"""A case: policies, people and devices that are judged together; and how it is written down.

The same case goes to the oracle as it is, and to the program as files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import yaml

from kleene import Where
from oracle import Assessment, Finding, Verdict, judge
from oracle_question import Question, World
from oracle_waivers import waived
from palette import APPS, LISTS, PARENTS, recognise


@dataclass(frozen=True)
class Case:
    """What one audit is given."""

    policies: list[dict]
    people: list[dict]
    devices: list[dict]
    as_of: datetime
    wheres: Mapping[str, Where] = field(default_factory=dict)
    drafts: bool = False
    assume: Mapping[str, str] = field(default_factory=dict)
    attestations: Sequence[dict] = ()
    waivers: Sequence[dict] = ()


def ask_oracle(case: Case) -> Assessment:
    world = World(APPS, PARENTS, LISTS, recognise, case.wheres)
    assessment = judge(
        case.policies,
        case.people,
        case.devices,
        world,
        case.as_of,
        drafts=case.drafts,
        assume=case.assume,
        attestations=case.attestations,
    )
    questions = [
        Question(policy, control, world, case.as_of, case.drafts, case.assume)
        for policy in case.policies
        for control in policy["controls"]
    ]
    told = waived(questions, case.devices, case.people, case.waivers, assessment)
    return replace(assessment, waived=told)


class _TextDumper(yaml.SafeDumper):
    """Writes every scalar as plain as it can be: to the policy language all are texts."""


_TextDumper.yaml_implicit_resolvers = {}


def yaml_text(file: dict) -> str:
    """Write a policy, an attestation or a waiver as the YAML that holds it."""
    return yaml.dump(file, Dumper=_TextDumper, sort_keys=False, allow_unicode=True, width=1000)


def told(assessment: Assessment, policy: str, control: str) -> str:
    """Write the answers of one control as one line."""
    units = {
        unit: told_unit(verdict, findings_of(assessment, policy, control, unit))
        for (policy_, control_, unit), verdict in sorted(assessment.verdicts.items())
        if (policy_, control_) == (policy, control)
    }
    if len(units) == 1:
        return next(iter(units.values()))
    return "; ".join(f"{unit} = {text}" for unit, text in units.items())


def findings_of(assessment: Assessment, *key: str) -> dict[str, Finding]:
    return {
        subject: finding
        for (*of, subject), finding in assessment.findings.items()
        if tuple(of) == key
    }


def told_unit(verdict: Verdict, findings: Mapping[str, Finding]) -> str:
    parts = [
        verdict.verdict,
        "+".join(sorted(verdict.reasons)),
        f"[{', '.join(verdict.missing)}]" if verdict.missing else "",
        "(excused)" if verdict.excused else "",
        "(stale)" if verdict.stale else "",
    ]
    found = ", ".join(_told_finding(*each) for each in sorted(findings.items()))
    return _spaced(parts) + (f" | {found}" if found else "")


def _told_finding(subject: str, finding: Finding) -> str:
    name = f"{subject}: {'+'.join(sorted(finding.reasons))}" if finding.reasons else subject
    return _spaced([name, "(stale)" if finding.stale else ""])


def _spaced(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)
