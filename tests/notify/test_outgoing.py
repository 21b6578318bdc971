"""From the store to the recipients: each thing at least once, a duplicate under the same key.

The servers are real ones, and fail half the time, before or after they have taken a message.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from receivers import HttpReceiver, MailReceiver
from toy import Toy
from toy_judge import Report, Rules, day

from policycheck.channels import NotifyConfig
from policycheck.notify.outgoing import (
    Office,
    begin,
    fill_outbox,
    list_waiting,
    preview,
    send_waiting,
)
from policycheck.notify.people import Directory, Person
from policycheck.notify.posting import Webhook
from policycheck.notify.senders import Sender, Surroundings, open_senders
from policycheck.store.chain import record_deeds
from policycheck.store.database import open_store
from policycheck.store.forgetting import forget
from policycheck.store.notices import last_mark, note_facts, read_notices
from policycheck.store.outbox import Message, read_progress
from policycheck.store.tombstones import PRUNE

GRACE = Rules(grace_days=3)
PEOPLE = Directory(
    {f"p{n}@example.com": Person("", f"M{n % 3}", f"m{n % 3}@example.com") for n in range(9)}
)


def office(toy: Toy, **settings: object) -> Office:
    given = {"channels": {"hook": {"kind": "webhook", "url": {"env": "X"}, "when": ["at_once"]}}}
    return Office(toy.store, NotifyConfig.model_validate(given | settings), None, lambda: PEOPLE)


def live(toy: Toy, days: range) -> Iterator[float]:
    """Let nine people install and remove an app, in turn; yield each day."""
    for on in days:
        reports = [
            Report(
                device=f"d{n}", name=f"PHONE-{n}", person=f"p{n}@example.com", at=on,
                items=("com.tencent.mm",) * ((on + n) % 4 < 2),
            )
            for n in range(9)
        ]  # fmt: skip
        toy.audit(on, *reports, rules=GRACE)
        yield on


def all_keys(toy: Toy, until: float) -> set[str]:
    """Return the keys of all that was ever to be told to the webhook."""
    from policycheck.notify.digest import Digest, Recipient

    hook = Digest("hook", Recipient("", ""), ())
    with toy.store.writing() as connection:
        note_facts(connection, day(until), office(toy).leads)
        everything = read_notices(connection, type(last_mark(connection))(0, 0), day(until))
        return {hook.key_of(notice) for notice in everything}


def told(web: HttpReceiver) -> list[tuple[str, tuple[str, ...]]]:
    """Return of each post its key, and the keys of what it tells."""
    for post in web.posts:
        assert post.headers["Idempotency-Key"] == post.told["key"]
    return [(p.told["key"], tuple(n["key"] for n in p.told["notices"])) for p in web.posts]


@pytest.mark.thorough
def test_a_server_that_fails_half_the_time_is_told_everything(tmp_path, web: HttpReceiver) -> None:
    toy = Toy(tmp_path)
    desk, senders = office(toy), {"hook": Webhook(web.url)}
    begin(desk, ["hook"], day(1), with_standing=False)
    web.answer = lambda number: (500 if number % 2 else 200, "")
    failures = 0
    for on in live(toy, range(2, 14)):
        fill_outbox(desk, day(on))
        for hours in (0, 0, 1, 3):
            failures += len(send_waiting(desk, senders, day(on) + timedelta(hours=hours)).failures)
    web.answer = lambda _: (200, "")
    send_waiting(desk, senders, day(14))
    posts = told(web)
    assert list_waiting(toy.store) == ()
    assert failures >= 10
    assert len(posts) == failures + len(dict(posts))
    assert len(set(posts)) == len(dict(posts))  # the same key, the same message
    keys = [key for _, notices in dict(posts).items() for key in notices]
    assert len(keys) == len(set(keys))  # nothing is in two messages
    assert set(keys) == all_keys(toy, 13)
    assert len(keys) > 60


@pytest.mark.thorough
def test_managers_are_mailed_through_a_server_that_fails_half_the_time(
    tmp_path, mail: MailReceiver
) -> None:
    toy = Toy(tmp_path)
    server = {
        "server": "127.0.0.1", "port": str(mail.port), "security": "none", "from": "p@example.com",
    }  # fmt: skip
    channel = {"kind": "mail", "by": "manager", "to": ["c@example.com"], "when": ["at_once"]}
    desk = office(toy, mail=server, channels={"managers": channel})
    senders, problems = open_senders(desk.config, Surroundings(tmp_path, {}))
    assert problems == ()
    begin(desk, ["managers"], day(1), with_standing=False)
    mail.refuses = lambda number: number % 2 == 1
    made = 0
    for on in live(toy, range(2, 7)):
        made += fill_outbox(desk, day(on))
        for hours in range(0, 12, 3):
            send_waiting(desk, senders, day(on) + timedelta(hours=hours))
    mail.refuses = lambda _: False
    send_waiting(desk, senders, day(9))
    assert list_waiting(toy.store) == ()
    assert len(mail.mails) == made == len({m["Idempotency-Key"] for _, m in mail.mails}) > 10
    assert mail.arrived > made
    for address, got in mail.mails:
        others = {f"p{n}@example.com" for n in range(9) if f"m{n % 3}@example.com" != address}
        assert not any(person in got.get_content() for person in others)


_SENDER = """
import os, sys
from datetime import timedelta
sys.path[:0] = {path!r}
from test_outgoing import office, send_waiting, Webhook, day
from policycheck.store.chain import record_deeds
from policycheck.store.database import open_store
from policycheck.store.forgetting import forget
class Store: store = open_store(sys.argv[1])
class Dying(Webhook):
    def __call__(self, message, now):
        super().__call__(message, now)
        if os.path.exists(sys.argv[4]):
            os.unlink(sys.argv[4])
            os.kill(os.getpid(), 9)
now = day(float(sys.argv[3]))
send_waiting(office(Store), {{"hook": Dying(sys.argv[2])}}, now)
"""


@pytest.mark.thorough
def test_a_process_that_is_killed_between_sending_and_marking_sends_again(
    tmp_path, web: HttpReceiver
) -> None:
    toy = Toy(tmp_path)
    begin(office(toy), ["hook"], day(1), with_standing=False)
    death = tmp_path / "death"
    here = Path(__file__).parent
    code = _SENDER.format(path=[str(here), str(here.parent / "store")])
    ends = []
    for on in live(toy, range(2, 6)):
        death.touch()
        fill_outbox(office(toy), day(on))
        for at in (on, on + 0.5):
            words = [sys.executable, "-c", code, toy.url, web.url, str(at), str(death)]
            ends.append(subprocess.run(words, check=False, env=dict(os.environ)).returncode)
    assert ends == [-9, 0] * 4
    posts = told(web)
    assert len(posts) == 8
    assert posts[::2] == posts[1::2]
    assert [p.body for p in web.posts[::2]] == [p.body for p in web.posts[1::2]]
    assert {key for _, keys in posts for key in keys} == all_keys(toy, 5)
    assert list_waiting(toy.store) == ()


def test_who_is_killed_while_digests_are_made_has_made_none(tmp_path) -> None:
    toy = Toy(tmp_path)
    desk = office(toy)
    begin(desk, ["hook"], day(1), with_standing=False)
    list(live(toy, range(2, 3)))
    before = everything(toy)
    made = preview(desk, day(3))
    assert [message.notices for message in made] == [8]  # opened, and due soon
    assert everything(toy) == before
    assert fill_outbox(desk, day(3)) == 1
    assert fill_outbox(desk, day(3)) == 0


def everything(toy: Toy) -> list[list[tuple]]:
    return [toy.rows(f"SELECT * FROM {table}") for table in ("channel", "notice", "message")]


class Kept(list[Message]):
    """A sender that takes everything."""

    def __call__(self, message: Message, now: datetime) -> None:
        self.append(message)


def keep(desk: Office) -> tuple[dict[str, Kept], Mapping[str, Sender]]:
    kept = {name: Kept() for name in desk.config.channels}
    return kept, kept


@pytest.mark.parametrize("with_standing", [True, False])
def test_a_new_channel_is_told_nothing_before_it_begins(tmp_path, with_standing: bool) -> None:
    toy = Toy(tmp_path)
    desk = office(toy)
    kept, senders = keep(desk)
    list(live(toy, range(2, 5)))
    assert fill_outbox(desk, day(9)) == 0
    send_waiting(desk, senders, day(9))
    shown = preview(desk, day(9))
    with toy.store.reading() as connection:
        assert read_progress(connection) == {}
    assert begin(desk, ["hook"], day(9), with_standing=with_standing) == int(with_standing)
    assert fill_outbox(desk, day(10)) == 0 or with_standing
    send_waiting(desk, senders, day(10))
    assert kept["hook"] == (list(shown) if with_standing else [])
    list(live(toy, range(10, 11)))
    fill_outbox(desk, day(10.5))
    send_waiting(desk, senders, day(10.5))
    assert len(kept["hook"]) == 1 + with_standing


def test_quiet_hours_keep_everything_for_later(tmp_path) -> None:
    toy = Toy(tmp_path)
    desk = office(toy, quiet_hours="22:00-07:00", timezone="Asia/Shanghai")
    kept, senders = keep(desk)
    begin(desk, ["hook"], day(1), with_standing=False)
    list(live(toy, range(2, 3)))
    for hours, messages in [(14, 0), (22, 0), (23, 1)]:
        moment = day(2) + timedelta(hours=hours)
        assert fill_outbox(desk, moment) == messages
        assert send_waiting(desk, senders, moment).messages == messages
    assert len(kept["hook"]) == 1


def test_retries_respect_quiet_hours_too(tmp_path, web: HttpReceiver) -> None:
    toy = Toy(tmp_path)
    desk = office(toy, quiet_hours="22:00-07:00")
    begin(desk, ["hook"], day(1), with_standing=False)
    list(live(toy, range(2, 3)))
    web.answer = lambda _: (500, "")
    evening, night, morning = (day(2) + timedelta(hours=h) for h in (21.9, 22.5, 31))
    fill_outbox(desk, evening)
    assert len(send_waiting(desk, {"hook": Webhook(web.url)}, evening).failures) == 1
    assert send_waiting(desk, {"hook": Webhook(web.url)}, night) == (0, 0, ())
    web.answer = lambda _: (200, "")
    assert send_waiting(desk, {"hook": Webhook(web.url)}, morning).messages == 1


def test_a_channel_that_fails_does_not_hold_up_the_others(tmp_path, web: HttpReceiver) -> None:
    toy = Toy(tmp_path)
    channel = {"kind": "webhook", "url": {"env": "X"}, "by": "manager", "when": ["at_once"]}
    desk = office(toy, channels={"bad": channel, "good": channel})
    begin(desk, ["bad", "good"], day(1), with_standing=False)
    list(live(toy, range(2, 3)))
    assert fill_outbox(desk, day(3)) == 6
    web.answer = lambda _: (500, "")
    kept = Kept()
    delivery = send_waiting(desk, {"bad": Webhook(web.url), "good": kept}, day(3))
    assert (delivery.messages, len(delivery.failures), len(kept)) == (3, 3, 3)
    (waiting,) = list_waiting(toy.store)
    assert (waiting.channel, waiting.trouble) == ("bad", "it answered with HTTP 500")


class Meddling(dict):
    """People of whom nothing is known, and each time somebody asks, something happens."""

    def __init__(self, happens) -> None:
        super().__init__()
        self.happens = happens

    def get(self, *_: object):
        self.happens()
        return Person()


def grouped(toy: Toy, happens) -> Office:
    hook = {"kind": "webhook", "url": {"env": "X"}, "when": ["at_once"], "by": "manager"}
    config = NotifyConfig.model_validate({"channels": {"hook": hook}})
    return Office(toy.store, config, None, lambda: Directory(Meddling(happens)))


def count_waiting(toy: Toy) -> int:
    return sum(line.messages for line in list_waiting(toy.store))


def test_others_record_while_digests_are_written(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    recorded: list[int] = []

    def record() -> None:
        with open_store(toy.url, wait=0).writing():
            recorded.append(1)

    desk = grouped(toy, record)
    begin(desk, ["hook"], day(1), with_standing=False)
    list(live(toy, range(2, 4)))
    preview(desk, day(4))
    fill_outbox(desk, day(4))
    assert recorded
    assert count_waiting(toy) == 1


def test_what_another_told_meanwhile_is_not_told_again(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    quick = grouped(toy, lambda: None)
    slow = grouped(toy, lambda: fill_outbox(quick, day(4)))
    begin(quick, ["hook"], day(1), with_standing=False)
    list(live(toy, range(2, 4)))
    assert fill_outbox(slow, day(4)) == 0
    assert count_waiting(toy) == 1


def test_who_is_forgotten_while_digests_are_written_is_in_none(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    begin(grouped(toy, lambda: None), ["hook"], day(1), with_standing=False)
    toy.audit(2, Report(device="d1", person="p1@example.com", at=2), rules=GRACE)
    wanted = ["p1@example.com"]

    def forget_them() -> None:
        while wanted:
            with toy.store.writing() as connection:
                forget(connection, frozenset({wanted.pop()}))
                asked = {"at": day(2), "version": "0.1.0", "options": {}}
                record_deeds(connection, PRUNE, (), **asked)

    assert fill_outbox(grouped(toy, forget_them), day(2)) == 1
    ((body,),) = toy.rows("SELECT body FROM message")
    assert ("wechat" in body, "p1@" in body) == (True, False)
