"""`policycheck audit`: read, judge, record, tell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from policycheck.cli import options
from policycheck.cli.exits import exit_of
from policycheck.cli.output import (
    export_reports,
    exports_of,
    hidden,
    look,
    print_problems,
    print_report,
)
from policycheck.cli.progress import progress_bar
from policycheck.cli.request import Asked, archive_of, request_of

Inputs = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE|DIR", help="Inventory reports, or folders of them."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell; record nothing.")]
Everything = Annotated[
    bool, typer.Option("--all", help="Judge every device in the store, not only those named.")
]

Complete = Annotated[
    bool,
    typer.Option(
        "--complete", help="The inputs name the whole fleet: what they leave out has left it."
    ),
]


def register(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command("audit")(audit)


def audit(
    *,
    inputs: Inputs = None,
    form: options.Format = "terminal",
    export: options.Export = None,
    lang: options.Language = "en",
    raw: options.Raw = False,
    pseudonym_key: options.PseudonymKey = None,
    bom: options.Bom = False,
    policy: options.Policies = None,
    people: options.People = None,
    mapping: options.Mappings = None,
    device: options.Device = None,
    as_of: options.AsOf = None,
    everything: Everything = False,
    complete: Complete = False,
    drafts: options.Drafts = False,
    dry_run: DryRun = False,
    store: options.StoreUrl = None,
    facts: options.FactsFolder = None,
    fail_on: options.FailOn = None,
    max_rejected: options.MaxRejected = None,
    min_coverage: options.MinCoverage = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Judge inventory reports, and record what is found.

    Tells who complies, who does not, who is excused, and about whom nothing is known.

    Inside a workspace (a folder with policycheck.yaml) or with --store the outcome is recorded;
    elsewhere it is only told. Exit codes: 0 none found, 1 violations, 2 could not audit, 3 none
    found but not completely.
    """
    from policycheck.pipeline import audit as run
    from policycheck.rulebook import load_rulebook
    from policycheck.workspace import Given, resolve

    mappings = tuple(mapping or ())
    given = Given(
        tuple(policy or ()), people, store, facts, fail_on, max_rejected, min_coverage, mappings,
        pseudonym_key=pseudonym_key,
    )  # fmt: skip
    settings = resolve(given, Path.cwd())
    exports = exports_of(form, export or ())
    rulebook = load_rulebook(settings, drafts=drafts)
    asked = Asked(
        tuple(inputs or ()), as_of, device, everything=everything, complete=complete, drafts=drafts
    )
    if complete and (everything or not inputs):
        raise typer.BadParameter("--complete is said of inputs, and judges no other devices")
    request = request_of(asked, settings, rulebook)
    archive = archive_of(settings, writes=not dry_run)
    if complete and archive is None:
        raise typer.BadParameter("--complete tells who left a store, and nothing is recorded here")
    with (
        progress_bar("reading", wanted=not quiet) as progress,
        run(request, archive, progress) as outcome,
    ):
        more = "policycheck violation list" if outcome.run_id else ""
        seen = look(no_color=no_color, more=more, language=lang, raw=raw, bom=bom)
        exported = hidden(outcome, settings.pseudonym_key)
        if not quiet:
            print_report(outcome if form == "terminal" else exported, form, seen)
        export_reports(exported, exports, seen._replace(colour=False))
        code, gaps = exit_of(outcome, settings)
        print_problems([*rulebook.remarks, *outcome.problems, *gaps])
    raise typer.Exit(code)
