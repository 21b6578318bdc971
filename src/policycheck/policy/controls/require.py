"""`require`: at least one thing that the selector finds must be present.

What it does:
    Passes where an item that the selector finds is present in a fresh report. With
    `per: person` one device of a person suffices.

Why it matters:
    Absence has to be proven: only a fresh report that lists all items of the kind, and could
    have recognised the thing, shows that it is missing. All else is `unknown`.

Example:
    require: {app: [yixin, lanxin]}
    per: person

Remedy:
    Install one of the apps; or see that the device reports its full list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policycheck.policy.selector import Selector


@dataclass(frozen=True)
class Require:
    """A demand for presence."""

    selector: Selector
    per: Literal["device", "person"] = "device"

    @property
    def approved(self) -> tuple[str, ...]:
        """The apps that may be there although the selector finds them: none."""
        return ()

    @property
    def grain(self) -> Literal["device", "person"]:
        """What is counted."""
        return self.per
