"""`policycheck evidence`: what proves a violation, for whoever has no access to the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from policycheck.cli import options
from policycheck.cli.exits import Exit
from policycheck.cli.output import print_problems, say
from policycheck.cli.request import stored
from policycheck.problems import PolicycheckError, Problem, quote

_commands = typer.Typer(
    name="evidence", help="What proves a violation.", no_args_is_help=True, rich_markup_mode=None
)


def register(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(_commands)


@_commands.command("export")
def export(
    *,
    fingerprint: Annotated[
        str, typer.Argument(metavar="VIOLATION", callback=options.sound, help="Or how it begins.")
    ],
    pack: Annotated[Path, typer.Argument(metavar="PACK.zip", help="The file to write.")],
    key: Annotated[
        Path | None,
        typer.Option(
            "--key",
            metavar="FILE",
            envvar="POLICYCHECK_EVIDENCE_KEY",
            help="Ed25519 private key (PEM) to sign with (default: the config's `evidence_key`);"
            " needs policycheck[evidence].",
        ),
    ] = None,
    store: options.StoreUrl = None,
) -> None:
    """Pack all that proves a violation into a ZIP file."""
    from policycheck.store.pack import MANIFEST, SIGNATURE, as_zip, collect
    from policycheck.store.signature import sign
    from policycheck.store.violations import find_violation
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(store=store, evidence_key=key), Path.cwd())
    with stored(settings).store.reading() as connection:
        files = collect(connection, find_violation(connection, fingerprint).fingerprint)
    if settings.evidence_key is not None:
        files[SIGNATURE] = sign(files[MANIFEST], settings.evidence_key)
    try:
        pack.write_bytes(as_zip(files))
    except OSError as error:
        message = f"cannot write {quote(str(pack))}: {error.strerror}"
        raise PolicycheckError([Problem(message, None)]) from error


@_commands.command("verify")
def verify(
    *,
    pack: Annotated[Path, typer.Argument(metavar="PACK.zip", help="As it was exported.")],
    head: Annotated[
        str | None,
        typer.Option(
            "--head",
            metavar="HASH",
            callback=options.sound,
            help="A head of the chain from a report: it has to be among the pack's runs.",
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="Ed25519 public key (PEM) of who signed it."),
    ] = None,
) -> None:
    """Check a pack, without a database.

    Exits with 0 if all of it holds, with 1 if not: then each fault is named.
    """
    from policycheck.store.pack_check import find_faults, read_pack
    from policycheck.store.signature import find_signature_fault

    try:
        files = read_pack(pack)
        faults = list(find_faults(files, head))
        if key is not None and (fault := find_signature_fault(files, key)):
            faults.append(fault)
    except ValueError as error:
        faults = [f"{quote(str(pack))} is no evidence pack: {error}"]
    if faults:
        print_problems([Problem(fault, None) for fault in faults])
        raise typer.Exit(Exit.VIOLATIONS)
    say(f"sound: {len(files)} files" + ("" if key is None else ", signed"))
