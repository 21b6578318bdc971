"""The oracle: judges one device at a time in plain Python, slowly and obviously.

Written from sections 5 and 6 of the design by itself; it shares no code with the
engine, the policy package or the catalogue. Policies, people and devices are dicts.

A device is ``{"device_id": ..., "reports": [report, ...]}``; a report holds `source`,
`reported_at`, `received_at`, any column of the device, `listing` (kind -> visibility)
and `items`. Times are aware.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from kleene import Row, all_of, as_list, column, day_over, folded, holds
from oracle_items import carried, classes, device_reasons, kinds_of
from oracle_question import Question, World, age_from

STRONGEST_FIRST = ("violation", "indication", "suspected", "missing_field", "unclassified")


class Verdict(NamedTuple):
    verdict: str
    excused: bool = False
    stale: bool = False
    reasons: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()


class Finding(NamedTuple):
    verdict: str
    reasons: frozenset[str] = frozenset()
    stale: bool = False


class Answer(NamedTuple):
    """One unit's verdict, and its findings by subject."""

    verdict: Verdict
    findings: dict[str, Finding]


class Sighting(NamedTuple):
    """One row of an item: what the control makes of it, and whether its report is stale."""

    name: str
    subject: str
    stale: bool


@dataclass
class Assessment:
    """Keys: (policy, control, unit), the same with a subject, (policy, control)."""

    verdicts: dict[tuple[str, str, str], Verdict] = field(default_factory=dict)
    findings: dict[tuple[str, str, str, str], Finding] = field(default_factory=dict)
    tallies: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)
    waived: dict[tuple[str, str, str, str], tuple[str, bool]] = field(default_factory=dict)
    """The waiver of each violation that has one, and whether it still holds."""


PASS = Answer(Verdict("pass"), {})
NOT_APPLICABLE = Answer(Verdict("not_applicable"), {})
EXCUSED = Answer(Verdict("not_applicable", excused=True), {})
CONTRADICTED = frozenset({"contradicted"})


def judge(
    policies: list[dict],
    people: list[dict],
    devices: list[dict],
    world: World,
    as_of: datetime,
    *,
    drafts: bool = False,
    assume: Mapping[str, str] | None = None,
    attestations: Sequence[dict] = (),
) -> Assessment:
    """Judge every control of every policy over all devices."""
    assessment = Assessment()
    known = without_shared_keys(people)
    seen = [device for device in devices if reports_until(as_of, device)]
    for policy in policies:
        for control in policy["controls"]:
            question = Question(policy, control, world, as_of, drafts, assume or {}, attestations)
            key = (policy["policy"], control["id"])
            answers = by_unit(question, seen, known)
            for unit, answer in answers.items():
                assessment.verdicts[*key, unit] = answer.verdict
                for subject, finding in answer.findings.items():
                    assessment.findings[*key, unit, subject] = finding
            assessment.tallies[key] = tally([a.verdict for a in answers.values()], control)
    return assessment


def reports_until(as_of: datetime, device: dict) -> list[dict]:
    """Leave out the reports that were made after the moment of judging."""
    return [
        report
        for report in device["reports"]
        if report.get("reported_at") is None or report["reported_at"] <= as_of
    ]


# devices and people


def merged(device_id: str, reports: list[dict]) -> dict:
    """Return the device's columns: of each the newest report that has one."""
    newest_first = sorted(reports, key=lambda report: report["source"])
    newest_first.sort(key=age_from, reverse=True)
    columns: dict = {"device_id": device_id}
    for report in newest_first:
        for name, value in report.items():
            if name not in ("items", "listing", "source") and value not in (None, {}):
                columns.setdefault(name, value)
    return columns


def without_shared_keys(people: list[dict]) -> list[dict]:
    """Leave out the rows of a people file that share an e-mail or a person_id."""

    def shared(person: dict, key: str) -> bool:
        mine = person.get(key)
        same = [p for p in people if p.get(key) and mine and folded(p[key]) == folded(mine)]
        return len(same) > 1

    return [p for p in people if not shared(p, "email") and not shared(p, "person_id")]


def person_of(user_id: str | None, people: list[dict]) -> dict | None:
    """Find who uses a device: by e-mail, else by person_id."""
    for key in ("email", "person_id") if user_id is not None else ():
        for person in people:
            if person.get(key) and folded(person[key]) == folded(user_id):
                return person
    return None


class Seen(NamedTuple):
    """A device as its reports until now tell of it, and who uses it."""

    reports: list[dict]
    columns: dict
    person: dict | None

    @classmethod
    def of(cls, device: dict, as_of: datetime, people: list[dict]) -> Seen:
        reports = reports_until(as_of, device)
        columns = merged(device["device_id"], reports)
        return cls(reports, columns, person_of(columns.get("user_id"), people))


def word_given(question: Question, one: Seen, every: list[Seen], people: list[dict]) -> str | None:
    """Return the newest day on which somebody gave their word about this device's unit."""

    def about(attestation: dict) -> bool:
        if question.grain == "issuer":
            return True
        if question.grain == "device":
            words = [folded(word) for word in as_list(attestation["device"])]
            return any(
                word in words and sum(word in names(s) for s in every) == 1 for word in names(one)
            )
        words = as_list(attestation["attested_by"])
        if one.person is None:
            user = one.columns.get("user_id")
            return user is not None and folded(user) in map(folded, words)
        return any(person_of(word, people) is one.person for word in words)

    if "attest" not in question.control:
        return None
    return max((a["date"] for a in question.words_given() if about(a)), default=None)


def names(seen: Seen) -> set[str]:
    """Return the words for a device."""
    told = (seen.columns.get(column) for column in ("device_id", "serial", "udid", "name"))
    return {folded(word) for word in told if word is not None}


# units: devices, persons or the issuer


def by_unit(question: Question, devices: list[dict], people: list[dict]) -> dict[str, Answer]:
    """Answer for each unit of the control's grain; a device without a person is its own."""
    answers: dict[str, Answer] = {}
    groups: dict[str, list[Answer]] = {}
    seen = [Seen.of(device, question.as_of, people) for device in devices]
    for device, one in zip(devices, seen, strict=True):
        person = one.person
        told = {name: value for name, value in (person or {}).items() if value is not None}
        given = word_given(question, one, seen, people)
        answer = judge_device(question, one, {**question.assume, **told}, given)
        if question.grain == "issuer":
            groups.setdefault("issuer", []).append(answer)
        elif question.grain == "device" or person is None:
            answers[device["device_id"]] = answer
        else:
            groups.setdefault(person.get("person_id") or person["email"], []).append(answer)
    if question.grain == "issuer":
        return {"issuer": by_issuer(groups.get("issuer", []), question)}
    return answers | {unit: by_person(group, question) for unit, group in groups.items()}


def by_issuer(answers: list[Answer], question: Question) -> Answer:
    """The issuer's word stands for all, unless what some device in scope shows is against it."""
    if not question.in_force():
        return NOT_APPLICABLE
    if not question.words_given():
        return about_device({"needs_attestation"}, question)
    against = contradictions(answers)
    return Answer(Verdict("unknown", reasons=CONTRADICTED), against) if against else PASS


def contradictions(answers: list[Answer]) -> dict[str, Finding]:
    """Return what contradicts somebody's word: findings of their own, on the device."""
    return {
        subject: finding
        for answer in answers
        for subject, finding in answer.findings.items()
        if finding.reasons == CONTRADICTED
    }


def by_person(answers: list[Answer], question: Question) -> Answer:
    """Sum up one person's devices: one that passes is enough, one not known leaves it open."""
    inside = [answer for answer in answers if answer.verdict.verdict != "not_applicable"]
    against = contradictions(inside)
    verdicts = [answer.verdict for answer in inside]
    if not inside:
        return EXCUSED if any(answer.verdict.excused for answer in answers) else NOT_APPLICABLE
    if not against and any(verdict.verdict == "pass" for verdict in verdicts):
        return PASS
    stale = all(finding.stale for answer in inside for finding in answer.findings.values())
    reasons = frozenset(reason for verdict in verdicts for reason in verdict.reasons)
    missing = tuple(sorted({name for verdict in verdicts for name in verdict.missing}))
    if all(verdict.verdict == "violation" for verdict in verdicts):
        found = Finding("violation", stale=stale)
        return Answer(Verdict("violation", stale=stale), {question.subject: found})
    verdict = Verdict("unknown", reasons=reasons, missing=missing)
    if against:
        rest = reasons - CONTRADICTED
        return Answer(
            verdict, {**against, **({question.subject: Finding("unknown", rest)} if rest else {})}
        )
    return Answer(verdict, {question.subject: Finding("unknown", reasons, stale)})


def tally(verdicts: list[Verdict], control: dict) -> dict[str, object]:
    """Count the units of one control; in scope + not applicable = all."""
    in_scope = [verdict for verdict in verdicts if verdict.verdict != "not_applicable"]
    names = [verdict.verdict for verdict in in_scope]
    reasons = [reason for verdict in in_scope for reason in verdict.reasons]
    fresh = [v for v in in_scope if v.verdict in ("pass", "violation") and not v.stale]
    should = control["obligation"] == "should"
    return {
        "all": len(verdicts),
        "not_applicable": len(verdicts) - len(in_scope),
        "excused": sum(verdict.excused for verdict in verdicts),
        "in_scope": len(in_scope),
        "pass": names.count("pass"),
        "violation": 0 if should else names.count("violation"),
        "advice": names.count("violation") if should else 0,
        "unknown": names.count("unknown"),
        "unknown_reasons": {reason: reasons.count(reason) for reason in sorted(set(reasons))},
        "stale": sum(verdict.stale or "stale" in verdict.reasons for verdict in in_scope),
        "coverage": round(len(fresh) / len(in_scope), 4) if in_scope else None,
    }


# one device


def judge_device(question: Question, seen: Seen, person: dict, given: str | None) -> Answer:
    """Answer for one device and one control; the first rule that holds decides.

    given: the day of the newest word about it, for `attest`.
    """
    reports, device = seen.reports, seen.columns
    row: Row = {"device": device, "person": person, "item": None, "app": None}
    scopes = [question.policy["applies_to"], question.control.get("applies_to", {})]
    scope = all_of(holds(each, row, question.zone) for each in scopes)
    if not question.in_force() or scope is False or not can_carry(question, device):
        return NOT_APPLICABLE
    if is_excepted(question, row):
        return EXCUSED
    if scope is None:
        return about_device({"scope"}, question, missing_columns(scopes, row))
    if "attest" in question.control:
        if given is None:
            return about_device({"needs_attestation"}, question)
        return judge_word(question, seen, row, day_over(given, question.zone))
    sightings = [
        Sighting(name, subject, question.stale(report))
        for report in reports
        for item in report["items"]
        for name, subject in classes(question, item, row)
    ]
    reasons = device_reasons(question, reports, device)
    if "require" in question.control:
        return judge_presence(question, sightings, reasons)
    return judge_absence(question, sightings, reasons)


def judge_word(question: Question, seen: Seen, row: Row, given: datetime) -> Answer:
    """Judge somebody's word: it stands until a later report surely shows what is against it."""
    shown: dict[str, list[bool]] = {}
    for report in seen.reports:
        for item in report["items"] if age_from(report) >= given else []:
            for name, subject in classes(question, item, row):
                if name == "found":
                    shown.setdefault(subject, []).append(question.stale(report))
    if not shown:
        return PASS
    device = "" if question.grain == "device" else f"{seen.columns['device_id']} "
    findings = {
        device + subject: Finding("unknown", CONTRADICTED, all(stale))
        for subject, stale in shown.items()
    }
    return Answer(Verdict("unknown", reasons=CONTRADICTED), findings)


def about_device(reasons: set[str], question: Question, missing: tuple[str, ...] = ()) -> Answer:
    """Answer `unknown` in one finding, whose subject is the control itself."""
    verdict = Verdict("unknown", reasons=frozenset(reasons), missing=missing)
    finding = Finding("unknown", frozenset(reasons), "stale" in reasons)
    return Answer(verdict, {question.subject: finding})


def can_carry(question: Question, device: dict) -> bool:
    """Tell whether the device's form can carry any kind that is looked for."""
    asked = [] if "attest" in question.control else question.selector
    kinds = {kind for term in asked for kind in kinds_of(term)}
    return not kinds or bool(carried(kinds, device))


def is_excepted(question: Question, row: Row) -> bool:
    """Tell whether a standing exception is true; one that is not known excuses nobody."""
    exceptions = question.policy.get("except", []) + question.control.get("except", [])
    return any(
        question.within(None, each.get("until")) and holds(each["when"], row, question.zone) is True
        for each in exceptions
    )


def missing_columns(scopes: list[object], row: Row) -> tuple[str, ...]:
    """Return the columns that the scope names and that are null here."""
    maps = [each for scope in scopes for each in (scope if isinstance(scope, list) else [scope])]
    names = {name for each in maps for name in each}
    return tuple(sorted(name for name in names if column(row, name) is None))


def judge_presence(question: Question, sightings: list[Sighting], reasons: set[str]) -> Answer:
    """Judge `require`: something that is found must be there."""
    present = [sighting for sighting in sightings if sighting.name == "found"]
    if any(not sighting.stale for sighting in present):
        return PASS
    if present:
        return about_device({"stale"}, question)
    reasons = reasons | {sighting.name for sighting in sightings}
    if reasons:
        return about_device(reasons, question)
    return Answer(Verdict("violation"), {question.subject: Finding("violation")})


def judge_absence(question: Question, sightings: list[Sighting], reasons: set[str]) -> Answer:
    """Judge `forbid` and `only`: nothing that is found may be there."""
    findings = {
        subject: strongest([sighting for sighting in sightings if sighting.subject == subject])
        for subject in sorted({sighting.subject for sighting in sightings})
    }
    violations = [finding for finding in findings.values() if finding.verdict == "violation"]
    if violations:
        stale = all(finding.stale for finding in violations)
        return Answer(Verdict("violation", stale=stale), findings)
    if reasons:
        also = findings.get(question.subject, Finding("unknown"))
        stale = also.stale or "stale" in reasons
        findings[question.subject] = Finding("unknown", also.reasons | reasons, stale)
    every = frozenset(reasons | {sighting.name for sighting in sightings})
    return Answer(Verdict("unknown", reasons=every), findings) if every else PASS


def strongest(sightings: list[Sighting]) -> Finding:
    """Make one finding of all the rows of one subject."""
    name = min((sighting.name for sighting in sightings), key=STRONGEST_FIRST.index)
    stale = all(sighting.stale for sighting in sightings if sighting.name == name)
    if name == "violation":
        return Finding("violation", stale=stale)
    return Finding("unknown", frozenset({name}), stale)
