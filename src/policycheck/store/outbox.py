"""The outbox: how far each channel has been told, and the messages that wait to be sent.

A message is written in the transaction that moves its channel's mark on, and sent afterwards. It
is marked as sent when somebody took it; who dies in between sends the very same again, under the
same key. A try is counted, and the next one dated, before anything is sent: so two that send at
once do not take the same message, and one that is killed by a message does not try it for ever.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlmodel import col

from policycheck.store.notices import Mark
from policycheck.store.tables import ChannelRow, MessageRow
from policycheck.text import fold_text

_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(hours=6)
_AT_ONCE = 100
_SHOWN = 60
"""Characters of a value that a message shows at least: see notify/text.py."""
_WORD = re.compile(r"\w+")


class Progress(NamedTuple):
    """How far a channel has been told, and when its last digest was made."""

    mark: Mark
    told_at: datetime


class Message(NamedTuple):
    """A digest, ready to be sent."""

    key: str
    channel: str
    recipient: str
    """An address; empty where the channel is one place."""
    notices: int
    title: str
    body: str


class Waiting(NamedTuple):
    """The messages of a channel that are not sent yet."""

    channel: str
    messages: int
    try_at: datetime
    """When the first of them is to be tried."""
    trouble: str
    """Why one of them could not be sent; empty where none was tried."""


def read_progress(connection: Connection) -> dict[str, Progress]:
    """Return how far the channels that have begun have been told, by name."""
    rows = connection.execute(
        select(
            col(ChannelRow.name),
            col(ChannelRow.event_id),
            col(ChannelRow.notice_id),
            col(ChannelRow.told_at),
        )
    )
    return {name: Progress(Mark(event, notice), told) for name, event, notice, told in rows}


def move_on(connection: Connection, channel: str, mark: Mark, now: datetime) -> None:
    """Keep that a channel's messages up to a mark are in the outbox. It begins by this."""
    connection.execute(delete(ChannelRow).where(col(ChannelRow.name) == channel))
    row = {"name": channel, "event_id": mark.event, "notice_id": mark.notice, "told_at": now}
    connection.execute(insert(ChannelRow), row)


def put(connection: Connection, messages: Sequence[Message], now: datetime) -> None:
    """Put messages into the outbox, to be sent at once."""
    rows = [{**m._asdict(), "made_at": now, "tries": 0, "try_at": now} for m in messages]
    if rows:
        connection.execute(insert(MessageRow), rows)


def take(
    connection: Connection, channels: Collection[str], now: datetime, most: int
) -> list[Message]:
    """Take messages of some channels that are to be tried, the oldest first; count the try."""
    asked = (
        select(*_MESSAGE, col(MessageRow.tries))
        .where(col(MessageRow.try_at) <= now, col(MessageRow.channel).in_(channels))
        .order_by(col(MessageRow.made_at), col(MessageRow.key))
        .limit(most)
    )
    taken = connection.execute(asked).all()
    for key, *_, tries in taken:
        again = now + min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(tries, 10))
        _change(connection, key, {"tries": tries + 1, "try_at": again})
    return [Message(*row[:-1]) for row in taken]


_MESSAGE = (
    col(MessageRow.key), col(MessageRow.channel), col(MessageRow.recipient),
    col(MessageRow.notices), col(MessageRow.title), col(MessageRow.body),
)  # fmt: skip


def mark_sent(connection: Connection, key: str, now: datetime) -> None:
    """Keep that a message was taken, and forget what it said, and to whom."""
    told = {"title": "", "body": "", "recipient": "", "trouble": None}
    _change(connection, key, {"sent_at": now, "try_at": None, **told})


def mark_failed(connection: Connection, key: str, trouble: str) -> None:
    """Keep why a message could not be sent."""
    _change(connection, key, {"trouble": trouble})


def _change(connection: Connection, key: str, values: Mapping[str, object]) -> None:
    statement = update(MessageRow).where(col(MessageRow.key) == bindparam("of"))
    connection.execute(statement.values(**values), {"of": key})


def drop_messages(connection: Connection, words: Collection[str]) -> int:
    """Remove the messages that are to one of these words, or name one; return how many waited.

    words: folded. All that such a message tells is lost: what it told of others, too.
    """
    named = re.compile("|".join(filter(None, map(_pattern, words))) or "(?!)")
    rows = connection.execute(select(col(MessageRow.try_at), *_MESSAGE)).yield_per(_AT_ONCE)
    gone: list[tuple[str, bool]] = []
    for try_at, key, _, recipient, _, title, body in rows:
        if any(named.search(_plain(text)) for text in (recipient, title, body)):
            gone.append((key, try_at is not None))
    if gone:
        mine = col(MessageRow.key) == bindparam("of")
        connection.execute(delete(MessageRow).where(mine), [{"of": key} for key, _ in gone])
    return sum(waited for _, waited in gone)


def _pattern(word: str) -> str:
    """Return what finds a word in a plain text: whole where it is ASCII, as a message cuts it."""
    plain = _plain(word[:_SHOWN])
    return rf"\b{plain}\b" if plain.isascii() and plain else plain


def _plain(text: str) -> str:
    """Return the words of a text: what makes them harmless in a message stands between them."""
    return " ".join(_WORD.findall(fold_text(text)))


def read_waiting(connection: Connection) -> tuple[Waiting, ...]:
    """Return what is not sent yet, by channel."""
    rows = connection.execute(
        select(
            col(MessageRow.channel),
            func.count(),
            func.min(col(MessageRow.try_at)),
            func.max(col(MessageRow.trouble)),
        )
        .where(col(MessageRow.try_at).is_not(None))
        .group_by(col(MessageRow.channel))
        .order_by(col(MessageRow.channel))
    )
    return tuple(Waiting(name, n, at, why or "") for name, n, at, why in rows if at)
