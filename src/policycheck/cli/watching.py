"""What a watcher is made of: its audits, what it goes by, and where it shows that it lives."""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.cli.clock import now
from policycheck.cli.output import print_problems
from policycheck.cli.request import Asked, archive_of, request_of
from policycheck.cli.telling import telling
from policycheck.problems import PolicycheckError, Problem, quote
from policycheck.workspace import Given, Settings, resolve

if TYPE_CHECKING:
    from policycheck.outcome import Outcome
    from policycheck.request import AuditRequest
    from policycheck.store.archive import Archive
    from policycheck.store.watchers import Heartbeat
    from policycheck.watch.claims import Claims
    from policycheck.watch.drop import Drop
    from policycheck.watch.in_place import InPlace
    from policycheck.watch.inbox import Manner
    from policycheck.watch.orders import Orders, Standing
    from policycheck.watch.pulse import Signs
    from policycheck.watch.queue import Pace
    from policycheck.watch.service import Watcher

_ROW_WAIT_SECONDS = 1.0
"""A heartbeat waits no longer than this for the store: the next one will do."""
_OLD = timedelta(days=1)


def open_archive(settings: Settings, inbox: Path) -> Archive:
    """Open the store. Raises PolicycheckError where there is none, or no inbox."""
    if not inbox.is_dir():
        message = f"there is no folder {quote(str(inbox))}"
        raise PolicycheckError([Problem(message, None, "make it, then drop reports into it")])
    archive = archive_of(settings, writes=True)
    if archive is None:
        hint = "run this in a workspace, or name a store with --store"
        raise PolicycheckError([Problem("there is nothing to record in", None, hint)])
    return archive


def load(given: Given, opened: Settings, copies: Path, drafts: bool) -> Orders:
    """Load what to go by. Raises PolicycheckError where it is wrong, or means another store."""
    from policycheck.watch.orders import load_orders

    settings = resolve(given, Path.cwd())
    if (settings.store, settings.facts) != (opened.store, opened.facts):
        message = "policycheck.yaml names another store than the one that is recorded in"
        raise PolicycheckError([Problem(message, None, "restart the watcher")])
    orders = load_orders(settings, copies, drafts=drafts)
    _set_aside()
    return orders


def _set_aside() -> None:
    """Spare what is there now the search for garbage after each batch: most of it will stay."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def open_claims(inbox: Path, scratch: Path | None) -> Claims | InPlace:
    """Return where files are claimed; with a scratch folder, where they are copied to."""
    if scratch is None:
        from policycheck.watch.claims import Claims

        return Claims(inbox)
    from policycheck.watch.in_place import InPlace

    return InPlace(inbox, scratch)


@dataclass(frozen=True)
class Auditor:
    """Audits by what stands at the moment."""

    standing: Standing
    archive: Archive
    drafts: bool

    @contextmanager
    def audit(self, drops: Sequence[Drop]) -> Iterator[Outcome]:
        """Audit files together; refuse what is recorded already."""
        from policycheck.pipeline import audit
        from policycheck.store.known import ARCHIVE

        packed = {f"{ARCHIVE} {drop.sha256}": "taken" for drop in drops if drop.packed}
        request = self._request(Asked(tuple(drop.path for drop in drops), drafts=self.drafts))
        request = replace(
            request,
            base=drops[0].base,
            once=frozenset(drop.sha256 for drop in drops),
            options={**request.options, **packed},
        )
        with audit(request, self.archive) as outcome:
            yield outcome
        gc.collect()

    @contextmanager
    def audit_stored(self) -> Iterator[Outcome | None]:
        """Judge all that is stored, unless the last audit went by the same."""
        from policycheck.pipeline import audit

        if self._is_current():
            yield None
            return
        request = self._request(Asked(everything=True, drafts=self.drafts))
        with audit(request, self.archive) as outcome:
            yield outcome
        gc.collect()

    def look(self, drop: Drop) -> None:
        """Read a file and do no more with it. Raises whatever its reader raises."""
        from policycheck.engine.session import open_session
        from policycheck.inventory.read import read_reports

        with tempfile.TemporaryDirectory(prefix="policycheck-") as folder:
            scratch = Path(folder)
            with closing(open_session(scratch)) as con:
                read_reports(
                    [drop.path], con, scratch, now(), mappings=self.standing.orders.mappings
                )

    def _request(self, asked: Asked) -> AuditRequest:
        orders = self.standing.orders
        request = request_of(asked, orders.settings, orders.rulebook, orders.mappings)
        options = {**request.options, "watch": "yes"}
        return replace(request, people=orders.people, texts=orders.texts, options=options)

    def _is_current(self) -> bool:
        """Tell whether the last audit went by what stands now; also where there was none."""
        from policycheck.store.runs import last_audit

        with self.archive.store.reading() as connection:
            run = last_audit(connection)
        return run is None or run.basis == self.standing.orders.basis


@dataclass(frozen=True)
class Wishes:
    """How somebody wants to have an inbox watched."""

    inbox: Path
    manner: Manner
    pace: Pace
    in_place: bool = False
    polls: bool = False
    drafts: bool = False
    log_json: bool = False
    metrics_port: int | None = None
    metrics_file: Path | None = None
    once: bool = False


@contextmanager
def watcher_of(given: Given, settings: Settings, wishes: Wishes) -> Iterator[Watcher]:
    """Put a watcher together. Raises PolicycheckError where anything is wrong at the start."""
    from policycheck.watch.batch import Recorder
    from policycheck.watch.endpoint import serving
    from policycheck.watch.figures import Figures
    from policycheck.watch.inbox import Inbox
    from policycheck.watch.log import open_log
    from policycheck.watch.orders import Standing
    from policycheck.watch.pulse import Pulse
    from policycheck.watch.service import Watcher

    archive = open_archive(settings, wishes.inbox)
    log = open_log(sys.stderr, as_json=wishes.log_json)
    with tempfile.TemporaryDirectory(prefix="policycheck-watch-") as folder, ExitStack() as stack:
        stack.callback(gc.unfreeze)  # else DuckDB takes what is set aside for leaked
        scratch, copies = Path(folder, "files"), Path(folder, "copies")
        scratch.mkdir()
        copies.mkdir()
        standing = Standing(partial(load, given, settings, copies, wishes.drafts), log)
        print_problems(standing.orders.rulebook.remarks)
        pulse = Pulse(signs_of(settings, wishes.inbox, wishes.metrics_file), Figures(now()))
        if wishes.metrics_port is not None:
            stack.enter_context(serving(pulse.figures, wishes.metrics_port))
        stack.enter_context(telling(lambda: standing.orders.settings, log, once=wishes.once))
        auditor = Auditor(standing, archive, wishes.drafts)
        yield Watcher(
            Inbox(wishes.inbox, wishes.manner),
            partial(open_claims, wishes.inbox, scratch if wishes.in_place else None),
            Recorder(archive, auditor.audit, auditor.look, auditor.audit_stored),
            standing=standing,
            pulse=pulse,
            log=log,
            pace=wishes.pace,
            polls=wishes.polls,
        )


def signs_of(settings: Settings, inbox: Path, metrics: Path | None) -> Signs:
    """Return where a watcher shows that it lives."""
    from policycheck.store.database import connect
    from policycheck.store.watchers import forget_watchers, write_heartbeat
    from policycheck.watch.claims import name_watcher
    from policycheck.watch.pulse import Signs

    store = connect(settings.store or "", wait=_ROW_WAIT_SECONDS)

    def write_row(beat: Heartbeat) -> None:
        with store.writing() as connection:
            write_heartbeat(connection, beat)

    def forget(gone: Sequence[str]) -> None:
        with store.writing() as connection:
            forget_watchers(connection, str(inbox), gone, now() - _OLD)

    return Signs(name_watcher(), inbox, write_row, forget, metrics)
