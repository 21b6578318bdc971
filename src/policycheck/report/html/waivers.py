"""Waivers and contradictions: what was decided besides the policy, and what is doubtful."""

from __future__ import annotations

from collections.abc import Sequence

from policycheck.report.html.markup import Markup, element, foreign, table
from policycheck.report.phrases import Phrases
from policycheck.report.rows import Conflict, WaiverLine
from policycheck.report.words import device_of, others_of

_CONFLICTS = 100


def waivers(lines: Sequence[WaiverLine], say: Phrases) -> Markup | None:
    """List the waivers, lapsed ones first, with their last day."""
    if not lines:
        return None
    rows = [
        (
            foreign(line.waiver),
            element("span", say(f"waiver_{line.state.replace(' ', '_')}"), class_=_badge(line)),
            foreign(line.control),
            Markup(f"{line.violations:,}"),
            line.expires,
            foreign(line.approved_by),
            foreign(line.ticket),
            foreign(line.reason),
        )
        for line in lines
    ]
    heads = (
        say("waiver"), say("column_status"), say("column_control"), say("part_violations"),
        say("expires"), say("approved_by"), say("ticket"), say("why"),
    )  # fmt: skip
    return table(heads, rows, say("waivers_note"))


def _badge(line: WaiverLine) -> str:
    return "badge overdue" if line.state == "lapsed" else "badge"


def conflicts(lines: Sequence[Conflict], say: Phrases) -> Markup | None:
    """List where the reports of one device say different things."""
    if not lines:
        return None
    rows = [
        (
            foreign(device_of(line)),
            foreign(say.word("column", line.column)),
            foreign(line.used),
            foreign(others_of(line)),
        )
        for line in lines[:_CONFLICTS]
    ]
    heads = (say("column_device"), say("conflict_column"), say("used"), say("others_say"))
    found = table(heads, rows, say("conflicts_note"))
    if len(lines) <= _CONFLICTS:
        return found
    return Markup(found + element("p", say("first_of", n=f"{_CONFLICTS:,}")))
