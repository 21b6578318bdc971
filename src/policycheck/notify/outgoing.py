"""Fill the store's outbox with digests, and send what is in it.

What is new since a channel's mark becomes messages in the transaction that moves the mark on: so
each notice is in exactly one message of each recipient, whoever is killed. Messages are sent
afterwards, at least once each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from policycheck.channels import NotifyConfig
from policycheck.notify.digest import make_digests
from policycheck.notify.people import Directory
from policycheck.notify.posting import DeliveryError
from policycheck.notify.schedule import has_come, is_quiet
from policycheck.notify.senders import Sender
from policycheck.notify.text import manner_of, write_digest
from policycheck.notify.webhook import write_parts
from policycheck.store.database import Store
from policycheck.store.notices import (
    Leads,
    Notice,
    last_mark,
    note_facts,
    read_notices,
    read_standing,
)
from policycheck.store.outbox import (
    Message,
    Progress,
    Waiting,
    mark_failed,
    mark_sent,
    move_on,
    put,
    read_progress,
    read_waiting,
    take,
)
from policycheck.store.retention import last_pruning

if TYPE_CHECKING:
    from sqlalchemy import Connection

_AT_ONCE = 10
_ENOUGH_FAILURES = 3
"""So many in a row, and the rest of a channel's messages waits for the next time."""


class _Undone(Exception):  # noqa: N818 - takes a transaction back, and is nobody's error
    """Ends a preview."""


@dataclass(frozen=True)
class Office:
    """What messages are made from."""

    store: Store
    config: NotifyConfig
    min_coverage: float | None
    """From 0 to 1; None: coverage is not told of."""
    directory: Callable[[], Directory]
    """Reads the people file; called where a channel groups by what stands in it."""

    @property
    def leads(self) -> Leads:
        """How long before it happens a thing is told."""
        return Leads(self.config.due_soon, self.config.lapsing, self.min_coverage)


class Delivery(NamedTuple):
    """What came of sending."""

    messages: int
    notices: int
    failures: tuple[tuple[Message, str], ...]
    """The messages that were not taken, and why not."""


def list_begun(store: Store, config: NotifyConfig) -> frozenset[str]:
    """Return the channels that somebody let begin."""
    with store.reading() as connection:
        return frozenset(read_progress(connection)) & frozenset(config.channels)


def list_waiting(store: Store) -> tuple[Waiting, ...]:
    """Return what is not sent yet, by channel; also of channels that are no more."""
    with store.reading() as connection:
        return read_waiting(connection)


def fill_outbox(office: Office, now: datetime) -> int:
    """Make the digests whose time has come; return how many messages that are."""
    config = office.config
    if is_quiet(config.quiet_hours, config.timezone, now):
        return 0
    with office.store.reading() as connection:
        progress = read_progress(connection)
    ready = [
        name
        for name, channel in config.channels.items()
        if name in progress and has_come(channel.when, config.timezone, progress[name].told_at, now)
    ]
    if not ready:
        return 0
    return _make(office, ready, now)


def begin(office: Office, names: Collection[str], now: datetime, *, with_standing: bool) -> int:
    """Let channels begin; return how many messages are to be sent for it.

    with_standing: tell what is so already, as a preview shows it; else only what comes.
    """
    if with_standing:
        return _make(office, names, now)
    with office.store.writing() as connection:
        note_facts(connection, now, office.leads)
        for name in names:
            move_on(connection, name, last_mark(connection), now)
    return 0


def preview(office: Office, now: datetime) -> tuple[Message, ...]:
    """Return the messages that digests of all channels would be now; nothing is kept of it."""
    names = tuple(office.config.channels)
    directory = _directory(office, names)
    notices: dict[str, list[Notice]] = {}
    try:
        with office.store.writing() as connection:
            note_facts(connection, now, office.leads)
            progress = read_progress(connection)
            notices = {name: list(_notices(connection, progress, name, now)) for name in names}
            raise _Undone
    except _Undone:
        made = (_messages(office.config, name, notices[name], directory, now) for name in names)
        return tuple(message for messages in made for message in messages)


def _directory(office: Office, names: Iterable[str]) -> Directory:
    channels = office.config.channels
    return office.directory() if any(channels[name].by for name in names) else Directory()


def _make(office: Office, names: Collection[str], now: datetime) -> int:
    """Put the digests of some channels into the outbox, and move their marks on.

    They are written while nobody is kept from recording. Whose mark another moved on meanwhile
    is left out: the other told it. Where something was pruned meanwhile, perhaps a person, they
    are written anew: they may tell what is to be forgotten.
    """
    directory = _directory(office, names)
    with office.store.writing() as connection:
        note_facts(connection, now, office.leads)
    while True:
        with office.store.reading() as connection:
            pruned, mark = last_pruning(connection), last_mark(connection)
            progress = read_progress(connection)
            made: dict[str, list[Message]] = {}
            for name in names:
                notices = _notices(connection, progress, name, now)
                made[name] = list(_messages(office.config, name, notices, directory, now))
        with office.store.writing() as connection:
            if last_pruning(connection) != pruned:
                continue
            current = read_progress(connection)
            told = [name for name in names if current.get(name) == progress.get(name)]
            for name in told:
                put(connection, made[name], now)
                move_on(connection, name, mark, now)
        return sum(len(made[name]) for name in told)


def _notices(
    connection: Connection, progress: Mapping[str, Progress], name: str, now: datetime
) -> Iterable[Notice]:
    """Return what a channel has not told yet; of one that has not begun, what is so already."""
    if name in progress:
        return read_notices(connection, progress[name].mark, now)
    return read_standing(connection, now)


def _messages(
    config: NotifyConfig, name: str, notices: Iterable[Notice], directory: Directory, now: datetime
) -> Iterator[Message]:
    channel = config.channels[name]
    manner = manner_of(channel.kind, config.language_of(channel), config.timezone)
    for digest in make_digests(name, channel, notices, directory):
        if channel.kind == "webhook":
            yield from write_parts(digest, now)
            continue
        text = write_digest(digest, manner)
        address = digest.recipient.address
        yield Message(digest.key, name, address, text.notices, text.title, text.body)


def send_waiting(office: Office, senders: Mapping[str, Sender], now: datetime) -> Delivery:
    """Send what is in the outbox and to be tried, but nothing in the quiet hours."""
    config = office.config
    if is_quiet(config.quiet_hours, config.timezone, now):
        return Delivery(0, 0, ())
    sent = told = 0
    failures: list[tuple[Message, str]] = []
    in_a_row: Counter[str] = Counter()
    open_channels = set(senders)
    while taken := _take(office.store, open_channels, now):
        for message in taken:
            if trouble := _send(office.store, senders[message.channel], message, now):
                failures.append((message, trouble))
                in_a_row[message.channel] += 1
            else:
                sent, told = sent + 1, told + message.notices
                in_a_row[message.channel] = 0
        open_channels -= {name for name, n in in_a_row.items() if n >= _ENOUGH_FAILURES}
    return Delivery(sent, told, tuple(failures))


def _take(store: Store, channels: Collection[str], now: datetime) -> list[Message]:
    with store.writing() as connection:
        return take(connection, channels, now, _AT_ONCE)


def _send(store: Store, sender: Sender, message: Message, now: datetime) -> str:
    """Send a message and keep what came of it; return why it was not taken, empty where it was."""
    try:
        sender(message, now)
    except DeliveryError as error:
        with store.writing() as connection:
            mark_failed(connection, message.key, str(error))
        return str(error)
    with store.writing() as connection:
        mark_sent(connection, message.key, now)
    return ""
