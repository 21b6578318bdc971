"""The head of the page: what there is to know within five seconds, and the policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policycheck.model import Tally
from policycheck.policy.fields import PLACEHOLDERS, fill
from policycheck.report.content import Content, in_language
from policycheck.report.html.chart import PARTS, bar
from policycheck.report.html.columns import Rows
from policycheck.report.html.markup import Markup, element, foreign
from policycheck.report.phrases import Phrases
from policycheck.report.rows import ControlLine, PolicyLine
from policycheck.report.words import STANDINGS

_MARKS = {"bad": "!", "fair": "?", "good": "✓"}


def headline(content: Content, rows: Rows, say: Phrases) -> Markup:
    """Say in one sentence how things stand, and in five numbers why."""
    tone, key, count, more = headline_of(content, rows.standings, rows.devices["overdue"])
    return element(
        "section",
        element("span", _MARKS[tone], class_="mark", aria_hidden="true"),
        element("h2", say(key, count), id="headline"),
        element("p", more_of(say, key, more)),
        element("ul", [_tile(name, rows, say) for name in STANDINGS], class_="tiles"),
        class_=f"headline {tone}",
        aria_labelledby="headline",
    )


def more_of(say: Phrases, key: str, numbers: tuple[int, int]) -> str:
    """Return the sentence below a headline."""
    count, total = numbers
    return say(f"{key}_more", count, total=f"{total:,}")


def headline_of(
    content: Content, standings: Mapping[str, int], overdue_units: int
) -> tuple[str, str, int, tuple[int, int]]:
    """Choose the headline: its tone, its phrase, its number, and those of the line below."""
    in_scope = sum(tally.in_scope for tally in content.tallies)
    unknown = sum(tally.unknown for tally in content.tallies)
    overdue = standings["overdue"]
    mild = sum(standings[name] for name in ("in_grace", "waived", "advice"))
    if overdue:
        return "bad", "head_overdue", overdue, (overdue_units, 0)
    if mild:
        return "fair", "head_mild", mild, (mild, 0)
    if not in_scope:
        return "fair", "head_nothing", 0, (0, 0)
    if unknown == in_scope:
        return "fair", "head_unknown", unknown, (unknown, 0)
    if unknown:
        return "fair", "head_gaps", unknown, (unknown, in_scope)
    return "good", "head_clean", in_scope, (in_scope, 0)


def _tile(standing: str, rows: Rows, say: Phrases) -> Markup:
    count = rows.standings[standing]
    verdict = "unknown" if standing == "unknown" else "violation"
    devices = say("kpi_devices", rows.devices[standing]) if count else say("none")
    return element(
        "li",
        element(
            "a",
            element("strong", f"{count:,}"),
            element("span", say.word("status", standing), class_="name"),
            element("span", say(f"kpi_{standing}"), class_="small"),
            element("span", devices, class_="small"),
            href=f"#verdict={verdict}&status={standing}",
        ),
        class_=f"tile {standing}{'' if count else ' zero'}",
    )


def judged_of(content: Content, say: Phrases) -> str:
    """Say how many devices were judged, by what, and which findings are told, if not all."""
    judged = say("judged", content.judged)
    stored = "" if content.inputs else say("from_stored")
    chosen = say("selected", selection=content.selection) if content.selection else ""
    return say("space").join(filter(None, (judged, stored, chosen)))


def policies(content: Content, say: Phrases) -> Iterator[Markup]:
    """Lay out each policy: whose it is, since when, its clauses, and how many comply."""
    for policy in content.policies:
        lines = {line.control: line for line in policy.controls}
        tallies = [tally for tally in content.tallies if tally.policy == policy.policy]
        yield element(
            "article",
            element("h3", in_language(policy.titles, say.language) or policy.title),
            element("p", origin_of(policy, say), class_="origin"),
            [_control(lines[tally.control], tally, say) for tally in tallies],
            class_="policy",
        )


def origin_of(policy: PolicyLine, say: Phrases) -> str:
    """Say whose a policy is, from when to when it holds, and where it stands."""
    days = (
        ("issued", policy.issued),
        ("since", policy.effective_from),
        ("until", policy.effective_until),
    )
    parts = [
        say("issued_by", issuer=policy.issuer),
        *(say(key, day=day.isoformat()) for key, day in days if day),
        say.word("policy_status", policy.status),
    ]
    sentence = say("comma").join(parts)
    if not policy.source:
        return sentence
    return say("sentences", first=sentence, second=say("source", source=policy.source))


def _control(line: ControlLine, tally: Tally, say: Phrases) -> Markup:
    clause = in_language(line.clauses, say.language) or line.clause
    remedy = in_language(line.remediations, say.language) or line.remediation
    badges = (
        element("span", say.word("severity", line.severity), class_=f"badge {line.severity}"),
        element("span", say(f"obligation_{line.obligation}"), class_="badge"),
    )
    return element(
        "div",
        element("h4", foreign(line.control), *badges),
        element("blockquote", clause),
        _division(tally, say) if tally.in_scope else element("p", say("nothing_in_scope")),
        element("p", rest_of(tally, say), class_="small"),
        element("p", say("remediation", text=unfilled(remedy, say)), class_="small")
        if remedy
        else "",
        class_="control",
    )


def unfilled(remedy: str, say: Phrases) -> str:
    """Speak of an item, a device and a person where a finding's remediation names one."""
    return fill(remedy, {name: say(f"any_{name.partition('.')[0]}") for name in PLACEHOLDERS})


def _division(tally: Tally, say: Phrases) -> Markup:
    """Draw a control's checks in scope as a bar above its numbers."""
    counts = {
        "pass": tally.pass_,
        "violation": tally.violation,
        "advice": tally.advice,
        "unknown": tally.unknown,
    }
    units = say(f"grain_{tally.grain}", tally.in_scope)
    numbers = [
        element(
            "li",
            element("span", class_=f"key part-{name}", aria_hidden="true"),
            element("strong", f"{counts[name]:,}"),
            f" {say(f'part_{name}')} ",
            element("span", f"({counts[name] / tally.in_scope:.1%})", class_="small"),
        )
        for name in PARTS
        if counts[name] or name != "advice"
    ]
    return element(
        "div",
        element("p", element("strong", say("in_scope", units=units))),
        bar(counts, bar_words(counts, say)),
        element("ul", numbers, class_="legend"),
    )


def bar_words(counts: dict[str, int], say: Phrases) -> str:
    """Say what a bar shows."""
    shown = {name: f"{count:,}" for name, count in counts.items()}
    return say(
        "bar",
        in_scope=f"{sum(counts.values()):,}",
        pass_=shown["pass"],
        violation=shown["violation"],
        advice=shown["advice"],
        unknown=shown["unknown"],
    )


def rest_of(tally: Tally, say: Phrases) -> str:
    """Say what stands beside the bar: flags of the violations, coverage, who is left alone."""
    flags = []
    if tally.waived or tally.in_grace:
        waived, in_grace = f"{tally.waived:,}", f"{tally.in_grace:,}"
        flags = [say("of_violations", waived=waived, in_grace=in_grace)]
    aside = say("aside", tally.not_applicable, excused=f"{tally.excused:,}")
    if tally.coverage is None:
        return say("space").join([*flags, aside])
    coverage = say("coverage", tally.in_scope, share=f"{tally.coverage:.1%}")
    return say("space").join([*flags, coverage, aside])
