"""A waiver as the program uses it: frozen, checked, its days made moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from policycheck.policy.condition import Condition

State = Literal["upcoming", "in force", "lapsed"]


@dataclass(frozen=True)
class Waiver:
    """An approved exemption from one control, for whom `when` holds, until a day."""

    id: str
    policy: str
    control: str
    """Of today, also where the file has a former id."""
    when: Condition
    """Whom it exempts; where it is not known whether it holds, it exempts nobody."""
    provided: Condition | None
    """What has to hold besides; it is no part of whom the waiver is for."""
    subjects: tuple[str, ...]
    """The subjects of violations that it is for; empty: all."""
    reason: str
    ticket: str
    requested_by: str
    approved_by: str
    approved_as: str
    """The office in which it was approved; empty where the file does not say."""
    granted: date
    expires: date
    starts: datetime
    """The first moment of `granted` in the policy's zone; aware."""
    ends: datetime
    """The last moment of `expires` in the policy's zone; aware."""
    max_share: float
    """What the policy allows of the control's scope, from 0 to 1."""
    path: str
    sha256: str

    def state(self, at: datetime) -> State:
        """Tell how it stands at an aware moment."""
        if at < self.starts:
            return "upcoming"
        return "in force" if at <= self.ends else "lapsed"
