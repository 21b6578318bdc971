"""Drafts of waivers: what is known is filled in, what people have to say is left to them."""

from __future__ import annotations

from datetime import date, timedelta

from policycheck.policy.model import Policy
from policycheck.text import visible


def draft(
    name: str,
    policy: Policy,
    control: str,
    *,
    device_id: str | None,
    person_id: str | None,
    subject: str,
    today: date,
) -> str:
    """Write the draft of a waiver of one violation: of its device, or else of its person."""
    if device_id is not None:
        when = f"{{device.device_id: {_quoted(device_id)}}}"
    else:
        who = _quoted(person_id or "")
        when = f"[{{person.person_id: {who}}}, {{person.email: {who}}}]"
    terms = policy.waivers
    approvers = f"   # one of: {', '.join(terms.approved_by)}" if terms.approved_by else ""
    days = terms.max_days
    last = f", at the latest {today + timedelta(days=days - 1)}" if days else ""
    return f"""\
# A draft: complete it, have it approved, check it with 'policycheck waiver lint FILE', and let
# its name end in .yaml. From then on it counts.
language: 1
waiver: {name}
policy: {policy.policy}
control: {control}
when: {when}
subject: {_quoted(subject)}
reason:
ticket:
requested_by:
approved_by:{approvers}
# approved_as:    # the office, if the policy names one
granted: {today}
expires:    # the last day{last}
"""


def _quoted(text: str) -> str:
    """Write a text of a report as a YAML scalar that can be nothing else."""
    return "'" + visible(text).replace("'", "''") + "'"
