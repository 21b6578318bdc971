"""`policycheck store backup|prune`: what keeps a store in good order."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policycheck import __version__
from policycheck.cli import options
from policycheck.cli.clock import now
from policycheck.cli.output import say
from policycheck.cli.request import archive_of, no_store, stored

if TYPE_CHECKING:
    from policycheck.store.upkeep import Pruned, Size

_MEBIBYTE = 1 << 20
_KEPT_DAYS = 30


def add_to(commands: typer.Typer) -> None:
    """Add these commands to those of `store`."""
    commands.command("backup")(back_up)
    commands.command("prune")(prune)


def back_up(
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is not there yet.")],
    store: options.StoreUrl = None,
    facts: options.FactsFolder = None,
) -> None:
    """Copy a store and the facts that it needs.

    Audits may go on meanwhile. A PostgreSQL database is copied by pg_dump, before its facts are.
    """
    from policycheck.store.upkeep import back_up as copy
    from policycheck.workspace import Given, resolve

    archive = stored(resolve(Given(store=store, facts=facts), Path.cwd()))
    size = copy(archive, folder)
    what = "the database and " if archive.store.is_sqlite else ""
    say(f"copied {what}{_told(size)} to {folder}")
    if not archive.store.is_sqlite:
        say("the database is PostgreSQL's to copy: pg_dump --format=custom, before the facts")


def prune(
    *,
    older_than: Annotated[
        int | None,
        typer.Option(
            "--older-than",
            metavar="DAYS",
            min=0,
            help="Keep replaced facts that are younger than so many days (default: `keep:` in the"
            f" config, else {_KEPT_DAYS}).",
        ),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--forget",
            metavar="PERSON",
            callback=options.sound,
            help="Also remove who this person is, by id, mail or user name, wherever it is told.",
        ),
    ] = None,
    store: options.StoreUrl = None,
    facts: options.FactsFolder = None,
) -> None:
    """Remove what is kept long enough, as `keep:` in the config says.

    By default that is facts which newer reports have replaced; small segments of what is left are
    put together. What was judged, and the evidence of violations, stays.
    """
    from policycheck.store.upkeep import Pruning
    from policycheck.store.upkeep import prune as prune_all
    from policycheck.workspace import Given, resolve

    settings = resolve(Given(store=store, facts=facts), Path.cwd())
    archive = archive_of(settings, writes=True) if settings.store_exists else None
    if archive is None:
        raise no_store()
    keep, today = settings.keep, now()
    days = timedelta(days=_KEPT_DAYS) if keep.facts is None else keep.facts
    wanted = Pruning(
        facts=today - (days if older_than is None else timedelta(days=older_than)),
        rejections=today - keep.rejections if keep.rejections is not None else None,
        closed=today - keep.closed if keep.closed is not None else None,
        person=person,
    )
    pruned = prune_all(archive, wanted, today, __version__)
    say(f"removed {_told(pruned.facts)}")
    if keep.rejections is not None:
        say(f"removed {pruned.rejections:,} rejected rows")
    if keep.closed is not None:
        say(f"removed {pruned.closed:,} closed violations")
    if person is not None:
        _tell_forgotten(pruned)


def _tell_forgotten(pruned: Pruned) -> None:
    from policycheck.report.words import counted
    from policycheck.text import visible

    say(f"forgot whose {pruned.forgotten.rows:,} devices and violations were")
    if lost := pruned.forgotten.messages:
        say(f"removed {counted(lost, 'message')} that waited to be sent, with all that they tell")
    for word in pruned.doubtful:
        say(f"not forgotten: {visible(word)}, which may be somebody else; else forget it, too")


def _told(size: Size) -> str:
    from policycheck.report.words import counted

    return f"{counted(size.segments, 'segment')} of facts, {size.bytes / _MEBIBYTE:,.1f} MiB"
