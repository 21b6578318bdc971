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

from policycheck.policy.reader import Reader
from policycheck.policy.selector import Selector
from policycheck.yamlfile import Mapping as MapNode
from policycheck.yamlfile import Model, Texts, decode


class AttestFile(Model):
    """A demand for somebody's word, as it is written."""

    statement: Texts
    by: Literal["issuer", "person", "device"]


class Keys(Model):
    """The keys of a control that are this kind's."""

    attest: AttestFile | None = None


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


def read(reader: Reader, control: MapNode) -> Attest | None:
    """Read the demand of a control that has the key `attest`."""
    attest = control.get("attest")
    if not isinstance(attest, MapNode):
        return None
    written, _ = decode(reader.document, AttestFile, attest)
    return None if written is None else Attest(written.statement, written.by)
