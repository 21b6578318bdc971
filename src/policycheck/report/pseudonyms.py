"""Pseudonyms: what leaves the house does not say whose devices it is about.

Each device, person and violation has a pseudonym that is made with a secret key: the same in every
export with the same key, so that exports can be joined, and told by nobody who has not the key. The
names of devices are left out, as are texts that quote reports.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.model import Share
from policycheck.problems import PolicycheckError, Problem, quote
from policycheck.report.rows import (
    Bystander,
    Conflict,
    Finding,
    Holder,
    InputLine,
    Rejection,
    WaiverLine,
)
from policycheck.report.wrapped import Wrapped
from policycheck.text import fold_text

if TYPE_CHECKING:
    from policycheck.report.content import Content
    from policycheck.store.feed import FedEvent

LEAST = 16
"""Bytes that a key has to have."""
_DIGITS = 16
_WITHHELD = "withheld"


class Pseudonyms:
    """Pseudonyms by one key."""

    def __init__(self, key: bytes) -> None:
        """Take a secret key."""
        self._key = key

    def of(self, kind: str, word: str | None) -> str | None:
        """Return the pseudonym of a device, person or violation; null stays null."""
        if word is None:
            return None
        told = f"{kind}\0{fold_text(word)}".encode()
        return f"{kind}-{hmac.new(self._key, told, 'sha256').hexdigest()[:_DIGITS]}"

    def finding(self, line: Finding) -> Finding:
        """Return a finding that says nothing of who and which device."""
        return line._replace(
            fingerprint=self.of("violation", line.fingerprint) or "",
            device_id=self.of("device", line.device_id),
            device_name=None,
            person_id=self.of("person", line.person_id),
            evidence=line.evidence._replace(path=None),
            waiver=self.of("waiver", line.waiver),
        )

    def event(self, line: FedEvent) -> FedEvent:
        """Return an event that says nothing of who and which device."""
        renamed = line.kind == "renamed"
        return line._replace(
            fingerprint=self.of("violation", line.fingerprint) or "",
            detail=self.of("violation", line.detail) if renamed else line.detail,
            device_key=self.of("device", line.device_key),
            device_id=self.of("device", line.device_id),
            device_name=None,
            person_id=self.of("person", line.person_id),
        )

    def holder(self, line: Holder) -> Holder:
        """Return a holder without names; the department stays."""
        return line._replace(
            name=self.of("person", line.name), manager=self.of("person", line.manager)
        )


def names_by(key: Path | None) -> Pseudonyms | None:
    """Return the pseudonyms by the key in a file, if there is one; see `read_key`."""
    return None if key is None else Pseudonyms(read_key(key))


def read_key(path: Path) -> bytes:
    """Read a key. Raises PolicycheckError where it cannot be read, or is too short to be secret."""
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        message = f"cannot read the key {quote(str(path))}: {error.strerror}"
        raise PolicycheckError([Problem(message, None)]) from error
    if len(key) < LEAST:
        hint = "make one by `openssl rand -hex 32`"
        message = f"the key {quote(str(path))} has fewer than {LEAST} bytes"
        raise PolicycheckError([Problem(message, None, hint)])
    return key


class Pseudonymised(Wrapped):
    """A content that says nothing of who and which device. Sums are the whole's."""

    def __init__(self, whole: Content, names: Pseudonyms) -> None:
        """Hide whose devices a content is about."""
        super().__init__(whole)
        self._names = names

    def findings(self) -> Iterator[Sequence[Finding]]:
        """Yield all findings in chunks."""
        for chunk in self._whole.findings():
            yield [self._names.finding(line) for line in chunk]

    def held_findings(self, verdict: str) -> Iterator[Sequence[tuple[Finding, Holder]]]:
        """Yield a verdict's findings in chunks, each with who holds the device."""
        for chunk in self._whole.held_findings(verdict):
            yield [(self._names.finding(line), self._names.holder(who)) for line, who in chunk]

    def worst(self, verdict: str, limit: int) -> Sequence[Finding]:
        """Return a verdict's first findings, worst first."""
        return [self._names.finding(line) for line in self._whole.worst(verdict, limit)]

    @property
    def inputs(self) -> Sequence[InputLine]:
        """The files that were read, without their names: these may be somebody's."""
        named = enumerate(self._whole.inputs, 1)
        return [line._replace(path=f"file {number}") for number, line in named]

    @property
    def waivers(self) -> Sequence[WaiverLine]:
        """What each waiver does, without why and by whom: that is free text about people."""
        return [
            line._replace(
                waiver=self._names.of("waiver", line.waiver) or "",
                approved_by=self._names.of("person", line.approved_by) or "",
                ticket=_WITHHELD,
                reason=_WITHHELD,
                path=_WITHHELD,
            )
            for line in self._whole.waivers
        ]

    def shares(self, by: str) -> Sequence[Share]:
        """Count the verdicts by something; managers are people."""
        shares = self._whole.shares(by)
        if by != "manager":
            return shares
        return [share._replace(value=self._names.of("person", share.value)) for share in shares]

    def bystanders(self, limit: int) -> Sequence[Bystander]:
        """Return the first of those that a control does not address."""
        return [
            line._replace(
                device_id=self._names.of("device", line.device_id),
                device_name=None,
                person_id=self._names.of("person", line.person_id),
            )
            for line in self._whole.bystanders(limit)
        ]

    def conflicts(self) -> Sequence[Conflict]:
        """Return in which columns reports of one device contradict each other, not how."""
        return [
            line._replace(
                device_id=self._names.of("device", line.device_id),
                device_name=None,
                used=_WITHHELD,
                said=tuple(claim._replace(value=_WITHHELD) for claim in line.said),
            )
            for line in self._whole.conflicts()
        ]

    def rejected(self) -> Iterator[Rejection]:
        """Yield how much could not be used; where and why quotes the reports."""
        for line in self._whole.rejected():
            yield Rejection(_WITHHELD, line.record, _WITHHELD)
