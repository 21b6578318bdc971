"""A policy as the program uses it: frozen, checked, every word resolved.

How it is written stands in `policy/file.py`; `policy/load.py` makes one of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from policycheck.model import Severity
from policycheck.policy.calendar import end_of_day, start_of_day
from policycheck.policy.condition import ALWAYS, All, Any_, Compare, Condition
from policycheck.policy.controls import Attest, Demand, Forbid, Only, Require
from policycheck.policy.selector import Selector, Term
from policycheck.policy.versions import VersionSpec
from policycheck.policy.vocabulary import Vocabulary
from policycheck.policy.where import Where

__all__ = [
    "ALWAYS", "All", "Any_", "Attest", "Compare", "Condition", "Control", "Demand", "Forbid",
    "Only", "Policy", "Require", "Selector", "StandingException", "Status", "Term", "Texts",
    "VersionSpec", "Vocabulary", "Waivers", "Where",
]  # fmt: skip

Status = Literal["draft", "active", "withdrawn", "superseded"]
Obligation = Literal["must", "should"]
Texts = Mapping[str, str]
"""A text by language; "" is the language of a text that has none."""
DEFAULT_MAX_SHARE = 0.1
"""A waiver of more than a tenth of a control's scope is no exemption any more."""


@dataclass(frozen=True)
class Waivers:
    """Whether the memo allows waivers, and on what terms."""

    allowed: bool = True
    approved_by: tuple[str, ...] = ()
    """People or offices. Empty: anybody."""
    max_days: int | None = None
    max_share: float = DEFAULT_MAX_SHARE
    """Of a control's scope, from 0 to 1."""


@dataclass(frozen=True)
class StandingException:
    """Devices that the memo itself excuses. They are shown as excused, never dropped."""

    when: Condition
    reason: Texts
    until: date | None = None
    """The last day, in the policy's zone."""


@dataclass(frozen=True)
class Control:
    """One demand of a policy."""

    id: str
    clause: Texts
    severity: Severity
    demand: Demand
    obligation: Obligation = "must"
    grace: timedelta | None = None
    deadline: date | None = None
    remediation: Texts = field(default_factory=dict)
    maps_to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    applies_to: Condition | None = None
    """Narrows the policy's scope."""
    indication: Condition | None = None
    exceptions: tuple[StandingException, ...] = ()
    """Besides those of the policy."""
    effective_from: date | None = None
    effective_until: date | None = None
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """A memo as a file."""

    policy: str
    title: Texts
    issuer: str
    status: Status
    applies_to: Condition
    controls: tuple[Control, ...]
    path: str
    sha256: str
    """Of the file's bytes."""
    issued: date | None = None
    source: str = ""
    superseded_by: str | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    timezone: str = "UTC"
    stale_after: timedelta | None = None
    """None: reports never grow stale."""
    waivers: Waivers = Waivers()
    """Where the memo does not say, anybody may approve one, for however long."""
    exceptions: tuple[StandingException, ...] = ()
    formerly: tuple[str, ...] = ()
    overrides: bool = False
    """Whether it means to shadow a shipped policy of the same name."""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Return what it asks of devices and people, in whatever control."""
        asked = [self.applies_to, *(each.when for each in self.exceptions)]
        for control in self.controls:
            asked += [each for each in (control.applies_to, control.indication) if each is not None]
            asked += [each.when for each in control.exceptions]
        return tuple(asked)

    def effective(self, control: Control) -> tuple[datetime | None, datetime | None]:
        """Return a control's first and last moment in UTC, narrowed by the policy's.

        None: no bound.
        """
        starts = [day for day in (self.effective_from, control.effective_from) if day]
        ends = [day for day in (self.effective_until, control.effective_until) if day]
        return (
            start_of_day(max(starts), self.timezone) if starts else None,
            end_of_day(min(ends), self.timezone) if ends else None,
        )

    def in_force(self, control: Control, as_of: datetime, *, drafts: bool = False) -> bool:
        """Tell whether a control is in force at an aware time. Drafts are only on request."""
        if self.status not in (("active", "draft") if drafts else ("active",)):
            return False
        start, end = self.effective(control)
        return (start is None or start <= as_of) and (end is None or as_of <= end)

    def due(self, control: Control, first_seen: datetime) -> datetime:
        """Return until when a violation first seen at an aware time may stand, in UTC.

        The deadline's last moment, for all; else the grace from first sight, or from the day
        the control takes effect if that is later.
        """
        if control.deadline is not None:
            return end_of_day(control.deadline, self.timezone)
        start, _ = self.effective(control)
        counted_from = first_seen if start is None else max(first_seen, start)
        return counted_from + (control.grace or timedelta())
