"""`policycheck report`: the state of everything that is stored."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from policycheck.cli import options
from policycheck.cli.between import print_between
from policycheck.cli.clock import beginning_of
from policycheck.cli.listing import FORMS as LIST_FORMS
from policycheck.cli.listing import Listing, Row, print_listing
from policycheck.cli.output import (
    export_reports,
    exports_of,
    hidden,
    look,
    print_problems,
    print_report,
)
from policycheck.cli.request import Asked, request_of, stored
from policycheck.report.content import Content
from policycheck.report.grouped import Group, group
from policycheck.report.selection import Selected, Selection


class _Period(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


Between = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--between",
        metavar="FIRST LAST",
        help="What changed from one day to another, both included (terminal or json).",
    ),
]
Period = Annotated[_Period, typer.Option("--trend", help="Of --between: by what it is told.")]


def register(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command("report")(report)


def report(
    *,
    form: options.Format = "terminal",
    by: options.By = None,
    status: options.Standings = None,
    severity: options.Severities = None,
    since: options.Since = None,
    export: options.Export = None,
    lang: options.Language = "en",
    raw: options.Raw = False,
    pseudonym_key: options.PseudonymKey = None,
    bom: options.Bom = False,
    policy: options.Policies = None,
    people: options.People = None,
    as_of: options.AsOf = None,
    between: Between = None,
    trend: Period = _Period.DAY,
    drafts: options.Drafts = False,
    store: options.StoreUrl = None,
    facts: options.FactsFolder = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Tell the state of everything that is stored, or of a part.

    The stored facts are judged by the policies, rules and people of today, also as of a day of the
    past. What was found open on that day is told by `policycheck violation list --as-of DATE`, and
    what changed until then by --between: nothing is judged there, the recorded events tell. What
    --status, --severity and --since leave out is not listed; the sums of the controls count
    everything.
    """
    from policycheck.pipeline import audit
    from policycheck.rulebook import load_rulebook
    from policycheck.workspace import Given, resolve

    if by is not None and form not in LIST_FORMS:
        raise typer.BadParameter(f"--by is printed as one of {', '.join(LIST_FORMS)}")
    settings = resolve(
        Given(tuple(policy or ()), people, store, facts, pseudonym_key=pseudonym_key), Path.cwd()
    )
    exports = exports_of(form, export or ())
    rulebook = load_rulebook(settings, drafts=drafts)
    if between is not None:
        print_between(stored(settings).store, rulebook.policies, between, trend.value, form)
        return
    chosen = beginning_of(since, rulebook.zones).replace(tzinfo=None) if since else None
    selection = Selection(frozenset(status or ()), frozenset(map(str, severity or ())), chosen)
    asked = Asked(as_of=as_of, everything=True, drafts=drafts)
    more = "policycheck violation list"
    seen = look(no_color=no_color, more=more, language=lang, raw=raw, bom=bom)
    with audit(request_of(asked, settings, rulebook), stored(settings)) as outcome:
        content = selected(outcome, selection)
        exported = hidden(content, settings.pseudonym_key)
        shown = content if form == "terminal" else exported
        if by is not None and not quiet:
            print_listing(listing_by(shown, by), form, no_color=no_color)
        elif not quiet:
            print_report(shown, form, seen)
        export_reports(exported, exports, seen._replace(colour=False))
        print_problems([*rulebook.remarks, *outcome.problems])


def selected(content: Content, selection: Selection) -> Content:
    """Return a content that tells the findings of a selection only, if that leaves any out."""
    return Selected(content, selection) if any(selection) else content


def listing_by(content: Content, by: str) -> Listing:
    """List the findings counted by one of `grouped.GROUPS`."""
    columns = (by, *Group._fields[1:])
    heads = tuple(column.replace("_", " ") for column in columns)
    return Listing(columns, group(content, by), heads, _cells, "no findings")


def _cells(row: Row) -> list[str]:
    return [
        "not known" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
        for value in row
    ]
