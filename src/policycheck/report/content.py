"""What every report form is given: the lines it may write, and where they come from.

An audit's outcome and the whole store both are a `Content`, so that each form is written
once. The names and the order of the fields of `InputLine`, `Finding`, `Evidence` and
`Rejection` are those of `audit --format json`: a change here is a change of that format (see
`audit.schema.json`), as it is of `model.Tally`. All texts come from other people's files: every
form has to make them harmless itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from policycheck.model import Share, Tally

if TYPE_CHECKING:
    from policycheck.policy.model import Policy, Texts
    from policycheck.store.history import Happening


class InputLine(NamedTuple):
    """A file that was read. `rejected` counts its records that could not be used."""

    path: str
    sha256: str
    format: str
    devices: int
    items: int
    rejected: int


class ControlLine(NamedTuple):
    """A control in words, for the forms that people read."""

    control: str
    severity: str
    obligation: str
    clause: str
    remediation: str
    clauses: Mapping[str, str] = MappingProxyType({})
    """The clause by language; `clause` is the one for who reads English."""
    remediations: Mapping[str, str] = MappingProxyType({})


class PolicyLine(NamedTuple):
    """A policy that was asked; JSON tells the first two only."""

    policy: str
    sha256: str
    title: str
    issuer: str
    status: str
    controls: tuple[ControlLine, ...]
    titles: Mapping[str, str] = MappingProxyType({})
    """The title by language; `title` is the one for who reads English."""
    issued: date | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    source: str = ""


class Evidence(NamedTuple):
    """Where a finding can be looked up: the record of a report, by the report's digest."""

    report: str | None
    """SHA-256 of the file; null for what no report shows (an attestation that is missing)."""
    path: str | None
    """The file as it was named when it was read, where that is known."""
    source: str | None
    record: int | None
    """Counts from 1; a header is no record."""
    reported_at: datetime | None
    missing: tuple[str, ...]
    """The columns that would have been needed and that no report fills."""


class Finding(NamedTuple):
    """A violation or an unknown, with its subject and its evidence. Times are in UTC.

    `pipeline` and `store` make these by position, so the order is part of the contract.
    """

    fingerprint: str
    policy: str
    control: str
    severity: str
    obligation: str
    verdict: str
    reasons: tuple[str, ...]
    device_id: str | None
    device_name: str | None
    person_id: str | None
    platform: str | None
    subject: str
    app_id: str | None
    identifier: str | None
    name: str | None
    version: str | None
    basis: str | None
    confidence: str | None
    first_seen: datetime | None
    last_seen: datetime | None
    due: datetime | None
    in_grace: bool
    stale: bool
    waived: bool
    waiver: str | None
    """The waiver that is for it; where it is not waived, that has lapsed."""
    evidence: Evidence


class Holder(NamedTuple):
    """Whose device a finding is about, and how it is owned; null where no file says it."""

    name: str | None
    department: str | None
    manager: str | None
    ownership: str | None


class WaiverLine(NamedTuple):
    """A waiver of a control that was asked, and what it does here."""

    waiver: str
    policy: str
    control: str
    state: str
    """`in force` or `lapsed`."""
    approved_by: str
    granted: str
    expires: str
    """The last day: `2013-11-30`."""
    ticket: str
    reason: str
    violations: int
    """Those that it waives; of a lapsed one, those that count again."""
    path: str


class Rejection(NamedTuple):
    """A record (or, where it has no number, a file) that could not be used, and why."""

    path: str
    record: int | None
    reason: str


class Claim(NamedTuple):
    """What one source says where another says something else. The time is in UTC."""

    source: str
    value: str
    reported_at: datetime | None


class Conflict(NamedTuple):
    """A column of a device in which its reports contradict each other."""

    device_id: str | None
    device_name: str | None
    column: str
    """A device's column; `device_key` where a report shows that two stored devices are one."""
    used: str | None
    """The value that was judged by: the newest one."""
    said: tuple[Claim, ...]
    """Newest first."""


class Bystander(NamedTuple):
    """A unit that a control does not address, or that the memo itself excuses."""

    policy: str
    control: str
    device_id: str | None
    device_name: str | None
    person_id: str | None
    person_type: str | None
    platform: str | None
    excused: bool


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
