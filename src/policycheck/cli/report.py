"""`policycheck report`: the state of everything that is stored."""

from __future__ import annotations

from pathlib import Path

import typer

from policycheck.cli import options
from policycheck.cli.output import (
    export_reports,
    exports_of,
    look,
    print_problems,
    print_report,
)
from policycheck.cli.request import Asked, request_of, stored


def register(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command("report")(report)


def report(
    *,
    form: options.Format = "terminal",
    export: options.Export = None,
    lang: options.Language = "en",
    raw: options.Raw = False,
    bom: options.Bom = False,
    policy: options.Policies = None,
    people: options.People = None,
    as_of: options.AsOf = None,
    drafts: options.Drafts = False,
    store: options.StoreUrl = None,
    facts: options.FactsFolder = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Tell the state of everything that is stored.

    The stored facts are judged by the policies, rules and people of today.
    """
    from policycheck.pipeline import audit
    from policycheck.rulebook import load_rulebook
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(tuple(policy or ()), people, store, facts), Path.cwd())
    exports = exports_of(form, export or ())
    rulebook = load_rulebook(settings, drafts=drafts)
    asked = Asked(as_of=as_of, everything=True, drafts=drafts)
    more = "policycheck violation list"
    seen = look(no_color=no_color, more=more, language=lang, raw=raw, bom=bom)
    with audit(request_of(asked, settings, rulebook), stored(settings)) as outcome:
        if not quiet:
            print_report(outcome, form, seen)
        export_reports(outcome, exports, seen._replace(colour=False))
        print_problems([*rulebook.remarks, *outcome.problems])
