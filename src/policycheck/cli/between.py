"""`policycheck report --between`: what changed in a span of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from policycheck.cli.clock import moment_of
from policycheck.cli.output import say, standard_output
from policycheck.problems import PolicycheckError, Problem

if TYPE_CHECKING:
    from policycheck.policy.model import Policy
    from policycheck.store.database import Store


def print_between(
    store: Store, policies: Sequence[Policy], span: tuple[str, str], by: str, form: str
) -> None:
    """Print what changed from the first day to the last one, both included.

    Raises PolicycheckError for days that are none, and for a form that cannot tell it.
    """
    from policycheck.report.between import Between, document_of, tell
    from policycheck.report.json_report import write_object
    from policycheck.store.timeline import count_standing, read_changes

    if form not in ("terminal", "json"):
        hint = "write --format terminal or --format json"
        raise PolicycheckError([Problem(f"--between cannot be told as {form}", None, hint)])
    zones = sorted({policy.timezone for policy in policies})
    since, until = moment_of(_day_before(span[0]), zones), moment_of(span[1], zones)
    between = Between(since, until, zones[0] if len(zones) == 1 else "UTC", by)
    asked = [policy.policy for policy in policies]
    with store.reading() as connection:
        standing = [count_standing(connection, asked, at) for at in (since, until)]
        document = document_of(between, read_changes(connection, asked, until), *standing)
    if form == "json":
        with standard_output("utf-8") as stream:
            write_object(stream, document)
    else:
        say("\n".join(tell(document, by)))


def _day_before(text: str) -> str:
    """Return the day whose end is a day's beginning; a time stays as it is."""
    try:
        return (date.fromisoformat(text) - timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return text
