"""When digests are made, and when nobody is disturbed."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from policycheck.channels import Hours
from policycheck.notify.schedule import has_come, is_quiet

NIGHT, NOON = Hours(time(22), time(7)), Hours(time(12), time(13, 30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("slots", "zone", "since", "now", "come"),
    [
        (["09:00"], "UTC", "2026-11-22T09:00", "2026-11-23T08:59", False),
        (["09:00"], "UTC", "2026-11-22T09:00", "2026-11-23T09:00", True),
        (["09:00"], "UTC", "2026-11-22T09:00:07", "2026-11-23T09:00:05", True),
        (["09:00"], "UTC", "2026-11-23T09:00", "2026-11-23T23:59", False),
        (["09:00"], "UTC", "2026-11-23T09:00", "2026-11-29T08:00", True),
        (["09:00"], "Asia/Shanghai", "2026-11-23T00:59", "2026-11-23T01:00", True),
        (["09:00", "14:00"], "UTC", "2026-11-23T09:00", "2026-11-23T14:00", True),
        (["09:00", "14:00"], "UTC", "2026-11-23T09:00", "2026-11-23T13:59", False),
        (["hourly"], "UTC", "2026-11-23T09:00", "2026-11-23T09:59", False),
        (["hourly"], "UTC", "2026-11-23T09:59", "2026-11-23T10:00", True),
        (["hourly"], "Asia/Kolkata", "2026-11-23T09:29", "2026-11-23T09:30", True),
        (["at_once"], "UTC", "2026-11-23T09:00:00", "2026-11-23T09:00:59", False),
        (["at_once"], "UTC", "2026-11-23T09:00:59", "2026-11-23T09:01:00", True),
        (["09:00"], "UTC", "2036-11-23T09:00", "2026-11-23T09:00", True),
        (["at_once"], "UTC", "2026-11-23T09:00:30", "2026-11-23T09:00:20", False),
        (["02:30"], "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T12:00", True),
    ],
)
def test_a_digest_is_made_once_after_each_time(slots, zone, since, now, come) -> None:
    assert has_come(slots, zone, at(since), at(now)) is come


@pytest.mark.parametrize(
    ("hours", "zone", "now", "quiet"),
    [
        (None, "UTC", "2026-11-23T03:00", False),
        (NIGHT, "UTC", "2026-11-23T21:59:59", False),
        (NIGHT, "UTC", "2026-11-23T22:00", True),
        (NIGHT, "UTC", "2026-11-23T00:00", True),
        (NIGHT, "UTC", "2026-11-23T06:59:59", True),
        (NIGHT, "UTC", "2026-11-23T07:00", False),
        (NIGHT, "Asia/Shanghai", "2026-11-23T14:00", True),
        (NIGHT, "Asia/Shanghai", "2026-11-23T23:00", False),
        (NOON, "UTC", "2026-11-23T12:00", True),
        (NOON, "UTC", "2026-11-23T13:30", False),
    ],
)
def test_quiet_hours_may_go_over_midnight(hours, zone, now, quiet) -> None:
    assert is_quiet(hours, zone, at(now)) is quiet
