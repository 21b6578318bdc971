"""The oracle's word on waivers: which violation is waived, and by what. Shares no code either."""

from __future__ import annotations

from collections.abc import Sequence

from kleene import as_list, holds
from oracle import Assessment, Seen, judge_device, without_shared_keys
from oracle_question import Question

Waived = dict[tuple[str, str, str, str], tuple[str, bool]]
"""Policy, control, unit and subject -> the waiver, and whether it still holds."""


def waived(
    questions: Sequence[Question],
    devices: Sequence[dict],
    people: list[dict],
    waivers: Sequence[dict],
    assessment: Assessment,
) -> Waived:
    """Say of every violation which waiver is for it, if any."""
    found: Waived = {}
    known = without_shared_keys(people)
    for question in questions:
        seen = [Seen.of(device, question.as_of, known) for device in devices]
        seen = [one for one in seen if one.reports]
        mine = (question.policy["policy"], question.control["id"])
        for (*of, unit, subject), finding in assessment.findings.items():
            if tuple(of) != mine or finding.verdict != "violation":
                continue
            accused = [one for one in seen if unit_of(one, question) == unit]
            if question.grain == "person" and len(accused) > 1:
                accused = [one for one in accused if breaks(one, question)]
            claims = [
                (waiver, question.within(None, waiver["expires"]))
                for waiver in waivers
                if is_for(waiver, question, subject, accused)
            ]
            if claims:
                last = max(claims, key=lambda c: (c[1], c[0]["expires"], backwards(c[0]["waiver"])))
                found[*mine, unit, subject] = (last[0]["waiver"], last[1])
    return found


def backwards(name: str) -> list[int]:
    """Order names from the last to the first."""
    return [-ord(letter) for letter in name]


def unit_of(one: Seen, question: Question) -> str:
    if question.grain == "person" and one.person is not None:
        return one.person.get("person_id") or one.person["email"]
    return one.columns["device_id"]


def breaks(one: Seen, question: Question) -> bool:
    answer = judge_device(question, one, person_of(one, question), None)
    return answer.verdict.verdict == "violation"


def person_of(one: Seen, question: Question) -> dict:
    told = {name: value for name, value in (one.person or {}).items() if value is not None}
    return {**question.assume, **told}


def is_for(waiver: dict, question: Question, subject: str, accused: Sequence[Seen]) -> bool:
    """Tell whether a waiver, in force or lapsed, is for a violation of these devices."""
    if (waiver["policy"], waiver["control"]) != (question.policy["policy"], question.control["id"]):
        return False
    if not question.within(waiver["granted"], None):
        return False
    if "subject" in waiver and subject not in as_list(waiver["subject"]):
        return False
    rows = [
        {"device": one.columns, "person": person_of(one, question), "item": None, "app": None}
        for one in accused
    ]
    asked = (waiver["when"], waiver.get("provided", "always"))
    return all(holds(each, row, question.zone) is True for row in rows for each in asked)
