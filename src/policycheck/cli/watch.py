"""`policycheck watch`: record what is dropped into a folder, for months."""

from __future__ import annotations

import gc
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policycheck.cli import options
from policycheck.cli.exits import Exit
from policycheck.cli.output import print_problems
from policycheck.problems import PolicycheckError, Problem, quote

if TYPE_CHECKING:
    from policycheck.outcome import Outcome
    from policycheck.rulebook import Rulebook
    from policycheck.store.archive import Archive
    from policycheck.watch.claims import Claims, Drop
    from policycheck.watch.in_place import InPlace
    from policycheck.watch.service import Watcher
    from policycheck.workspace import Settings

Folder = Annotated[
    Path, typer.Argument(metavar="INBOX", help="The folder into which reports are dropped.")
]
Once = Annotated[bool, typer.Option("--once", help="Take what is there, and end.")]
Poll = Annotated[bool, typer.Option("--poll", help="Look every second; ask for no events.")]
Settle = Annotated[
    float,
    typer.Option(
        "--settle",
        metavar="SECONDS",
        min=0,
        help="How long a file must not have changed, where nothing else tells that it is whole.",
    ),
]
Rescan = Annotated[
    float,
    typer.Option("--rescan", metavar="SECONDS", min=0.1, help="Look so often even without events."),
]
Recursive = Annotated[bool, typer.Option("--recursive", help="Look into folders below, too.")]
InPlaceOnly = Annotated[
    bool, typer.Option("--in-place", help="Move nothing: for a share that may only be read.")
]
Markers = Annotated[
    bool, typer.Option("--markers", help="Take FILE only when FILE.done stands beside it.")
]
BatchFiles = Annotated[
    int, typer.Option("--batch-files", metavar="N", min=1, help="Take at most so many at once.")
]
Json = Annotated[bool, typer.Option("--log-json", help="Log in JSON, one object a line.")]


def register(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command("watch")(watch)


def watch(
    *,
    inbox: Folder,
    once: Once = False,
    poll: Poll = False,
    settle: Settle = 2.0,
    rescan: Rescan = 10.0,
    recursive: Recursive = False,
    in_place: InPlaceOnly = False,
    markers: Markers = False,
    batch_files: BatchFiles = 1000,
    log_json: Json = False,
    policy: options.Policies = None,
    people: options.People = None,
    mapping: options.Mappings = None,
    drafts: options.Drafts = False,
    store: options.StoreUrl = None,
    facts: options.FactsFolder = None,
) -> None:
    """Record the reports that are dropped into a folder, each once.

    A file is claimed by moving it into INBOX/processing, and ends in INBOX/done/DATE or, with the
    reason beside it, in INBOX/rejected. Several watchers may share an inbox; what one that crashed
    had claimed is taken back. Ends with 0 when asked to (SIGTERM, Ctrl-C), after the batch in hand.
    """
    from policycheck.watch.batch import Recorder
    from policycheck.watch.inbox import Inbox, Manner
    from policycheck.watch.log import open_log
    from policycheck.watch.service import Pace, Watcher
    from policycheck.workspace import Given, resolve

    given = Given(tuple(policy or ()), people, store, facts, mappings=tuple(mapping or ()))
    settings = resolve(given, Path.cwd())
    archive = _archive(settings, inbox)
    rulebook = _rulebook(settings, drafts=drafts)
    print_problems(rulebook.remarks)
    with tempfile.TemporaryDirectory(prefix="policycheck-watch-") as scratch:
        watcher = Watcher(
            Inbox(inbox.absolute(), Manner(settle, recursive, markers)),
            partial(_open_claims, inbox.absolute(), Path(scratch) if in_place else None),
            Recorder(archive, partial(_audit, settings, rulebook, archive, drafts)),
            open_log(sys.stderr, as_json=log_json),
            Pace(batch_files, rescan=rescan),
            polls=poll,
        )
        _heed_signals(watcher)
        watcher.run(once=once)
    if once and watcher.trouble:
        raise typer.Exit(Exit.COULD_NOT_AUDIT)


def _archive(settings: Settings, inbox: Path) -> Archive:
    """Open the store. Raises PolicycheckError where there is none, or no inbox."""
    from policycheck.cli.request import archive_of

    if not inbox.is_dir():
        raise PolicycheckError([Problem(f"there is no folder {quote(str(inbox))}", None)])
    archive = archive_of(settings, writes=True)
    if archive is None:
        hint = "run this in a workspace, or name a store with --store"
        raise PolicycheckError([Problem("there is nothing to record in", None, hint)])
    return archive


def _rulebook(settings: Settings, *, drafts: bool) -> Rulebook:
    from policycheck.rulebook import load_rulebook

    return load_rulebook(settings, drafts=drafts)


def _open_claims(inbox: Path, scratch: Path | None) -> Claims | InPlace:
    if scratch is None:
        from policycheck.watch.claims import Claims

        return Claims(inbox)
    from policycheck.watch.in_place import InPlace

    return InPlace(inbox, scratch)


@contextmanager
def _audit(
    settings: Settings, rulebook: Rulebook, archive: Archive, drafts: bool, drops: Sequence[Drop]
) -> Iterator[Outcome]:
    """Audit files together; refuse what is recorded already."""
    from policycheck.cli.request import Asked, request_of
    from policycheck.pipeline import audit
    from policycheck.store.known import ARCHIVE

    asked = Asked(tuple(drop.path for drop in drops), drafts=drafts)
    request = request_of(asked, settings, rulebook)
    packed = {f"{ARCHIVE} {drop.sha256}": "taken" for drop in drops if drop.packed}
    request = replace(
        request,
        base=drops[0].base,
        once=frozenset(drop.sha256 for drop in drops),
        options={**request.options, "watch": "yes", **packed},
    )
    with audit(request, archive) as outcome:
        yield outcome
    gc.collect()


def _heed_signals(watcher: Watcher) -> None:
    """End in peace when asked to; a lease that breaks is no reason to die."""
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if number := getattr(signal, name, None):
            signal.signal(number, lambda *_: watcher.stop())
    if hasattr(signal, "SIGIO"):
        signal.signal(signal.SIGIO, signal.SIG_IGN)
