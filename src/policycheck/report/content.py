"""What every report form is given: the rows it may write, and where they come from.

An audit's outcome and the whole store both are a `Content`, so that each form is written once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from policycheck.model import Share, Tally
from policycheck.report.rows import (
    Bystander,
    Conflict,
    ControlLine,
    Finding,
    Holder,
    InputLine,
    PolicyLine,
    Rejection,
    WaiverLine,
)

if TYPE_CHECKING:
    from policycheck.policy.model import Policy, Texts
    from policycheck.store.history import Happening


class Content(Protocol):
    """What there is to tell. Whoever makes one may read it from a database as it is asked."""

    @property
    def as_of(self) -> datetime:
        """The moment that was asked about; aware."""

    @property
    def selection(self) -> str:
        """Which findings are told (see `selection`); empty where all are. Sums are of all."""

    @property
    def assumed(self) -> Mapping[str, str]:
        """What is assumed of a person where no file says it, by column (`type: employee`)."""

    @property
    def inputs(self) -> Sequence[InputLine]:
        """The files that were read, sorted by path."""

    @property
    def judged(self) -> int:
        """How many devices were judged: those of the files, and those that were stored."""

    @property
    def policies(self) -> Sequence[PolicyLine]:
        """The policies that were asked, sorted by id."""

    @property
    def tallies(self) -> Sequence[Tally]:
        """The sums, sorted by policy; controls stay in the memo's own order."""

    @property
    def waivers(self) -> Sequence[WaiverLine]:
        """The waivers whose first day has come, the lapsed before all, then by id."""

    def findings(self) -> Iterator[Sequence[Finding]]:
        """Yield all findings in chunks, sorted by policy, control, device_id and subject."""

    def held_findings(self, verdict: str) -> Iterator[Sequence[tuple[Finding, Holder]]]:
        """Yield a verdict's findings in chunks, each with who holds the device; overdue first.

        `must`, not waived and past its grace comes before all others, then severity counts,
        then what was due first, then policy, control and the device's name.
        """

    def shares(self, by: str) -> Sequence[Share]:
        """Count the verdicts by department, manager, platform or ownership.

        The parts of a control add up to its tally.
        """

    def happenings(self) -> Sequence[Happening]:
        """Return what happened to violations up to `as_of`, as far as it was recorded."""

    @property
    def digests(self) -> Mapping[str, str]:
        """What else the verdicts depend on, by name (`catalogue`, `people`), as SHA-256."""

    def total(self, verdict: str) -> int:
        """Count the findings (not the devices) with a verdict: `violation` or `unknown`."""

    def worst(self, verdict: str, limit: int) -> Sequence[Finding]:
        """Return a verdict's first findings, worst first.

        `must` and not waived come before all others, then severity counts, then policy and
        control, then the name by which people know the device.
        """

    def bystanders(self, limit: int) -> Sequence[Bystander]:
        """Return the first of those that a control does not address, the excused before all.

        Then by policy and control, those of known people first, and the device's name.
        """

    def conflicts(self) -> Sequence[Conflict]:
        """Return where reports of one device contradict each other, by device and column."""

    def rejected(self) -> Iterator[Rejection]:
        """Yield what could not be used, sorted by path and record (whole files first)."""


def describe(policy: Policy) -> PolicyLine:
    """Put a policy into the words that reports use."""
    controls = tuple(
        ControlLine(
            control.id,
            control.severity.value,
            control.obligation,
            in_english(control.clause),
            in_english(control.remediation),
            control.clause,
            control.remediation,
        )
        for control in policy.controls
    )
    return PolicyLine(
        policy=policy.policy,
        sha256=policy.sha256,
        title=in_english(policy.title),
        issuer=policy.issuer,
        status=policy.status,
        controls=controls,
        titles=policy.title,
        issued=policy.issued,
        effective_from=policy.effective_from,
        effective_until=policy.effective_until,
        source=policy.source,
    )


def in_english(texts: Texts) -> str:
    """Choose among a text's languages: English, else the one without a language, else the first."""
    return in_language(texts, "en")


def in_language(texts: Texts, language: str) -> str:
    """Choose among a text's languages: the one asked for, else English, no language, the first."""
    for each in (language, "en", "", *texts):
        if each in texts:
            return texts[each]
    return ""


def json_name(field: str) -> str:
    """Return a field's name outside of Python, where `pass` may be a name."""
    return field.rstrip("_")
