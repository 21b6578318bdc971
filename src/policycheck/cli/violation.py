"""`policycheck violation`: what is recorded of violations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policycheck.cli import options
from policycheck.cli.clock import moment_of, now
from policycheck.cli.feed import print_feed
from policycheck.cli.listing import ListFormat, Listing, Row, print_listing
from policycheck.cli.output import say, standard_output
from policycheck.cli.request import policies_at_hand, stored_judgements, zones_of
from policycheck.model import Severity

if TYPE_CHECKING:
    from policycheck.policy.model import Policy
    from policycheck.report.rows import Finding
    from policycheck.store.violations import Status, Violation

_commands = typer.Typer(
    name="violation", help="Recorded violations.", no_args_is_help=True, rich_markup_mode=None
)


class _Status(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


_STATUS: dict[_Status, Status | None] = {
    _Status.OPEN: "open",
    _Status.CLOSED: "closed",
    _Status.ALL: None,
}


def register(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(_commands)


@_commands.command("list")
def list_violations(
    *,
    status: Annotated[_Status, typer.Option("--status", help="Which.")] = _Status.OPEN,
    policy: Annotated[
        str | None, typer.Option("--policy", "-p", callback=options.sound, help="Of this policy.")
    ] = None,
    control: Annotated[
        str | None, typer.Option("--control", callback=options.sound, help="Of this control.")
    ] = None,
    severity: Annotated[
        list[Severity] | None, typer.Option("--severity", help="Of these severities.")
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(
            "--device", callback=options.sound, help="On this device: id, serial, udid or name."
        ),
    ] = None,
    person: Annotated[
        str | None, typer.Option("--person", callback=options.sound, help="Of this person.")
    ] = None,
    as_of: options.AsItStood = None,
    changes_only: Annotated[
        bool, typer.Option("--changes-only", help="Every event as a JSON line, not the state.")
    ] = False,
    since: Annotated[
        str,
        typer.Option("--since", metavar="CURSOR", help="Only events after the one that bore it."),
    ] = "",
    cursor_file: Annotated[
        Path | None,
        typer.Option(
            "--cursor-file", metavar="FILE", help="Go on from the cursor in it, and move it on."
        ),
    ] = None,
    form: ListFormat = "terminal",
    pseudonym_key: options.PseudonymKey = None,
    store: options.StoreUrl = None,
    no_color: options.NoColor = False,
) -> None:
    """List the open violations, or others.

    With --as-of as they stood then, told from the recorded events: state, due date, waiver and
    evidence of that time; severity and device are those of today.

    With --changes-only each event is printed once, as a JSON line with a cursor.

    The worst first, and devices by their names; as JSON and CSV by policy, control and device
    id, so that two lists can be compared.
    """
    from policycheck.report.pseudonyms import names_by
    from policycheck.report.violations import COLUMNS, HEADS, cells_of, row_of
    from policycheck.store import violations
    from policycheck.workspace import Given, resolve

    settings = resolve(
        Given(store=store, pseudonym_key=pseudonym_key), Path.cwd(), needs_facts=False
    )
    names = names_by(settings.pseudonym_key)
    if changes_only or since or cursor_file:
        print_feed(stored_judgements(settings), since, cursor_file, names)
        return
    severities = tuple(map(str, severity or ()))
    policies = policies_at_hand(settings)
    with stored_judgements(settings).reading() as connection:
        at = moment_of(as_of, zones_of(connection, policies)) if as_of else None
        wanted = violations.Filter(_STATUS[status], policy, control, severities, device, person, at)
        finding_of = _findings(policies, at or now())
        for_people = form == "terminal"
        found = violations.list_violations(connection, wanted, worst_first=for_people)
        told = cells_of if for_people else partial(row_of, names=names)
        rows = (told(violation, finding_of(violation)) for violation in found)
        empty = f"no {status.value} violations" if wanted.status else "no violations"
        count = partial(violations.count_violations, connection, wanted)
        listing = Listing(COLUMNS, rows, HEADS, _cells, empty, count)
        print_listing(listing, form, no_color=no_color)


def _cells(row: Row) -> list[str]:
    return [str(cell) for cell in row]


@_commands.command("show")
def show_violation(
    *,
    fingerprint: Annotated[
        str, typer.Argument(metavar="ID", callback=options.sound, help="Or how it begins.")
    ],
    form: ListFormat = "terminal",
    store: options.StoreUrl = None,
) -> None:
    """Tell the whole story of a violation.

    Its control, clause and evidence, and every event with its date and cause.
    """
    from policycheck.report.json_report import write_object
    from policycheck.report.violations import story_of, tell
    from policycheck.store.story import tell_story
    from policycheck.store.violations import find_violation
    from policycheck.text import visible
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(store=store), Path.cwd(), needs_facts=False)
    with stored_judgements(settings).reading() as connection:
        story = tell_story(connection, find_violation(connection, fingerprint))
    policies = policies_at_hand(settings)
    finding = _findings(policies, now())(story.violation)
    if form == "json":
        with standard_output("utf-8") as stream:
            write_object(stream, story_of(story, finding))
    else:
        say("\n".join(map(visible, tell(story, finding, policies))))


def _findings(policies: Mapping[str, Policy], at: datetime) -> Callable[[Violation], Finding]:
    """Return what turns violations into findings as of a moment."""
    from policycheck.report.violations import finding_of

    limits = {policy.policy: policy.stale_after for policy in policies.values()}
    return lambda violation: finding_of(violation, at, limits.get(violation.policy))
