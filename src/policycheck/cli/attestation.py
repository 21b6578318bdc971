"""`policycheck attestation`: somebody's word for what no inventory can tell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from policycheck.cli import options
from policycheck.cli.clock import moment_of, now
from policycheck.cli.listing import ListFormat, Listing, print_listing
from policycheck.cli.output import print_problems, say
from policycheck.cli.waiver import write_new

_commands = typer.Typer(
    name="attestation",
    help="Attestations: somebody's word for what no inventory can tell.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Names = Annotated[list[str], typer.Option("--by", help="Who gave their word. Can be repeated.")]


def register(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(_commands)


@_commands.command("list")
def list_attestations(
    *,
    as_of: options.AsOf = None,
    form: ListFormat = "terminal",
    no_color: options.NoColor = False,
) -> None:
    """List the attestations on file."""
    from policycheck.rulebook import load_rulebook
    from policycheck.workspace import Given, resolve

    rulebook = load_rulebook(resolve(Given(), Path.cwd()), drafts=True)
    at = moment_of(as_of, rulebook.zones)
    rows = [
        (
            each.id,
            each.policy,
            each.control,
            each.grain,
            each.state(at),
            list(each.attested_by),
            list(each.devices),
            each.dated.isoformat(),
            each.valid_until.isoformat(),
            each.path,
        )
        for each in sorted(rulebook.attestations, key=lambda each: (each.ends, each.id))
    ]
    listing = Listing(
        columns=(
            "attestation", "policy", "control", "grain", "state", "attested_by", "devices", "date",
            "valid_until", "path",
        ),
        rows=rows,
        heads=("attestation", "control", "state", "valid until"),
        cells=lambda row: [str(row[place]) for place in (0, 2, 4, 8)],
        empty="no attestations",
    )  # fmt: skip
    print_listing(listing, form, no_color=no_color)


@_commands.command("add")
def add_attestation(
    *,
    control: Annotated[str, typer.Argument(metavar="POLICY/CONTROL", help="What is attested.")],
    by: Names,
    valid_until: Annotated[str, typer.Option("--valid-until", metavar="DATE", help="Last day.")],
    date: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="When it was given (today).")
    ] = None,
    device: Annotated[
        list[str] | None,
        typer.Option("--device", help="Of which device, where each is asked. Can be repeated."),
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="Where the paper is, say.")] = None,
    name: Annotated[
        str | None, typer.Option("--id", metavar="NAME", help="What to call it.")
    ] = None,
) -> None:
    """Put an attestation on file."""
    from policycheck.attestations.draft import write_attestation
    from policycheck.rulebook import check_attestation, load_rulebook
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(), Path.cwd())
    rulebook = load_rulebook(settings, drafts=True)
    policy, _, wanted = control.rpartition("/")
    day = date or now().date().isoformat()
    called = name or re.sub(r"[^a-z0-9._-]+", "-", f"{wanted}-{day}-{by[0]}".lower())[:80].strip(
        "-"
    )
    text = write_attestation(
        called, policy, wanted, by, device or (), date=day, valid_until=valid_until, note=note
    )
    path = (settings.workspace or Path.cwd()) / "attestations" / f"{called}.yaml"
    check_attestation(settings, rulebook, text, path)
    write_new(path, text)
    say(f"made {path}")


@_commands.command("lint")
def lint_attestations() -> None:
    """Check attestations: every mistake with a hint."""
    from policycheck.report.words import counted
    from policycheck.rulebook import load_rulebook
    from policycheck.workspace import Given, resolve

    rulebook = load_rulebook(resolve(Given(), Path.cwd()), drafts=True)
    print_problems(rulebook.remarks)
    say(f"{counted(len(rulebook.attestations), 'attestation')}: no mistakes")


@_commands.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of attestations, for editors."""
    import json

    from policycheck.attestations.file import AttestationFile
    from policycheck.yamlfile.schema import schema_of

    schema = schema_of(AttestationFile, "A policycheck attestation")
    say(json.dumps(schema, indent=2, ensure_ascii=False))
