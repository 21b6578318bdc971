"""Where it happens: the checks by department, platform and ownership, the violations by app."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from policycheck.model import Share
from policycheck.report.content import Content
from policycheck.report.html.chart import PARTS, bar
from policycheck.report.html.columns import Rows
from policycheck.report.html.markup import Markup, element, foreign, table
from policycheck.report.html.summary import bar_words
from policycheck.report.phrases import Phrases

DIMENSIONS = ("department", "platform", "ownership")
_MOST = 10


class Part(NamedTuple):
    """The checks in scope, over all controls, that have a value in common."""

    value: str | None
    counts: dict[str, int]

    @property
    def in_scope(self) -> int:
        """How many there are."""
        return sum(self.counts.values())


def sum_up(shares: Sequence[Share]) -> list[Part]:
    """Sum shares over their controls; most violations first, then most unknowns."""
    sums: dict[str | None, dict[str, int]] = {}
    for share in shares:
        counts = sums.setdefault(share.value, dict.fromkeys(PARTS, 0))
        numbers = (share.pass_, share.violation, share.advice, share.unknown)
        for name, number in zip(PARTS, numbers, strict=True):
            counts[name] += number
    parts = [Part(value, counts) for value, counts in sums.items()]
    return sorted(
        (part for part in parts if part.in_scope),
        key=lambda part: (
            -part.counts["violation"], -part.counts["unknown"], -part.in_scope, part.value or "",
        ),
    )  # fmt: skip


def parts(content: Content, rows: Rows, say: Phrases) -> Iterator[Markup]:
    """Lay out a table with bars for each dimension that has more than one value, and the apps."""
    if rows.apps:
        yield element("div", _apps(rows, say), class_="half")
    for by in DIMENSIONS:
        found = sum_up(content.shares(by))
        if any(part.value is not None for part in found):
            yield element("div", _dimension(by, found, say), class_="half")


def _dimension(by: str, found: Sequence[Part], say: Phrases) -> Markup:
    first, rest = found[:_MOST], found[_MOST:]
    heads = (
        say("part_head"), say("part_share"), say("part_violations"), say("part_unknowns"),
        say("part_checks"),
    )  # fmt: skip
    caption = say(f"by_{by}")
    scale = max(part.in_scope for part in found)
    body = [_row(by, part, scale, say) for part in first]
    more = [_row(by, part, scale, say) for part in rest]
    return _with_rest(table(heads, body, caption, "parts"), heads, more, caption, say)


def _row(by: str, part: Part, scale: int, say: Phrases) -> list[Markup]:
    name = foreign(say.word(by, part.value))
    return [
        element("a", name, href=f"#{by}={quote(part.value or '')}"),
        bar(part.counts, bar_words(part.counts, say), scale),
        *(Markup(f"{number:,}") for number in (
            part.counts["violation"] + part.counts["advice"], part.counts["unknown"], part.in_scope,
        )),
    ]  # fmt: skip


def _apps(rows: Rows, say: Phrases) -> Markup:
    """List the apps that the violations are about; those that break most come first."""
    heads = (say("part_head"), say("part_share"), say("part_violations"), say("part_devices"))
    ordered = sorted(rows.apps.items(), key=lambda pair: (-pair[1], pair[0]))
    scale = ordered[0][1]
    body = [
        [
            element("a", foreign(app), href=f"#app={quote(app, errors='replace')}"),
            bar({"violation": count}, f"{count:,} {say('part_violation')}", scale),
            Markup(f"{count:,}"),
            Markup(f"{rows.breakers[app]:,}"),
        ]
        for app, count in ordered
    ]
    caption = say("by_app")
    first = table(heads, body[:_MOST], caption, "parts")
    return _with_rest(first, heads, body[_MOST:], caption, say)


def _with_rest(
    first: Markup,
    heads: Sequence[str],
    rest: Sequence[Sequence[Markup]],
    caption: str,
    say: Phrases,
) -> Markup:
    """Lay out the first rows of a table, and fold the others away."""
    if not rest:
        return first
    more = say("part_rest", len(rest))
    folded = table(heads, rest, f"{caption}: {more}", "parts")
    return Markup(first + element("details", element("summary", more), folded))
