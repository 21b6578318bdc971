"""Days of a policy's time zone as moments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_FIRST, _LAST = date(1, 1, 2), date(9999, 12, 30)
"""The days that every zone can tell in UTC; `9999-12-31` is a common way to write "never"."""


def start_of_day(day: date, zone: str) -> datetime:
    """Return the first moment of a day in a zone, in UTC."""
    day = min(max(day, _FIRST), _LAST)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def end_of_day(day: date, zone: str) -> datetime:
    """Return the last microsecond of a day in a zone, in UTC."""
    return start_of_day(min(day, _LAST) + _DAY, zone) - _MICROSECOND


def day_in_zone(moment: datetime, zone: str) -> date:
    """Return the day that it is in a zone at an aware time."""
    return moment.astimezone(ZoneInfo(zone)).date()


def as_moment(
    moment: date | datetime, zone: str, bound: Callable[[date, str], datetime]
) -> datetime:
    """Return a moment in UTC: a day by its bound, a time without a zone in the policy's."""
    if not isinstance(moment, datetime):
        return bound(moment, zone)
    if not _FIRST <= moment.date() <= _LAST:
        return bound(moment.date(), zone)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC)
