"""`only`: of what the selector finds, just these apps may be present.

What it does:
    Every item that `among` finds is a violation, unless the catalogue recognises it as one
    of `apps` as `exact` or `likely`.

Why it matters:
    A memo that approves one messenger bans all others, also those that nobody has thought
    of yet. Something merely *named* like the approved app is not approved.

Example:
    only: {apps: [yixin], among: {category: messaging}}

Remedy:
    Remove the app that was found; or have the memo's issuer add it to `apps`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policycheck.policy.selector import Selector


@dataclass(frozen=True)
class Only:
    """An exclusive approval."""

    apps: tuple[str, ...]
    among: Selector

    @property
    def selector(self) -> Selector:
        """What the control looks for."""
        return self.among

    @property
    def approved(self) -> tuple[str, ...]:
        """The apps that may be there although the selector finds them."""
        return self.apps

    @property
    def grain(self) -> Literal["device"]:
        """What is counted."""
        return "device"
