"""Lists of things (violations, policies, apps) as a table, as JSON or as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

import typer

from policycheck.cli.output import look, standard_output

Row = Sequence[object]
_MOST_LINES = 500


@dataclass(frozen=True)
class Listing:
    """Rows with named columns, and how one of them is told to people."""

    columns: tuple[str, ...]
    rows: Iterable[Row]
    heads: tuple[str, ...]
    cells: Callable[[Row], Sequence[str]]
    empty: str
    """What to say to people where there are no rows."""
    count: Callable[[], int] | None = None
    """Tells how many rows there are, where that is quicker than to read them all."""


def _print_table(listing: Listing, *, no_color: bool) -> None:
    from policycheck.report import terminal

    with standard_output() as stream:
        rows = iter(listing.rows)
        first = [list(map(terminal.shown, listing.cells(row))) for row in islice(rows, _MOST_LINES)]
        if not first:
            stream.write(f"{listing.empty}\n")
            return
        console = terminal.console_for(stream, look(no_color=no_color))
        terminal.print_table(console, listing.heads, first, indent=0)
        if len(first) < _MOST_LINES:
            return
        rest = listing.count() - len(first) if listing.count else sum(1 for _ in rows)
        if rest:
            console.print(f"and {rest:,} more: --format csv lists them all")


def _print_json(listing: Listing, *, no_color: bool) -> None:
    from policycheck.report.json_report import write_list

    with standard_output("utf-8") as stream:
        write_list(stream, listing.columns, listing.rows)


def _print_csv(listing: Listing, *, no_color: bool) -> None:
    from policycheck.report.csv_report import write_table

    columns, rows = _flattened(listing)
    with standard_output("utf-8") as stream:
        write_table(stream, columns, rows)


def _flattened(listing: Listing) -> tuple[list[str], Iterator[list[object]]]:
    """Give the parts of a map columns of their own."""
    rows = iter(listing.rows)
    first = next(rows, None)
    if first is None:
        return list(listing.columns), iter(())
    columns = [
        name
        for column, value in zip(listing.columns, first, strict=True)
        for name in (
            [f"{column}_{part}" for part in value] if isinstance(value, dict) else [column]
        )
    ]
    return columns, (_flat_row(row) for row in (first, *rows))


def _flat_row(row: Row) -> list[object]:
    cells: list[object] = []
    for value in row:
        cells += value.values() if isinstance(value, dict) else [value]
    return cells


FORMS = {"terminal": _print_table, "json": _print_json, "csv": _print_csv}


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


def print_listing(listing: Listing, form: str, *, no_color: bool = False) -> None:
    """Print a list in a form."""
    FORMS[form](listing, no_color=no_color)
