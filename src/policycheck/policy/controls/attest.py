"""`attest`: a demand that an inventory cannot assess.

What it does:
    `unknown` (`needs_attestation`) until an attestation is on file, from the policy's issuer,
    or from each person or device in scope.

Why it matters:
    Many clauses of a memo are about conduct. Leaving them out would make the report look
    complete; judging them from an app list would be a guess.

Example:
    attest: {statement: Suppliers were told of the rule, by: issuer}

Remedy:
    Obtain the attestation and put it on file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from policycheck.policy.selector import Selector


@dataclass(frozen=True)
class Attest:
    """A demand for somebody's word."""

    statement: Mapping[str, str]
    """By language; "" where the policy gives none."""
    by: Literal["issuer", "person", "device"]

    @property
    def selector(self) -> Selector:
        """What the control looks for: nothing."""
        return ()

    @property
    def approved(self) -> tuple[str, ...]:
        """The apps that may be there although the selector finds them: none."""
        return ()

    @property
    def grain(self) -> Literal["issuer", "person", "device"]:
        """What is counted."""
        return self.by
