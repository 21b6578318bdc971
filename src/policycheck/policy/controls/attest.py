"""`attest`: a demand that an inventory cannot assess.

What it does:
    `unknown` (`needs_attestation`) until an attestation is on file that is still valid: from the
    policy's issuer, or of each person or device in scope. Then it is a pass, unless a report made
    after the day of the attestation surely shows what `contradicted_by` finds: then it is
    `unknown` (`contradicted`), with a finding for each such item. Whatever only might be it
    contradicts nobody.

Why it matters:
    Many clauses of a memo are about conduct. Leaving them out would make the report look
    complete; judging them from an app list would be a guess.

Example:
    attest:
      statement: I keep no WeChat on a phone that I use for work
      by: person
      contradicted_by: {app: wechat}

Remedy:
    Obtain the attestation and put it on file. Where it is contradicted, ask: either the word or
    the report is wrong, or things have changed since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from policycheck.policy.reader import Reader
from policycheck.policy.selector import Selector
from policycheck.policy.selector_reader import read_selector
from policycheck.policy.written import Described, SelectorNode
from policycheck.yamlfile import Mapping as MapNode
from policycheck.yamlfile import Texts, decode


class AttestFile(Described):
    """A demand for somebody's word, as it is written."""

    statement: Texts
    """What is attested."""
    by: Literal["issuer", "person", "device"]
    """Whose word: one of the issuer, or one of each person or of each device in scope."""
    contradicted_by: SelectorNode | None = None
    """What cannot be there if the word is true."""


class Keys(Described):
    """The keys of a control that are this kind's."""

    attest: AttestFile | None = None
    """Somebody's word for what no inventory shows."""


@dataclass(frozen=True)
class Attest:
    """A demand for somebody's word."""

    statement: Mapping[str, str]
    """By language; "" where the policy gives none."""
    by: Literal["issuer", "person", "device"]
    contradicted_by: Selector = ()
    """What cannot be there if the statement is true."""

    @property
    def selector(self) -> Selector:
        """What the control looks for: what contradicts the statement."""
        return self.contradicted_by

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
    node = attest.get("contradicted_by")
    selector = () if node is None else read_selector(reader, node)
    if written is None or selector is None:
        return None
    return Attest(written.statement, written.by, selector)
