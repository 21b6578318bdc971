"""`policycheck app`: what the catalogue knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policycheck.cli import options
from policycheck.cli.exits import Exit
from policycheck.cli.listing import ListFormat, Listing, Row, print_listing
from policycheck.cli.output import print_problems, say
from policycheck.cli.review import print_schema, review
from policycheck.problems import quote

if TYPE_CHECKING:
    from policycheck.catalogue.app import App
    from policycheck.catalogue.catalogue import Catalogue

_COLUMNS = (
    "app_id", "match", "met", "name", "categories", "vendor", "names", "vendor_group",
    "vendor_country", "identifiers",
)  # fmt: skip
_HEADS = _COLUMNS[:6]
_commands = typer.Typer(
    name="app", help="The catalogue of apps.", no_args_is_help=True, rich_markup_mode=None
)


def register(program: typer.Typer) -> None:
    """Add these commands to the program."""
    _commands.command("review")(review)
    _commands.command("schema")(print_schema)
    program.add_typer(_commands)


@_commands.command("lookup")
def look_up_app(
    *,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="An id, a name, a vendor ..., say 微信.")
    ],
    form: ListFormat = "terminal",
    no_color: options.NoColor = False,
) -> None:
    """Find apps in the catalogue, the closest match first."""
    from policycheck.catalogue.load import load
    from policycheck.catalogue.lookup import look_up
    from policycheck.workspace import Given, resolve

    catalogue = load(resolve(Given(), Path.cwd()).rule_folders)
    hits = look_up(catalogue, text)
    rows = [
        (hit.app.app_id, hit.match.name.lower(), hit.met, *_facts(catalogue, hit.app))
        for hit in hits
    ]
    empty = f"nothing in the catalogue is like {quote(text)}"
    print_listing(Listing(_COLUMNS, rows, _HEADS, _cells, empty), form, no_color=no_color)
    if form == "terminal" and hits:
        say("\n" + "\n".join(_describe(hits[0].app)))


def _facts(catalogue: Catalogue, app: App) -> tuple[object, ...]:
    from policycheck.cli.clock import now

    vendor = catalogue.vendor_of(app.app_id)
    return (
        app.name,
        app.categories,
        app.vendor,
        app.names,
        catalogue.vendor_group(app.app_id, now().date()),
        vendor.country,
        tuple(f"{row.type}:{row.value}" for row in app.identifiers),
    )


def _cells(row: Row) -> list[str]:
    return [", ".join(cell) if isinstance(cell, tuple) else str(cell) for cell in row[:6]]


def _describe(app: App) -> list[str]:
    """Tell the names and identifiers of the closest app, one a line."""
    lines = [f"{app.app_id}: {', '.join(app.names)}"]
    if app.distinctive:
        lines.append(f"enough by itself: {', '.join(app.distinctive)}")
    for row in app.identifiers:
        source = "from memory" if row.memory else row.source
        lines.append(f"{row.type:<18} {row.value}  {source}".rstrip())
    return lines


@_commands.command("lint")
def lint_rules(
    *,
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DIR", help="Rules folders besides the shipped one."),
    ] = None,
) -> None:
    """Check the rules.

    Errors stop every audit, warnings are to be thought about twice.
    """
    from policycheck.catalogue.lint import lint
    from policycheck.workspace import Given, resolve

    problems = lint((*resolve(Given(), Path.cwd()).rule_folders, *(folders or ())))
    print_problems(problems)
    errors = [problem for problem in problems if problem.severity == "error"]
    say(f"{len(errors):,} errors, {len(problems) - len(errors):,} warnings")
    if errors:
        raise typer.Exit(Exit.COULD_NOT_AUDIT)
