"""When digests are made, and when nobody is to be disturbed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from policycheck.channels import Hours

_DAY = timedelta(days=1)


def has_come(slots: Iterable[str], zone: str, since: datetime, now: datetime) -> bool:
    """Tell whether the time for a digest has come since the last one; moments are aware.

    It has where the last one is of a later day than today: the clock was wrong then, perhaps by
    years.
    """
    return since - now > _DAY or any(_last(slot, zone, now) > since for slot in slots)


def _last(slot: str, zone: str, now: datetime) -> datetime:
    """Return the last time that a slot came: of `at_once` the minute, of `hourly` the hour."""
    local = now.astimezone(ZoneInfo(zone))
    if slot == "at_once":
        return local.replace(second=0, microsecond=0)
    if slot == "hourly":
        return local.replace(minute=0, second=0, microsecond=0)
    at = datetime.combine(local, time.fromisoformat(slot), local.tzinfo)
    return at if at <= local else at - _DAY


def is_quiet(hours: Hours | None, zone: str, now: datetime) -> bool:
    """Tell whether an aware moment lies in the quiet hours, which may go over midnight."""
    if hours is None:
        return False
    local = now.astimezone(ZoneInfo(zone)).time()
    if hours.start < hours.end:
        return hours.start <= local < hours.end
    return local >= hours.start or local < hours.end
