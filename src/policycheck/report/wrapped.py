"""A content that is told otherwise than it is: what the wrapper does not say, the whole says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from policycheck.model import Share, Tally
from policycheck.report.content import Content
from policycheck.report.rows import (
    Bystander,
    Conflict,
    Finding,
    Holder,
    InputLine,
    PolicyLine,
    Rejection,
    WaiverLine,
)

if TYPE_CHECKING:
    from policycheck.store.history import Happening


class Wrapped:
    """All that a content says, unchanged."""

    def __init__(self, whole: Content) -> None:
        """Wrap a content."""
        self._whole = whole

    @property
    def selection(self) -> str:
        """Which findings are told."""
        return self._whole.selection

    @property
    def as_of(self) -> datetime:
        """The moment that was asked about."""
        return self._whole.as_of

    @property
    def assumed(self) -> Mapping[str, str]:
        """What is assumed of a person."""
        return self._whole.assumed

    @property
    def inputs(self) -> Sequence[InputLine]:
        """The files that were read."""
        return self._whole.inputs

    @property
    def judged(self) -> int:
        """How many devices were judged."""
        return self._whole.judged

    @property
    def policies(self) -> Sequence[PolicyLine]:
        """The policies that were asked."""
        return self._whole.policies

    @property
    def tallies(self) -> Sequence[Tally]:
        """The sums, of everything."""
        return self._whole.tallies

    @property
    def waivers(self) -> Sequence[WaiverLine]:
        """The waivers."""
        return self._whole.waivers

    @property
    def digests(self) -> Mapping[str, str]:
        """What else the verdicts depend on."""
        return self._whole.digests

    def findings(self) -> Iterator[Sequence[Finding]]:
        """Yield all findings in chunks."""
        return self._whole.findings()

    def held_findings(self, verdict: str) -> Iterator[Sequence[tuple[Finding, Holder]]]:
        """Yield a verdict's findings in chunks, each with who holds the device."""
        return self._whole.held_findings(verdict)

    def total(self, verdict: str) -> int:
        """Count the findings with a verdict."""
        return self._whole.total(verdict)

    def worst(self, verdict: str, limit: int) -> Sequence[Finding]:
        """Return a verdict's first findings, worst first."""
        return self._whole.worst(verdict, limit)

    def shares(self, by: str) -> Sequence[Share]:
        """Count the verdicts, of everything."""
        return self._whole.shares(by)

    def happenings(self) -> Sequence[Happening]:
        """Return what happened to violations."""
        return self._whole.happenings()

    def bystanders(self, limit: int) -> Sequence[Bystander]:
        """Return the first of those that a control does not address."""
        return self._whole.bystanders(limit)

    def conflicts(self) -> Sequence[Conflict]:
        """Return where reports of one device contradict each other."""
        return self._whole.conflicts()

    def rejected(self) -> Iterator[Rejection]:
        """Yield what could not be used."""
        return self._whole.rejected()
