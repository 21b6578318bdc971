"""An attestation as the program uses it: frozen, checked, its days made moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

State = Literal["upcoming", "valid", "lapsed"]


@dataclass(frozen=True)
class Attestation:
    """The word of one or more people that a control's statement is true, until a day."""

    id: str
    policy: str
    control: str
    """Of today, also where the file has a former id."""
    grain: Literal["issuer", "person", "device"]
    """The control's: whom or what it is about."""
    attested_by: tuple[str, ...]
    """Who gave their word. Where the control asks each person: whom it is about, too."""
    devices: tuple[str, ...]
    """What it is about where the control asks of each device; else empty."""
    dated: date
    """The day on which they gave it."""
    valid_until: date
    starts: datetime
    """The first moment of that day in the policy's zone; aware."""
    given: datetime
    """The last moment of that day: what was reported later can contradict it; aware."""
    ends: datetime
    """The last moment of `valid_until`; aware."""
    note: str
    path: str
    sha256: str

    @property
    def about(self) -> tuple[str, ...]:
        """The words for the units it is about: people, devices; none for the issuer."""
        return {"issuer": (), "person": self.attested_by, "device": self.devices}[self.grain]

    def state(self, at: datetime) -> State:
        """Tell how it stands at an aware moment."""
        if at < self.starts:
            return "upcoming"
        return "valid" if at <= self.ends else "lapsed"
