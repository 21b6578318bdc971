"""A progress bar on stderr, for what takes longer than a second; on a terminal only."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

_PATIENCE = 1.0
"""Seconds."""

Advance = Callable[[int, int], None]
"""Takes how much is done, and how much there is in all."""


@contextmanager
def progress_bar(what: str, *, wanted: bool) -> Iterator[Advance | None]:
    """Give a function that moves the bar; none where there is nobody to see it."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(what)
    try:
        yield bar.advance
    finally:
        bar.close()


class _Bar:
    """Shows itself once there was something to wait for."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = time.monotonic()
        self._progress: Progress | None = None
        self._lock = threading.Lock()  # digests are reported from threads of their own

    def advance(self, done: int, total: int) -> None:
        if time.monotonic() - self._started < _PATIENCE:
            return
        with self._lock:
            if self._progress is None:
                self._progress = _open(self._what)
            self._progress.update(self._progress.task_ids[0], completed=done, total=total)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def _open(what: str) -> Progress:
    from rich.console import Console
    from rich.progress import Progress

    progress = Progress(console=Console(stderr=True), transient=True)
    progress.add_task(what)
    progress.start()
    return progress
