"""A digest as people read it: a title and a plain body, cut to what the channel can take.

Every value comes from reports, people files or policies, and is hostile: none of it becomes a line,
a header, a link, a mention or markup of mail or chat.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from policycheck.channels import ChannelKind, Language
from policycheck.notify.digest import Digest
from policycheck.notify.words import WORDS
from policycheck.store.notices import Notice
from policycheck.text import visible, writable

_ORDER = (
    "overdue", "opened", "reopened", "due_soon", "waiver_lapsing", "coverage_low", "coverage_back",
    "resolved",
)  # fmt: skip
_LONGEST_VALUE = 60
_ID = 10
_MORE = 40
"""Bytes that "and N more" and an empty line take, in every language."""
_MENTION = re.compile(r"(?<![\w.])@")
_ANGLES = str.maketrans({"<": "‹", ">": "›"})
_ACTIVE = (("](", "] ("), ("://", ": //"), ("www.", "www ."), ("WWW.", "WWW ."))
"""What makes a link in Markdown, or by itself in nearly every chat and mail reader."""


class Room(NamedTuple):
    """How much a channel takes."""

    lines: int
    """In each part of a digest."""
    bytes: int


ROOM: dict[ChannelKind, Room] = {"mail": Room(100, 100_000), "wecom": Room(10, 1900)}
"""WeCom's robots take 2,048 bytes; see `_CHAT` for all others."""
_CHAT = Room(20, 12_000)


class Manner(NamedTuple):
    """How a channel is spoken to."""

    language: Language
    zone: str
    room: Room


class Written(NamedTuple):
    """A digest in words."""

    title: str
    body: str
    notices: int
    """How many it tells, those among them that were cut."""


def manner_of(kind: ChannelKind, language: Language, zone: str) -> Manner:
    """Return how a kind of channel is spoken to."""
    return Manner(language, zone, ROOM.get(kind, _CHAT))


def harmless(value: str | None) -> str:
    """Return a value as nobody obeys it: one line, no control characters, no markup, no link."""
    shown = visible(writable(value or "-"))
    shown = shown if len(shown) <= _LONGEST_VALUE else shown[:_LONGEST_VALUE] + "…"
    for active, inert in _ACTIVE:
        shown = shown.replace(active, inert)
    return _MENTION.sub("＠", shown.translate(_ANGLES))


def write_digest(digest: Digest, manner: Manner) -> Written:
    """Write a digest; the worst matters come first."""
    words = WORDS[manner.language]
    parts = _parts(digest.notices)
    sums = [words[f"sum_{kind}"].format(n=f"{len(some):,}") for kind, some in parts.items()]
    named = "title_of" if digest.recipient.label else "title"
    label = harmless(digest.recipient.label)
    title = words[named].format(label=label, sums=words["comma"].join(sums))
    foot = [words["footer"].format(zone=manner.zone), words["key"].format(key=digest.key)]
    heads = {kind: f"{words[kind]} ({len(some):,})" for kind, some in parts.items()}
    left = manner.room.bytes - sum(_size(line) + _MORE for line in (title, *foot, *heads.values()))
    body: list[str] = []
    for kind, some in parts.items():
        lines, left = _fit(_lines(kind, some, manner), len(some), manner, left)
        body += [heads[kind], *lines, ""]
    return Written(title, "\n".join([*body, *foot]), sum(map(len, parts.values())))


def _parts(notices: Sequence[Notice]) -> dict[str, list[Notice]]:
    """Part notices by kind. What is new is not told again as due: its line says when it is."""
    new = {n.fingerprint for n in notices if n.kind in {"opened", "reopened"}}
    parts: dict[str, list[Notice]] = {kind: [] for kind in _ORDER}
    for notice in notices:
        if notice.kind not in {"due_soon", "overdue"} or notice.fingerprint not in new:
            parts[notice.kind].append(notice)
    return {kind: some for kind, some in parts.items() if some}


def _size(line: str) -> int:
    return len(line.encode()) + 1


def _fit(
    lines: Iterable[tuple[str, int]], notices: int, manner: Manner, left: int
) -> tuple[list[str], int]:
    """Take as many lines as there is room for, and count the notices that are left."""
    taken: list[str] = []
    for line, count in islice(lines, manner.room.lines):
        size = _size(line)
        if size > left:
            break
        left -= size
        notices -= count
        taken.append(line)
    if notices:
        taken.append(WORDS[manner.language]["more"].format(n=f"{notices:,}"))
    return taken, left


def _lines(kind: str, notices: Iterable[Notice], manner: Manner) -> Iterator[tuple[str, int]]:
    """Yield lines, and for how many notices each stands."""
    if kind != "waiver_lapsing":
        yield from (("- " + " · ".join(_cells(notice, manner)), 1) for notice in notices)
        return
    words = WORDS[manner.language]
    ordered = sorted(notices, key=lambda n: (n.at, n.waiver or ""))
    for (moment, waiver), some in groupby(ordered, key=lambda n: (n.at, n.waiver)):
        count = len(list(some))
        number = words["violation" if count == 1 else "violations"].format(n=f"{count:,}")
        until = words["until"].format(moment=_moment(moment, manner))
        yield f"- {harmless(waiver)} · {number} · {until}", count


def _cells(notice: Notice, manner: Manner) -> Iterator[str]:
    words = WORDS[manner.language]
    control = harmless(f"{notice.policy}/{notice.control}")
    if notice.share is not None:
        yield control
        yield words["coverage"].format(share=f"{notice.share:.1%}")
        return
    yield words.get(notice.severity, harmless(notice.severity))
    yield harmless(notice.item or notice.subject)
    if notice.device_name or notice.device_id:
        yield harmless(notice.device_name or notice.device_id)
    if notice.person_id:
        yield harmless(notice.person_id)
    yield control
    yield _when(notice, manner)
    if notice.waiver and notice.waived_until:
        until = _moment(notice.waived_until, manner)
        yield words["waived"].format(waiver=harmless(notice.waiver), moment=until)
    yield (notice.fingerprint or "")[:_ID]


def _when(notice: Notice, manner: Manner) -> str:
    """Say which moment matters: of what is open when it is due."""
    words = WORDS[manner.language]
    moment = _moment(notice.at, manner)
    if notice.kind not in {"opened", "reopened"}:
        named = {"due_soon": "due", "overdue": "was_due"}.get(notice.kind, "at")
        return words[named].format(moment=moment)
    if notice.due is None or notice.due <= notice.at:
        return words["due_at_once"]
    return words["due"].format(moment=_moment(notice.due, manner))


def _moment(moment: datetime, manner: Manner) -> str:
    return f"{moment.astimezone(ZoneInfo(manner.zone)):%Y-%m-%d %H:%M}"
