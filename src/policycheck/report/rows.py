"""The rows of a report: what it tells of files, policies, findings and waivers, one by one.

The names and the order of the fields of `InputLine`, `Finding`, `Evidence` and `Rejection` are
those of `audit --format json`: a change here is a change of that format (see `audit.schema.json`),
as it is of `model.Tally`. All texts come from other people's files: every form has to make them
harmless itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple


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
