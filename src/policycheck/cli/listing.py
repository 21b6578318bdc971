"""Lists of things (violations, policies, apps) as a table, as JSON or as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from policycheck.cli.output import look, standard_output

FORMS = ("terminal", "json", "csv")


def _parse_form(text: str) -> str:
    if text not in FORMS:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(FORMS)}")
    return text


ListFormat = Annotated[
    str,
    typer.Option(
        "--format",
        "-f",
        parser=_parse_form,
        metavar="|".join(FORMS),
        autocompletion=lambda: list(FORMS),
        help="What is printed.",
    ),
]


@dataclass(frozen=True)
class Listing:
    """Rows with named columns; `shown` are the columns of the table for people."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    shown: tuple[str, ...]
    empty: str
    """What to say to people where there are no rows."""


def print_listing(listing: Listing, form: str, *, no_color: bool = False) -> None:
    """Print a list in a form."""
    {"terminal": _print_table, "json": _print_json, "csv": _print_csv}[form](
        listing, no_color=no_color
    )


def _print_table(listing: Listing, *, no_color: bool) -> None:
    from policycheck.report import terminal

    with standard_output() as stream:
        if not listing.rows:
            stream.write(f"{listing.empty}\n")
            return
        at = [listing.columns.index(column) for column in listing.shown]
        rows = ([terminal.shown(_cell(row[index])) for index in at] for row in listing.rows)
        console = terminal.console_for(stream, look(no_color=no_color))
        terminal.print_table(console, listing.shown, rows, indent=0)


def _cell(value: object) -> str:
    from datetime import datetime

    from policycheck.report.json_report import format_time

    if value is None:
        return "-"
    if isinstance(value, datetime):
        return format_time(value)[:10]
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return str(value)


def _print_json(listing: Listing, *, no_color: bool) -> None:
    from policycheck.report.json_report import write_list

    with standard_output("utf-8") as stream:
        write_list(stream, listing.columns, listing.rows)


def _print_csv(listing: Listing, *, no_color: bool) -> None:
    from policycheck.report.csv_report import write_table

    with standard_output("utf-8") as stream:
        write_table(stream, listing.columns, listing.rows)
