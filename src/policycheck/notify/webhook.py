"""A digest as JSON for programs: all of it, in messages of at most 500 notices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from policycheck.notify.digest import Digest
from policycheck.report.json_report import encode_document, format_time
from policycheck.store.outbox import Message

_AT_ONCE = 500


def write_parts(digest: Digest, now: datetime) -> Iterator[Message]:
    """Yield the messages of a digest; each has a key of its own, as each notice in it has."""
    for start in range(0, len(digest.notices), _AT_ONCE):
        part = digest._replace(notices=digest.notices[start : start + _AT_ONCE])
        body = {
            "key": part.key,
            "channel": part.channel,
            "group": part.recipient.label or None,
            "made_at": format_time(now),
            "notices": [_told(part, place) for place in range(len(part.notices))],
        }
        yield Message(part.key, part.channel, "", len(part.notices), "", encode_document(body))


def _told(digest: Digest, place: int) -> dict[str, object]:
    notice = digest.notices[place]
    told = {
        name: format_time(value) if isinstance(value, datetime) else value
        for name, value in notice._asdict().items()
    }
    return {**told, "key": digest.key_of(notice)}
