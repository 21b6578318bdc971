"""The exit codes, and how an audit comes to its own."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from policycheck.problems import Problem, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policycheck.model import Tally
    from policycheck.outcome import Outcome
    from policycheck.workspace import Settings


class Exit(IntEnum):
    """What the program's exit code means; 2 goes before 1, 1 before 3, 3 before 0."""

    CLEAN = 0
    """Audited; no violation at or above --fail-on that is not waived and past its grace."""
    VIOLATIONS = 1
    """Audited; at least one."""
    COULD_NOT_AUDIT = 2
    """Usage, policy, rule, people file, no readable report, store."""
    INCOMPLETE = 3
    """Audited, none found, but not completely."""
    BUG = 70
    """A bug in policycheck."""
    INTERRUPTED = 130
    """By Ctrl-C."""


def exit_of(outcome: Outcome, settings: Settings) -> tuple[Exit, list[Problem]]:
    """Return an audit's exit code, and what kept it from being complete."""
    gaps = [Problem(gap, None, severity="warning") for gap in _gaps(outcome, settings)]
    if outcome.failing(settings.fail_on):
        return Exit.VIOLATIONS, gaps
    return (Exit.INCOMPLETE if gaps else Exit.CLEAN), gaps


def _gaps(outcome: Outcome, settings: Settings) -> list[str]:
    gaps: list[str] = []
    if outcome.rejected_files:
        gaps.append(f"not complete: {outcome.rejected_files:,} of the files could not be read")
    if outcome.rejected_rows > settings.max_rejected * outcome.records:
        gaps.append(
            f"not complete: {outcome.rejected_rows:,} of {outcome.records:,} rows were rejected,"
            f" more than --max-rejected {settings.max_rejected:.3%}"
        )
    if outcome.doubt:
        gaps.append(f"the fleet is not complete: {outcome.doubt}; no device was taken to have left")
    if not outcome.assessment.in_scope:
        gaps.append("not complete: nothing was in scope of any control")
    if settings.min_coverage is not None:
        gaps += _thin(outcome.tallies, settings.min_coverage)
    return gaps


def _thin(tallies: Sequence[Tally], least: float) -> list[str]:
    """Name the controls whose coverage is too small; who waits for attestations is not asked."""
    return [
        f"not complete: {quote(tally.control)} has a coverage of {tally.coverage:.1%},"
        f" less than --min-coverage {least:.1%}"
        for tally in tallies
        if tally.coverage is not None
        and tally.coverage < least
        and tally.unknown_reasons.get("needs_attestation", 0) < tally.in_scope
    ]
