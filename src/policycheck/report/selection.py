"""A content of which only some findings are told; its sums stay those of everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from heapq import nsmallest
from itertools import chain
from typing import NamedTuple

from policycheck.model import Severity
from policycheck.report.content import Content
from policycheck.report.rows import Finding, Holder
from policycheck.report.words import device_of, standing_of
from policycheck.report.wrapped import Wrapped

_SEVERITIES = {str(severity): rank for rank, severity in enumerate(Severity)}


class Selection(NamedTuple):
    """Which findings are told; an empty part chooses all."""

    standings: frozenset[str] = frozenset()
    """Of `words.STANDINGS`."""
    severities: frozenset[str] = frozenset()
    since: datetime | None = None
    """First seen then or later, in UTC without a zone; what was never recorded is not."""

    def has(self, finding: Finding) -> bool:
        """Tell whether a finding is chosen."""
        if self.standings and standing_of(finding) not in self.standings:
            return False
        if self.severities and finding.severity not in self.severities:
            return False
        if self.since is None:
            return True
        return finding.first_seen is not None and _naive(finding.first_seen) >= self.since

    def __str__(self) -> str:
        """Say what is chosen: `status overdue; severity critical or high`."""
        ranked = sorted(self.severities, key=_SEVERITIES.__getitem__)
        parts = (
            ("status", " or ".join(sorted(self.standings)).replace("_", " ")),
            ("severity", " or ".join(ranked)),
            ("first seen since", f"{self.since:%Y-%m-%d %H:%M} UTC" if self.since else ""),
        )
        return "; ".join(f"{name} {words}" for name, words in parts if words)


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


class Selected(Wrapped):
    """A content that yields only the findings of a selection. Everything else is the whole's."""

    def __init__(self, whole: Content, selection: Selection) -> None:
        """Choose among the findings of a content."""
        super().__init__(whole)
        self._chosen = selection

    @property
    def selection(self) -> str:
        """What is chosen, in words."""
        return str(self._chosen)

    def findings(self) -> Iterator[Sequence[Finding]]:
        """Yield the chosen findings in chunks."""
        for chunk in self._whole.findings():
            yield [finding for finding in chunk if self._chosen.has(finding)]

    def held_findings(self, verdict: str) -> Iterator[Sequence[tuple[Finding, Holder]]]:
        """Yield the chosen findings of a verdict, each with who holds the device."""
        for chunk in self._whole.held_findings(verdict):
            yield [held for held in chunk if self._chosen.has(held[0])]

    @cached_property
    def _totals(self) -> Mapping[str, int]:
        totals = {"violation": 0, "unknown": 0}
        for chunk in self.findings():
            for finding in chunk:
                totals[finding.verdict] += 1
        return totals

    def total(self, verdict: str) -> int:
        """Count the chosen findings with a verdict."""
        return self._totals[verdict]

    def worst(self, verdict: str, limit: int) -> Sequence[Finding]:
        """Return a verdict's first chosen findings, worst first."""
        lines = (line for line in chain.from_iterable(self.findings()) if line.verdict == verdict)
        return nsmallest(limit, lines, key=_urgency)


def _urgency(finding: Finding) -> tuple[object, ...]:
    return (
        finding.obligation == "should" or finding.waived,
        _SEVERITIES.get(finding.severity, len(_SEVERITIES)),
        finding.policy,
        finding.control,
        device_of(finding).lower(),
        finding.device_id or "",
        finding.subject,
        finding.fingerprint,
    )
