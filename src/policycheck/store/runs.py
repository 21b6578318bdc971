"""Runs: what was asked, of which files, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Tally:
    """The sums of one control in one run, in its grain."""

    policy: str
    control: str
    grain: str
    all: int
    not_applicable: int
    excused: int
    in_scope: int
    pass_: int
    violation: int
    advice: int
    unknown: int
    unknown_reasons: Mapping[str, int]
    stale: int
    waived: int
    in_grace: int
    coverage: float | None


def tally_columns(tally: Tally) -> dict[str, object]:
    """Return a tally as the columns of its table."""
    columns = {field.name: getattr(tally, field.name) for field in fields(tally)}
    columns["passed"] = columns.pop("pass_")
    columns["unknown_reasons"] = dict(tally.unknown_reasons)
    return columns
