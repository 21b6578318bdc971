"""Messages that wait: each is tried until it is taken, later each time, and then forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from toy import Toy
from toy_judge import day

from policycheck.store.notices import Mark
from policycheck.store.outbox import (
    Message,
    mark_failed,
    mark_sent,
    move_on,
    put,
    read_progress,
    read_waiting,
    take,
)

pytestmark = pytest.mark.usefixtures("each_store")
NOW = day(1)
MINUTE = timedelta(minutes=1)


def message(key: str, channel: str = "room") -> Message:
    return Message(key, channel, "", 3, f"title of {key}", "body")


def taken(toy: Toy, at, channels=("room",), most: int = 10) -> list[str]:
    with toy.store.writing() as connection:
        return [each.key for each in take(connection, channels, at, most)]


def test_a_try_is_counted_before_it_is_made(tmp_path) -> None:
    toy = Toy(tmp_path)
    with toy.store.writing() as connection:
        put(connection, [message("a")], NOW)
    waits, at = [], NOW
    for _ in range(10):
        assert taken(toy, at) == ["a"]
        assert taken(toy, at) == []
        with toy.store.reading() as connection:
            (waiting,) = read_waiting(connection)
        waits.append((waiting.try_at - at) / MINUTE)
        assert taken(toy, waiting.try_at - timedelta(seconds=1)) == []
        at = waiting.try_at
    assert waits == [5, 10, 20, 40, 80, 160, 320, 360, 360, 360]


def test_what_is_sent_is_forgotten_but_for_its_key(tmp_path) -> None:
    toy = Toy(tmp_path)
    with toy.store.writing() as connection:
        put(connection, [message("a")], NOW)
    assert taken(toy, NOW) == ["a"]
    with toy.store.writing() as connection:
        mark_sent(connection, "a", NOW)
    assert taken(toy, NOW + timedelta(days=9)) == []
    assert toy.rows("SELECT key, title, body, notices FROM message") == [("a", "", "", 3)]


def test_channels_that_cannot_send_keep_their_messages(tmp_path) -> None:
    toy = Toy(tmp_path)
    with toy.store.writing() as connection:
        put(connection, [message("a"), message("b", "mail"), message("c")], NOW)
        mark_failed(connection, "c", "no room")
    assert taken(toy, NOW, most=1) == ["a"]
    assert taken(toy, NOW) == ["c"]
    assert taken(toy, NOW, ()) == []
    with toy.store.reading() as connection:
        told = [(w.channel, w.messages, w.trouble) for w in read_waiting(connection)]
    assert told == [("mail", 1, ""), ("room", 2, "no room")]


def test_a_channel_begins_once_and_moves_on(tmp_path) -> None:
    toy = Toy(tmp_path)
    with toy.store.writing() as connection:
        assert read_progress(connection) == {}
        move_on(connection, "room", Mark(3, 4), day(1))
        move_on(connection, "room", Mark(5, 6), day(2))
        assert read_progress(connection) == {"room": (Mark(5, 6), day(2))}
