"""`policycheck policy`: the memos as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from policycheck.cli.listing import ListFormat, Listing, print_listing
from policycheck.cli.options import NoColor
from policycheck.cli.output import print_problems, say

_commands = typer.Typer(
    name="policy", help="Policies: memos as files.", no_args_is_help=True, rich_markup_mode=None
)


def register(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(_commands)


@_commands.command("lint")
def lint_policies(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME|FILE", help="Policies; by default the workspace's own."),
    ] = None,
) -> None:
    """Check policies: every mistake with its place and a hint."""
    from policycheck.policy.lint import lint_files
    from policycheck.report.words import counted
    from policycheck.rulebook import load_rulebook, vocabulary_of
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(policies=tuple(names or ())), Path.cwd())
    rulebook = load_rulebook(settings, drafts=True)
    remarks = lint_files(settings.policy_paths(), vocabulary_of(rulebook.catalogue))
    print_problems([*rulebook.remarks, *remarks])
    policies = counted(len(rulebook.policies), "policy", "policies")
    say(f"{policies}: no mistakes, {counted(len(remarks), 'remark')}")


@_commands.command("list")
def list_policies(*, form: ListFormat = "terminal", no_color: NoColor = False) -> None:
    """List the policies that can be named.

    The workspace's own and the shipped ones.
    """
    from policycheck.policy.load import in_folder, load
    from policycheck.report.content import in_english
    from policycheck.workspace import Given, resolve

    folders = resolve(Given(), Path.cwd()).policy_folders
    rows = [
        (
            policy.policy,
            policy.status,
            policy.issuer,
            in_english(policy.title),
            None if policy.effective_from is None else policy.effective_from.isoformat(),
            policy.path,
        )
        for folder in folders
        for policy in load(in_folder(folder))
    ]
    listing = Listing(
        columns=("policy", "status", "issuer", "title", "effective_from", "path"),
        rows=rows,
        heads=("policy", "status", "issuer", "title"),
        cells=lambda row: [str(cell) for cell in row[:4]],
        empty="no policies",
    )
    print_listing(listing, form, no_color=no_color)


@_commands.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of policy files, for editors."""
    import json

    from policycheck.policy.schema import policy_schema

    say(json.dumps(policy_schema(), indent=2, ensure_ascii=False))
