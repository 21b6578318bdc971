"""How many violations were opened, closed and open, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
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
