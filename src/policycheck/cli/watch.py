"""`policycheck watch`: record what is dropped into a folder, for months."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policycheck.cli import options
from policycheck.cli.exits import Exit

if TYPE_CHECKING:
    from policycheck.watch.service import Watcher

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
Status = Annotated[
    bool, typer.Option("--status", help="Only say how the inbox's watchers are; 0 if all work.")
]
MetricsPort = Annotated[
    int | None,
    typer.Option(
        "--metrics-port", metavar="PORT", min=0, max=65535,
        help="Answer http://127.0.0.1:PORT/metrics for Prometheus.",
    ),
]  # fmt: skip
MetricsFile = Annotated[
    Path | None,
    typer.Option("--metrics-file", metavar="FILE", help="Write the same metrics into a file."),
]
Json = Annotated[bool, typer.Option("--log-json", help="Log in JSON, one object a line.")]


def register(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command("watch")(watch)


def watch(
    *,
    inbox: Folder,
    once: Once = False,
    status: Status = False,
    poll: Poll = False,
    settle: Settle = 2.0,
    rescan: Rescan = 10.0,
    recursive: Recursive = False,
    in_place: InPlaceOnly = False,
    markers: Markers = False,
    batch_files: BatchFiles = 4000,
    log_json: Json = False,
    metrics_port: MetricsPort = None,
    metrics_file: MetricsFile = None,
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
    had claimed is taken back. Policies, rules, waivers, attestations, people and settings are read
    anew when they change, or on SIGHUP, and what is stored is then judged by them.

    Ends with 0 when asked to (SIGTERM, Ctrl-C), after the batch in hand; --status with 0 where all
    watchers of the inbox work, else with 2.
    """
    from policycheck.cli.watchers import tell_status
    from policycheck.cli.watching import Wishes, watcher_of
    from policycheck.watch.inbox import Manner
    from policycheck.watch.queue import Pace
    from policycheck.workspace import Given, resolve

    given = Given(tuple(policy or ()), people, store, facts, mappings=tuple(mapping or ()))
    settings = resolve(given, Path.cwd())
    if status:
        raise typer.Exit(tell_status(settings, inbox.absolute()))
    wishes = Wishes(
        inbox.absolute(),
        Manner(settle, recursive, markers),
        Pace(batch_files, rescan=rescan),
        in_place=in_place,
        polls=poll,
        drafts=drafts,
        log_json=log_json,
        metrics_port=metrics_port,
        metrics_file=metrics_file and metrics_file.absolute(),
        once=once,
    )
    with watcher_of(given, settings, wishes) as watcher:
        _heed_signals(watcher)
        watcher.run(once=once)
        if once and watcher.trouble:
            raise typer.Exit(Exit.COULD_NOT_AUDIT)


def _heed_signals(watcher: Watcher) -> None:
    """End in peace when asked to, reload when asked to; a lease that breaks is no reason to die."""
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if number := getattr(signal, name, None):
            signal.signal(number, lambda *_: watcher.stop())
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, lambda *_: watcher.reload())
    if hasattr(signal, "SIGIO"):
        signal.signal(signal.SIGIO, signal.SIG_IGN)
