"""From notices to digests: who is told of what, in one message each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from policycheck.channels import Channel
from policycheck.model import Severity
from policycheck.notify.people import Directory
from policycheck.store.notices import Notice
from policycheck.text import fold_text

_KEY_DIGITS = 32
_RANKS = {severity.value: rank for rank, severity in enumerate(Severity)}


class Recipient(NamedTuple):
    """Whom a digest is for."""

    address: str
    """Of a mail; empty where the channel is one place."""
    label: str
    """The manager or the department that it is about; empty for all others."""


class Digest(NamedTuple):
    """What one recipient is told at once, the worst first."""

    channel: str
    recipient: Recipient
    notices: tuple[Notice, ...]

    @property
    def key(self) -> str:
        """The same for the same notices to the same recipient, and for nothing else."""
        return self._digest(*(notice.key for notice in self.notices))

    def key_of(self, notice: Notice) -> str:
        """Return the key of one notice to this recipient."""
        return self._digest(notice.key)

    def _digest(self, *words: str) -> str:
        named = "\x1f".join((self.channel, *self.recipient, *words))
        return hashlib.sha256(named.encode("utf-8", "backslashreplace")).hexdigest()[:_KEY_DIGITS]


def make_digests(
    name: str, channel: Channel, notices: Iterable[Notice], directory: Directory
) -> Iterator[Digest]:
    """Group what a channel tells by who is to be told; sorted by recipient."""
    told: dict[Recipient, list[Notice]] = {}
    for notice in notices:
        if _is_told(channel, notice):
            for recipient in _recipients(channel, directory, notice):
                told.setdefault(recipient, []).append(notice)
    for recipient in sorted(told):
        yield Digest(name, recipient, tuple(sorted(told[recipient], key=_order)))


def _is_told(channel: Channel, notice: Notice) -> bool:
    """Tell whether a channel asks for a notice; a severity that nobody knows counts as the worst.

    So nothing is left out that might matter.
    """
    matter = "coverage" if notice.share is not None else notice.kind
    return matter in channel.tell and _rank(notice) <= _RANKS[channel.severity.value]


def _recipients(channel: Channel, directory: Directory, notice: Notice) -> Sequence[Recipient]:
    """Return who is told; mail that belongs to no known manager or department goes to `to`."""
    person = directory.find(notice.person_id)
    label = {"manager": person.manager, "department": person.department}.get(channel.by or "", "")
    if channel.kind != "mail":
        return [Recipient("", label)]
    if channel.by == "manager" and person.manager_address:
        return [Recipient(person.manager_address, "")]
    departments = {fold_text(name): addresses for name, addresses in channel.departments.items()}
    if addresses := departments.get(fold_text(label)):
        return [Recipient(address, label) for address in addresses]
    return [Recipient(address, "") for address in channel.to]


def _rank(notice: Notice) -> int:
    return _RANKS.get(notice.severity, 0)


def _order(notice: Notice) -> tuple[object, ...]:
    device = notice.device_name or notice.device_id or ""
    where = (notice.policy, notice.control, device.lower(), notice.subject or "")
    return (_rank(notice), *where, notice.key)
