"""`policycheck store`: the database and its facts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policycheck.cli import options, upkeep
from policycheck.cli.exits import Exit
from policycheck.cli.output import print_problems, say
from policycheck.cli.request import no_store, stored
from policycheck.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policycheck.store.info import StoreInfo

_commands = typer.Typer(
    name="store", help="What is recorded, and where.", no_args_is_help=True, rich_markup_mode=None
)
_MEBIBYTE = 1 << 20


def register(program: typer.Typer) -> None:
    """Add these commands to the program."""
    upkeep.add_to(_commands)
    program.add_typer(_commands)


@_commands.command("info")
def describe(*, store: options.StoreUrl = None, facts: options.FactsFolder = None) -> None:
    """Say where the store is and how much is in it."""
    from policycheck.store.info import describe_store
    from policycheck.workspace import Given, resolve

    archive = stored(resolve(Given(store=store, facts=facts), Path.cwd()))
    info = describe_store(archive.store)
    say("\n".join(_lines(info, archive.facts.root)))
    if info.last_audit is not None:
        say(f"last audit as of: {info.last_audit:%Y-%m-%d %H:%M} UTC")


def _lines(info: StoreInfo, facts: Path) -> Iterator[str]:
    from policycheck.report.words import counted
    from policycheck.text import visible

    files = list(facts.rglob("*.parquet")) if facts.is_dir() else []
    size = sum(path.stat().st_size for path in files)
    yield f"store: {visible(info.url)}"
    yield f"revision: {info.revision}"
    yield f"size: {info.bytes / _MEBIBYTE:,.1f} MiB"
    yield f"facts: {visible(str(facts))}, {size / _MEBIBYTE:,.1f} MiB in {len(files):,} files"
    by_status = ", ".join(f"{count:,} {status}" for status, count in info.violations.items())
    by_kind = ", ".join(counted(count, kind) for kind, count in info.runs.items())
    told = {
        "violation": by_status,
        "report": f"of {counted(info.files, 'file')}",
        "run": by_kind if set(info.runs) != {"audit"} else "",
    }
    for table, rows in info.rows.items():
        more = f" ({told[table]})" if rows and told.get(table) else ""
        yield f"{table}s: {rows:,}{more}"


@_commands.command("upgrade")
def upgrade(*, store: options.StoreUrl = None) -> None:
    """Bring an older store to this program's revision.

    Back it up before.
    """
    from policycheck.store.database import upgrade_store
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(store=store), Path.cwd(), needs_facts=False)
    if settings.store is None:
        raise no_store()
    before, after = upgrade_store(settings.store)
    say(f"revision {after} already" if before == after else f"revision {before} -> {after}")


@_commands.command("verify")
def verify(
    *,
    head: Annotated[
        str | None,
        typer.Option(
            "--head",
            metavar="HASH",
            callback=options.sound,
            help="A head of the chain from an earlier report: it has to be in the chain.",
        ),
    ] = None,
    store: options.StoreUrl = None,
    facts: options.FactsFolder = None,
) -> None:
    """Check that what is recorded is as it was recorded.

    Exits with 0 if all of it is, with 1 if not: then each fault is named.
    """
    from policycheck.store.verification import Inspection
    from policycheck.workspace import Given, resolve

    archive = stored(resolve(Given(store=store, facts=facts), Path.cwd()))
    with archive.store.reading() as connection:
        inspection = Inspection(connection, archive.facts)
        faults = [Problem(fault, None) for fault in inspection.faults(head)]
    if faults:
        print_problems(faults)
        raise typer.Exit(Exit.VIOLATIONS)
    say(
        f"sound: {inspection.runs:,} runs, {inspection.events:,} events,"
        f" {inspection.contents:,} contents, {inspection.segments:,} segments of facts\n"
        f"head: {inspection.head}"
    )
