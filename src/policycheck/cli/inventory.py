"""`policycheck inventory`: what reports are, before anything is judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policycheck.cli import options
from policycheck.cli.clock import now
from policycheck.cli.exits import Exit
from policycheck.cli.output import print_problems, say
from policycheck.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policycheck.inspection import Inspection
    from policycheck.inventory.base import Input

_MOST_REJECTIONS = 10
_commands = typer.Typer(
    name="inventory", help="Inventory reports.", no_args_is_help=True, rich_markup_mode=None
)


def register(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(_commands)


SuggestMapping = Annotated[
    bool,
    typer.Option("--suggest-mapping", help="Print a mapping for the first file, to be completed."),
]


@_commands.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of mapping files, for editors."""
    import json

    from policycheck.inventory.mapping.written import mapping_schema

    say(json.dumps(mapping_schema(), indent=2, ensure_ascii=False))


@_commands.command("inspect")
def inspect_reports(
    *,
    inputs: Annotated[list[Path], typer.Argument(metavar="FILE|DIR", help="Inventory reports.")],
    device: options.Device = None,
    mapping: options.Mappings = None,
    suggest_mapping: SuggestMapping = False,
    quiet: options.Quiet = False,
) -> None:
    """Say what reports are, before anything is judged.

    Their format, devices, items and rejected rows, and the columns that no row fills.

    Exit 0: all were read. 3: read, but with rejected rows or files. 2: nothing was recognised.
    """
    from policycheck.inspection import inspect, suggest
    from policycheck.inventory.mapping.file import load_mappings
    from policycheck.workspace import Given, resolve

    if suggest_mapping:
        say(suggest(inputs[0]).rstrip())
        return
    settings = resolve(Given(mappings=tuple(mapping or ())), Path.cwd())
    mappings = load_mappings(settings.mappings)
    with progress_bar("reading", wanted=not quiet) as progress:
        inspections, problems = inspect(inputs, now(), progress, device or "", mappings)
    if not quiet:
        say("\n\n".join("\n".join(_lines(inspection)) for inspection in inspections))
    print_problems(problems)
    raise typer.Exit(_exit_of([inspection.input for inspection in inspections]))


def _exit_of(inputs: Sequence[Input]) -> Exit:
    """Return how an inspection ends. A report without items or without a device was read."""
    if not any(line.format for line in inputs):
        return Exit.COULD_NOT_AUDIT
    whole = all(line.format and not line.rejected for line in inputs)
    return Exit.CLEAN if whole else Exit.INCOMPLETE


def _lines(inspection: Inspection) -> list[str]:
    """Describe one report, a fact a line."""
    from policycheck.text import visible

    line = inspection.input
    if not line.format:
        return [visible(line.path), "  no known format"]
    told = {
        "format": f"{inspection.title} ({line.format}), {line.encoding or 'binary'}",
        "sha256": line.sha256,
        "devices": f"{line.devices:,}",
        "items": f"{line.items:,}",
        "listing": ", ".join(
            f"{kind} ({count:,} of the devices)" for kind, count in inspection.listings.items()
        ),
        "records": f"{line.records:,} = {line.used:,} used + {line.rejected:,} rejected",
        "null in all devices": ", ".join(inspection.device.empty),
        "null in all items": ", ".join(inspection.item.empty),
    }
    lines = [visible(line.path), *(f"  {name}: {value}" for name, value in told.items() if value)]
    lines += [
        f"  rejected record {rejection.record}: {visible(rejection.reason)}"
        for rejection in inspection.rejections[:_MOST_REJECTIONS]
    ]
    if len(inspection.rejections) > _MOST_REJECTIONS:
        lines.append(f"  and {len(inspection.rejections) - _MOST_REJECTIONS:,} more rejected")
    return lines
