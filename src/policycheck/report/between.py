"""What changed between two moments, and how it stood before and after: from events alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from policycheck.report.json_report import format_time

if TYPE_CHECKING:
    from policycheck.store.timeline import Change, Standing

PERIODS = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
_COUNTS = ("open", "waived", "in_grace", "overdue")
_OPENS = {"opened": 1, "reopened": 1, "closed": -1}


@dataclass(frozen=True)
class Between:
    """A span of time: `since` is before its first event, `until` its last moment; aware."""

    since: datetime
    until: datetime
    zone: str
    """In whose days, weeks and months the trend is told."""
    by: str
    """One of PERIODS."""


def document_of(
    span: Between,
    changes: Sequence[Change],
    before: Sequence[Standing],
    after: Sequence[Standing],
) -> dict[str, object]:
    """Return all of it as one map; `changes` are those from the very first on."""
    within = [change for change in changes if change.at > span.since]
    earlier = (change for change in changes if change.at <= span.since)
    return {
        "since": format_time(span.since),
        "until": format_time(span.until),
        "before": _sums(before),
        "after": _sums(after),
        "changes": _count(within),
        "controls": [
            {"policy": policy, "control": control, "changes": _count(group)}
            for (policy, control), group in groupby(sorted(within, key=_about), key=_about)
        ],
        "trend": list(_trend(span, within, sum(map(_step, earlier)))),
    }


def tell(document: Mapping[str, object], by: str) -> Iterator[str]:
    """Tell that map to people, a line each."""
    yield f"From {document['since']} to {document['until']}"
    for name in ("before", "after"):
        sums = document[name]
        assert isinstance(sums, dict)
        told = ", ".join(f"{sums[count]:,} {count.replace('_', ' ')}" for count in _COUNTS)
        yield f"{name}: {told}"
    changes, trend = document["changes"], document["trend"]
    assert isinstance(changes, dict)
    assert isinstance(trend, list)
    yield "changes:" if changes else "changes: none"
    yield from (f"  {count:>7,}  {kind}" for kind, count in changes.items())
    if trend:
        yield f"by {by}:"
        yield "            opened  closed    open"
    for line in trend:
        yield f"  {line[by]:<10}{line['opened']:>6,}{line['closed']:>8,}{line['open']:>8,}"


def _about(change: Change) -> tuple[str, str]:
    return change.policy, change.control


def _step(change: Change) -> int:
    return _OPENS.get(change.kind, 0) * change.violations


def _count(changes: Iterable[Change]) -> dict[str, int]:
    """Sum changes by kind, what was closed by how, in the order of the alphabet."""
    counts: Counter[str] = Counter()
    for change in changes:
        counts[f"closed: {change.how}" if change.kind == "closed" else change.kind] += (
            change.violations
        )
    return dict(sorted(counts.items()))


def _sums(standing: Iterable[Standing]) -> dict[str, int]:
    lines = list(standing)
    return {count: sum(getattr(line, count) for line in lines) for count in _COUNTS}


def _trend(span: Between, changes: Iterable[Change], standing: int) -> Iterator[dict[str, object]]:
    """Sum by period; one in which nothing was opened or closed is left out."""
    zone, name = ZoneInfo(span.zone), PERIODS[span.by]
    turns = sorted((c for c in changes if c.kind in _OPENS), key=lambda change: change.at)
    for period, group in groupby(turns, key=lambda c: c.at.astimezone(zone).strftime(name)):
        lines = list(group)
        closed = sum(line.violations for line in lines if line.kind == "closed")
        standing += sum(map(_step, lines))
        opened = sum(line.violations for line in lines) - closed
        yield {span.by: period, "opened": opened, "closed": closed, "open": standing}
