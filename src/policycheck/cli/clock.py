"""The only clock of the program, and the moments that people write."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from policycheck.problems import PolicycheckError, Problem


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def moment_of(text: str | None, zones: Iterable[str]) -> datetime:
    """Return the moment that `--as-of` means, in UTC; now without it.

    A date means that day's end, and a time without a zone that time, in the policies' zone.
    Raises PolicycheckError where it is none, or where the policies have several zones.
    """
    from policycheck.yamlfile import parse_moment

    if text is None:
        return now()
    try:
        return _in_utc(parse_moment(text), zones)
    except ValueError as error:
        raise PolicycheckError([Problem(f"--as-of: {error}", None)]) from None
    except OverflowError:
        message = f"--as-of: {text} is beyond the calendar"
        raise PolicycheckError([Problem(message, None)]) from None


def beginning_of(text: str, zones: Iterable[str]) -> datetime:
    """Return the moment that `--since` means, in UTC: of a date, that day's beginning.

    Raises PolicycheckError as `moment_of` does.
    """
    from policycheck.yamlfile import parse_moment

    try:
        moment = parse_moment(text)
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        return _in_utc(moment, zones)
    except (ValueError, OverflowError) as error:
        raise PolicycheckError([Problem(f"--since: {error}", None)]) from None


def _in_utc(moment: date | datetime, zones: Iterable[str]) -> datetime:
    from policycheck.policy.calendar import end_of_day

    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(UTC)
    zone = _only(sorted(set(zones)) or ["UTC"])
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return end_of_day(moment, zone)


def _only(zones: list[str]) -> str:
    if len(zones) > 1:
        message = f"the policies have several time zones: {', '.join(zones)}"
        hint = "give a time with its zone, say 2013-08-26T23:59:59+08:00"
        raise PolicycheckError([Problem(message, None, hint)])
    return zones[0]
