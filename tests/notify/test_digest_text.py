"""How messages read, that they fit, and that nothing in them is obeyed.

After a change of wording run once with UPDATE_GOLDEN=1, and read the difference.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest
from notices import EVERYTHING, HOSTILE, notice

from policycheck.channels import Channel, ChannelKind
from policycheck.notify.digest import Digest, Recipient, make_digests
from policycheck.notify.people import Directory, Person
from policycheck.notify.text import Written, manner_of, write_digest
from policycheck.notify.webhook import write_parts
from policycheck.notify.words import WORDS
from policycheck.store.notices import Notice

GOLDEN = Path(__file__).parent / "golden"
KINDS: list[ChannelKind] = ["mail", "slack", "teams", "dingtalk", "feishu", "wecom"]


def digest_of(*notices: Notice, label: str = "", kind: str = "slack") -> Digest:
    channel = Channel.model_validate({"kind": kind, "url": {"env": "X"}})
    (digest,) = make_digests("room", channel, notices, Directory())
    return digest._replace(recipient=Recipient("", label))


def written(*notices: Notice, kind: ChannelKind = "slack", language="en", label="") -> Written:
    manner = manner_of(kind, language, "Asia/Shanghai")
    return write_digest(digest_of(*notices, label=label), manner)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("label", ["", "采销部"])
def test_each_language_says_everything(language: str, label: str) -> None:
    text = written(*EVERYTHING, language=language, label=label)
    told = f"{text.title}\n\n{text.body}\n"
    golden = GOLDEN / f"{language}{'-of' if label else ''}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")
    assert text.notices == len(EVERYTHING) - 1


def test_the_languages_have_the_same_words() -> None:
    places = {
        language: {key: sorted(re.findall(r"{\w+}", text)) for key, text in words.items()}
        for language, words in WORDS.items()
    }
    assert places["en"] == places["zh"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_is_obeyed(kind: ChannelKind, value: str) -> None:
    columns = dict.fromkeys(
        ("policy", "control", "severity", "subject", "item", "device_name", "person_id", "waiver"),
        value,
    )
    hostile = [
        notice(1, **columns, waived_until=notice(1).at),
        notice(2, "waiver_lapsing", **columns),
        notice(3, "resolved", **columns | {"item": None, "device_name": None}),
    ]
    text = written(*hostile, kind=kind, label=value)
    lines = text.body.split("\n")
    assert len(text.title.splitlines()) == 1
    assert all(len(line.splitlines()) <= 1 for line in lines)
    assert len([line for line in lines if line.startswith("- ")]) == 3
    told = text.title + text.body
    assert not re.search(r"[<>\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f]", told)
    assert "\u202e" not in told
    assert not re.search(r"\]\(|://|www\.|(?<![\w.])@", told)
    assert len(told) < 3000
    told.encode()


@cache
def many() -> tuple[Notice, ...]:
    new = (notice(n, item="微" * 60, device_name="信" * 60) for n in range(99_000))
    return (*new, *(notice(n, "resolved") for n in range(99_000, 100_000)))


@pytest.mark.parametrize(("kind", "language"), [("mail", "en"), ("slack", "zh"), ("wecom", "zh")])
def test_a_hundred_thousand_are_one_message_that_fits(kind: ChannelKind, language: str) -> None:
    text = written(*many(), kind=kind, language=language)
    room = manner_of(kind, language, "UTC").room
    assert len(f"{text.title}\n\n{text.body}".encode()) <= room.bytes
    assert (room.bytes <= 2048) == (kind == "wecom")
    assert text.notices == 100_000
    counts = [line for line in text.body.split("\n") if re.search(r"and [\d,]+ more|另有", line)]
    cut = sum(int(re.sub(r"\D", "", line)) for line in counts)
    assert cut + text.body.count("\n- ") == 100_000
    assert len(counts) == 2


def test_a_webhook_is_told_all_of_it_in_parts() -> None:
    parts = list(write_parts(digest_of(*(notice(n) for n in range(1201))), notice(1).at))
    assert [part.notices for part in parts] == [500, 500, 201]
    assert len({part.key for part in parts}) == 3


def test_a_key_depends_on_the_recipient_and_on_what_is_told() -> None:
    one = digest_of(notice(1), notice(2))
    others = [
        one._replace(channel="other"),
        one._replace(recipient=Recipient("a@example.com", "")),
        one._replace(recipient=Recipient("", "Sales")),
        one._replace(notices=one.notices[:1]),
    ]
    assert one.key == digest_of(notice(2), notice(1)).key
    assert len({each.key for each in (one, *others)}) == 5
    assert len({each.key_of(notice(1)) for each in (one, *others)}) == 4


PEOPLE = Directory(
    {
        "user1@example.com": Person("Sales", "Li Na", "li@example.com"),
        "user2@example.com": Person("Sales", "Li Na", "li@example.com"),
        "user3@example.com": Person("销售", "Nobody Known", ""),
    }
)


def recipients(**settings: object) -> dict[tuple[str, str], list[str]]:
    channel = Channel.model_validate({"kind": "mail", "to": ["c@example.com"]} | settings)
    notices = [notice(n) for n in range(1, 5)]
    return {
        tuple(digest.recipient): [n.device_name for n in digest.notices]
        for digest in make_digests("x", channel, notices, PEOPLE)
    }


def test_a_manager_gets_one_mail_and_who_has_none_is_told_to_the_others() -> None:
    assert recipients(by="manager") == {
        ("li@example.com", ""): ["PHONE-1", "PHONE-2"],
        ("c@example.com", ""): ["PHONE-3", "PHONE-4"],
    }


def test_a_department_is_told_at_its_addresses() -> None:
    addresses = {"sales": ("s1@example.com", "s2@example.com")}
    assert recipients(by="department", departments=addresses) == {
        ("s1@example.com", "Sales"): ["PHONE-1", "PHONE-2"],
        ("s2@example.com", "Sales"): ["PHONE-1", "PHONE-2"],
        ("c@example.com", ""): ["PHONE-3", "PHONE-4"],
    }


def test_one_place_hears_of_each_department_by_itself() -> None:
    settings = {"kind": "slack", "to": ["c@example.com"], "url": {"env": "X"}, "by": "department"}
    assert recipients(**settings) == {
        ("", "Sales"): ["PHONE-1", "PHONE-2"],
        ("", "销售"): ["PHONE-3"],
        ("", ""): ["PHONE-4"],
    }


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, 13),
        ({"tell": ("overdue", "coverage")}, 4),
        ({"severity": "high"}, 11),
        ({"severity": "critical"}, 1),
    ],
)
def test_a_channel_is_told_what_it_asks_for(settings: dict[str, object], told: int) -> None:
    channel = Channel.model_validate({"kind": "webhook", "url": {"env": "X"}, **settings})
    digests = make_digests("x", channel, EVERYTHING, Directory())
    assert sum(len(digest.notices) for digest in digests) == told


def test_a_severity_that_nobody_knows_is_told_to_everybody() -> None:
    channel = Channel.model_validate(
        {"kind": "webhook", "url": {"env": "X"}, "severity": "critical"}
    )
    (digest,) = make_digests("x", channel, [notice(1, severity="")], Directory())
    assert len(digest.notices) == 1
