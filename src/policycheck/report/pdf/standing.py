"""The first half of the PDF: how things stand, by policy, by day, by department and platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from policycheck.model import Tally
from policycheck.report.content import Content, in_language
from policycheck.report.html.parts import DIMENSIONS, sum_up
from policycheck.report.html.summary import headline_of, more_of, origin_of, rest_of
from policycheck.report.pdf.font import legible
from policycheck.report.phrases import Phrases
from policycheck.report.rows import ControlLine, PolicyLine
from policycheck.report.trend import days_of
from policycheck.report.words import STANDINGS

_FILLS: Mapping[str, str] = MappingProxyType(
    {"bad": "#fbe9e7", "fair": "#fff6df", "good": "#e6f4ea"}
)
_DAYS = 12
_PARTS = 8
_ALERTS = 10
_CONTROLS = 20
_LONG = 600


def summary_of(
    content: Content, standings: Mapping[str, int], overdue_units: int, say: Phrases
) -> dict[str, object]:
    """Return the headline, its numbers, and what shouts."""
    tone, key, count, more = headline_of(content, standings, overdue_units)
    lapsed = [
        say("pdf_lapsed", line.violations, waiver=line.waiver, day=line.expires)
        for line in content.waivers
        if line.state == "lapsed"
    ]
    policies = [_policy(policy, content, say) for policy in content.policies]
    hidden = len(content.tallies) - _CONTROLS
    return {
        "head": {
            "fill": _FILLS[tone],
            "text": say(key, count),
            "more": more_of(say, key, more),
        },
        "tiles": [
            {"count": f"{standings[name]:,}", "name": say.word("status", name)}
            for name in STANDINGS
        ],
        "alerts": [legible(line, _LONG) for line in lapsed[:_ALERTS]],
        "policies": [policy for policy in policies if policy["controls"]],
        "policies_more": say("part_rest", hidden) if hidden > 0 else "",
    }


def _policy(policy: PolicyLine, content: Content, say: Phrases) -> dict[str, object]:
    lines = {line.control: line for line in policy.controls}
    return {
        "title": legible(in_language(policy.titles, say.language) or policy.title, _LONG),
        "origin": legible(origin_of(policy, say), _LONG),
        "controls": [
            _control(lines[tally.control], tally, say)
            for tally in content.tallies[:_CONTROLS]
            if tally.policy == policy.policy
        ],
    }


def _control(line: ControlLine, tally: Tally, say: Phrases) -> dict[str, object]:
    clause = in_language(line.clauses, say.language) or line.clause
    counts = {
        "pass": tally.pass_,
        "violation": tally.violation,
        "advice": tally.advice,
        "unknown": tally.unknown,
    }
    kind = f"{say.word('severity', line.severity)}, {say(f'obligation_{line.obligation}')}"
    return {
        "name": legible(line.control),
        "kind": kind,
        "clause": legible(clause, _LONG) if clause else "",
        "in_scope": tally.in_scope,
        "counts": counts,
        "sums": _sums(tally, say) if tally.in_scope else say("nothing_in_scope"),
        "rest": rest_of(tally, say),
    }


def _sums(tally: Tally, say: Phrases) -> str:
    """Say how the units in scope divide; a percentage never stands without its denominator."""
    return say(
        "pdf_sums",
        units=say(f"grain_{tally.grain}", tally.in_scope),
        share=f"{tally.pass_ / tally.in_scope:.1%}",
        pass_=f"{tally.pass_:,}",
        violation=f"{tally.violation:,}",
        advice=f"{tally.advice:,}",
        unknown=f"{tally.unknown:,}",
    )


def standing_part(content: Content, say: Phrases) -> dict[str, object]:
    """Return what changed, and where violations are."""
    days = days_of(content.happenings())
    trend = ""
    if len(days) > 1:
        trend = say(
            "trend_text",
            start=f"{days[0].open:,}",
            end=f"{days[-1].open:,}",
            first=days[0].day,
            last=days[-1].day,
            most=f"{max(day.open for day in days):,}",
        )
    changes = [
        [day.day, f"{day.opened:,}", f"{day.closed:,}", f"{day.open:,}"]
        for day in reversed(days[-_DAYS:])
    ]
    return {"trend": trend, "changes": changes, "parts": list(_parts(content, say))}


def _parts(content: Content, say: Phrases) -> Iterator[dict[str, object]]:
    heads = ("part_head", "part_checks", "part_pass", "part_violations", "part_unknowns")
    for by in DIMENSIONS:
        found = sum_up(content.shares(by))
        if not any(part.value is not None for part in found):
            continue
        rows = [
            [
                legible(say.word(by, part.value)),
                f"{part.in_scope:,}",
                f"{part.counts['pass']:,}",
                f"{part.counts['violation'] + part.counts['advice']:,}",
                f"{part.counts['unknown']:,}",
            ]
            for part in found[:_PARTS]
        ]
        more = say("part_rest", len(found) - _PARTS) if len(found) > _PARTS else ""
        yield {
            "title": say(f"by_{by}"),
            "heads": [say(head).removeprefix("#") for head in heads],
            "rows": rows,
            "more": more,
        }
