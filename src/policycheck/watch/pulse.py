"""The signs of life: a row in the store, a file, metrics, and what the supervisor is told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from policycheck.problems import PolicycheckError
from policycheck.store.watchers import STOPPED, Heartbeat
from policycheck.watch import supervisor
from policycheck.watch.figures import Figures, now, write_metrics

HEARTBEAT = "heartbeat.json"
_LIFE_SECONDS = 1.0
_FILE_SECONDS = 5.0
_ROW_SECONDS = 30.0


@dataclass(frozen=True)
class Signs:
    """Where a watcher shows that it lives."""

    name: str
    """`HOST-PID`."""
    inbox: Path
    write_row: Callable[[Heartbeat], None]
    """Raises PolicycheckError where the store cannot take it."""
    forget: Callable[[Sequence[str]], None]
    """Removes the rows of watchers of these names, and what is old. Raises PolicycheckError."""
    metrics: Path | None = None
    """A file for node_exporter's textfile collector, or its like."""


class Pulse:
    """Shows that a watcher lives, each sign as often as it is worth."""

    def __init__(self, signs: Signs, figures: Figures) -> None:
        self.figures = figures
        self.folder: Path | None = None
        """Where the file lies: the folder of the watcher's claims, while it has one."""
        self._signs = signs
        self._beaten: dict[str, float] = {}
        self._told: tuple[object, ...] = ()
        self.bury(())

    def beat(self, state: str, *, trouble: str = "", refused: str = "") -> None:
        """Show what it does: those signs that are due, or all where something else is told."""
        told = (state == STOPPED, self.folder, trouble, refused)
        urgent, self._told = told != self._told, told
        self.figures.in_trouble, self.figures.refused = bool(trouble), bool(refused)
        if self._is_due("life", _LIFE_SECONDS, urgent=urgent):
            supervisor.lives(trouble or state)
        at = now()
        beat = Heartbeat(
            name=self._signs.name,
            inbox=str(self._signs.inbox),
            started_at=self.figures.started_at,
            beat_at=at,
            state=state,
            last_run=self.figures.last_run,
            last_run_at=self.figures.last_run_at,
            backlog=self.figures.backlog,
            held=self.figures.held,
            rejected_today=self.figures.rejected_today if self.figures.today == at.date() else 0,
            trouble=trouble,
            refused=refused,
        )
        if self._is_due("file", _FILE_SECONDS, urgent=urgent):
            if self.folder:
                _write(self.folder / HEARTBEAT, f"{beat.to_json()}\n")
            if self._signs.metrics:
                _write(self._signs.metrics, write_metrics(self.figures, at))
        if self._is_due("row", _ROW_SECONDS, urgent=urgent):
            with suppress(PolicycheckError):  # the loop tells it, where it matters
                self._signs.write_row(beat)

    def bury(self, gone: Sequence[str]) -> None:
        """Forget the signs of watchers that are gone."""
        others = [name for name in gone if name != self._signs.name]
        with suppress(PolicycheckError):
            self._signs.forget(others)

    def _is_due(self, sign: str, seconds: float, *, urgent: bool) -> bool:
        moment = time.monotonic()
        if not urgent and moment - self._beaten.get(sign, -seconds) < seconds:
            return False
        self._beaten[sign] = moment
        return True


def _write(path: Path, text: str) -> None:
    """Replace a file at once; one that cannot be written is missed by whoever waits for it."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(OSError):
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
