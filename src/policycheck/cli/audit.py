"""`policycheck audit`: read, judge, record, tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policycheck.cli import options
from policycheck.cli.clock import moment_of, now
from policycheck.cli.exits import exit_of
from policycheck.cli.output import export_reports, form_of, look, print_problems, print_report
from policycheck.cli.progress import progress_bar

if TYPE_CHECKING:
    from policycheck.pipeline import AuditRequest
    from policycheck.rulebook import Rulebook
    from policycheck.store.archive import Archive
    from policycheck.workspace import Settings

Inputs = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE|DIR]...", help="Inventory reports, or folders of them."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell; record nothing.")]
Everything = Annotated[
    bool, typer.Option("--all", help="Judge every device in the store, not only those named.")
]
Drafts = Annotated[bool, typer.Option("--drafts", help="Judge policies that are drafts, too.")]


def register(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command("audit")(audit)


def audit(
    *,
    inputs: Inputs = None,
    form: options.Format = "terminal",
    export: options.Export = None,
    policy: options.Policies = None,
    people: options.People = None,
    as_of: options.AsOf = None,
    everything: Everything = False,
    drafts: Drafts = False,
    dry_run: DryRun = False,
    store: options.StoreUrl = None,
    facts: options.FactsFolder = None,
    fail_on: options.FailOn = None,
    max_rejected: options.MaxRejected = None,
    min_coverage: options.MinCoverage = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Judge inventory reports by policies: who complies, who does not, who is not known.

    Inside a workspace (a folder with policycheck.yaml) or with --store the outcome is recorded;
    elsewhere it is only told. Exit codes: 0 none found, 1 violations, 2 could not audit, 3 none
    found but not completely.
    """
    from policycheck.pipeline import audit as run
    from policycheck.rulebook import load_rulebook
    from policycheck.workspace import Given, resolve

    given = Given(tuple(policy or ()), people, store, facts, fail_on, max_rejected, min_coverage)
    settings = resolve(given, Path.cwd())
    exports = [(path, form_of(path)) for path in export or ()]
    rulebook = load_rulebook(settings, drafts=drafts)
    request = _request(
        settings, rulebook, inputs or [], as_of, drafts=drafts, everything=everything
    )
    with (
        progress_bar("reading", wanted=not quiet) as progress,
        run(request, _archive(settings, dry_run=dry_run), progress) as outcome,
    ):
        if not quiet:
            print_report(outcome, form, look(no_color=no_color))
        export_reports(outcome, exports, look(no_color=True))
        code, gaps = exit_of(outcome, settings)
        print_problems([*rulebook.remarks, *outcome.problems, *gaps])
    raise typer.Exit(code)


def _request(
    settings: Settings,
    rulebook: Rulebook,
    inputs: list[Path],
    as_of: str | None,
    *,
    drafts: bool,
    everything: bool,
) -> AuditRequest:
    """Put together what to audit. Files count as received at the moment that is asked about."""
    from policycheck.pipeline import AuditRequest

    if not inputs and not everything:
        raise typer.BadParameter("name at least one report, or judge what is stored with --all")
    started_at = now()
    asked = started_at if as_of is None else moment_of(as_of, rulebook.zones)
    return AuditRequest(
        inputs=tuple(inputs),
        policies=rulebook.policies,
        catalogue=rulebook.catalogue,
        as_of=asked,
        received_at=asked,
        started_at=started_at,
        people=settings.people,
        drafts=drafts,
        assume=settings.assume,
        everything=everything,
        options=_asked_for(settings, as_of, drafts=drafts, everything=everything),
    )


def _asked_for(
    settings: Settings, as_of: str | None, *, drafts: bool, everything: bool
) -> dict[str, object]:
    """Say what is recorded with the run, besides files and policies."""
    return {
        "as_of": as_of,
        "all": everything,
        "drafts": drafts,
        "fail_on": str(settings.fail_on),
        "assume": dict(settings.assume),
    }


def _archive(settings: Settings, *, dry_run: bool) -> Archive | None:
    """Return where to record, and what is known; none outside a workspace without --store."""
    if settings.store is None or settings.facts is None:
        return None
    if dry_run and not settings.store_exists:
        return None
    from policycheck.store.archive import Archive
    from policycheck.store.database import open_store
    from policycheck.store.facts import Facts

    return Archive(open_store(settings.store), Facts(settings.facts), writes=not dry_run)
