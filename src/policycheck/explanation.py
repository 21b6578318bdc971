"""Why a device has the verdict that it has: asked of a session in which it was just judged.

Nothing is judged here. It is read what the engine left behind: verdicts, reasons, findings with
their evidence, and the values of the columns that a scope asks about; why.py puts it into words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from policycheck.catalogue.catalogue import Catalogue
from policycheck.model import DEVICE_COLUMNS, PERSON_COLUMNS
from policycheck.outcome import Outcome
from policycheck.policy.model import Control, Policy
from policycheck.report.rows import Finding, WaiverLine
from policycheck.why import Facts, Judged, say_clients, say_remedies, say_waivers, say_why

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
    judged = [Judged(*row) for row in outcome.con.execute(_VERDICTS, [device_key]).fetchall()]
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


def _answer(policy: Policy, control: Control, row: Judged, known: _Known) -> Answer:
    mine = tuple(f for f in known.findings if (f.policy, f.control) == (row.policy, row.control))
    return Answer(
        policy=policy.policy,
        control=control,
        verdict="excused" if row.excused else row.verdict,
        why=(
            *say_why(policy, control, row, known.facts, mine),
            *say_clients(mine, known.catalogue),
            *say_waivers(mine, known.waivers),
        ),
        findings=mine,
        remedies=tuple(dict.fromkeys(say_remedies(control, row, mine))),
    )
