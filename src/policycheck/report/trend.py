"""How many violations were opened, closed and open, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from policycheck.store.history import Happening

DAY = "%Y-%m-%d"


class Day(NamedTuple):
    """A day on which violations were opened or closed, and how many were open after it."""

    day: str
    opened: int
    """Those that came back among them."""
    closed: int
    open: int


def days_of(happenings: Sequence[Happening]) -> list[Day]:
    """Sum what happened by day (in UTC); days on which nothing did are left out."""
    days: list[Day] = []
    standing = 0
    for day, lines in groupby(happenings, key=lambda line: line.at.strftime(DAY)):
        sums: Counter[bool] = Counter()
        for line in lines:
            sums[line.kind == "closed"] += line.violations
        standing += sums[False] - sums[True]
        days.append(Day(day, sums[False], sums[True], standing))
    return days


def last_of(happenings: Sequence[Happening]) -> Happening:
    """Return one of the last recorded run, or else the last."""
    runs = [line for line in happenings if line.run_id is not None]
    return max(runs, key=lambda line: line.run_id or 0) if runs else happenings[-1]


def count_changes(happenings: Iterable[Happening]) -> dict[str, int]:
    """Sum what happened by its phrase: new, came back, resolved, then closed otherwise."""
    counts: Counter[str] = Counter()
    for line in happenings:
        closed = line.kind == "closed"
        counts[f"closed_{line.how}" if closed else f"change_{line.kind}"] += line.violations
    return {key: counts[key] for key in sorted(counts, key=_rank)}


def _rank(key: str) -> tuple[int, str]:
    first = ("change_opened", "change_reopened", "closed_resolved")
    return (first.index(key) if key in first else len(first), key)


def open_by_day(happenings: Sequence[Happening], as_of: datetime, most: int) -> list[int]:
    """Count what was open at the end of each of the last days (in UTC), up to a moment's day.

    Nothing happened after that moment. The first is the day on which the first violation was
    opened, where that is not longer ago.
    """
    days = days_of(happenings)
    if not days:
        return []
    end = as_of.date()
    first = max(date.fromisoformat(days[0].day), end - timedelta(days=most - 1))
    known = {date.fromisoformat(day.day): day.open for day in days}
    standing = [count for day, count in known.items() if day <= first][-1]
    counts = []
    for number in range((end - first).days + 1):
        standing = known.get(first + timedelta(days=number), standing)
        counts.append(standing)
    return counts
