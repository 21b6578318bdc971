"""What a watcher has done so far, in numbers; and as Prometheus reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, NamedTuple

_PREFIX = "policycheck_watch_"
_PROCESS = Path("/proc/self")


@dataclass
class Figures:
    """Counted from the watcher's start on. Times are aware."""

    started_at: datetime
    recorded: int = 0
    """Reports that a run of this watcher recorded."""
    known: int = 0
    """Reports that were recorded already."""
    rejected: int = 0
    rejected_today: int = 0
    today: date = field(default=date.min)
    """The day, in UTC, that `rejected_today` counts."""
    runs: int = 0
    last_run: int | None = None
    last_run_at: datetime | None = None
    seconds: float = 0.0
    """Spent on batches."""
    batches: int = 0
    backlog: int = 0
    """Files that lay in the inbox at the last look, those included that were still written."""
    held: int = 0
    """Files that are kept to be tried again later."""
    reloads: int = 0
    in_trouble: bool = False
    refused: bool = False
    """Whether what it goes by has a newer version, with a mistake in it."""

    def reject(self, at: datetime) -> None:
        """Count a file that was rejected."""
        self.rejected += 1
        if at.date() != self.today:
            self.today, self.rejected_today = at.date(), 0
        self.rejected_today += 1

    def run(self, run_id: int, at: datetime) -> None:
        """Count a run."""
        self.runs += 1
        self.last_run, self.last_run_at = run_id, at


class _Metric(NamedTuple):
    kind: Literal["counter", "gauge"]
    help: str
    value: float


def write_metrics(figures: Figures, at: datetime) -> str:
    """Return the figures in Prometheus's text format."""
    metrics = {f"{_PREFIX}{name}": metric for name, metric in _metrics(figures, at).items()}
    metrics |= dict(_process_metrics())
    return "".join(
        f"# HELP {name} {metric.help}\n# TYPE {name} {metric.kind}\n{name} {metric.value!r}\n"
        for name, metric in metrics.items()
    )


def _metrics(figures: Figures, at: datetime) -> dict[str, _Metric]:
    last = figures.last_run_at.timestamp() if figures.last_run_at else 0
    return {
        "recorded_total": _Metric("counter", "Reports that were recorded.", figures.recorded),
        "known_total": _Metric("counter", "Reports that were recorded before.", figures.known),
        "rejected_total": _Metric("counter", "Files that could not be used.", figures.rejected),
        "runs_total": _Metric("counter", "Runs that were committed.", figures.runs),
        "batches_total": _Metric("counter", "Batches that were taken.", figures.batches),
        "batch_seconds_total": _Metric("counter", "Time spent on batches.", figures.seconds),
        "reloads_total": _Metric("counter", "Reloads of what it goes by.", figures.reloads),
        "backlog_files": _Metric("gauge", "Files that lie in the inbox.", figures.backlog),
        "held_files": _Metric("gauge", "Files that are tried again later.", figures.held),
        "in_trouble": _Metric("gauge", "1 while nothing can be recorded.", figures.in_trouble * 1),
        "reload_refused": _Metric(
            "gauge", "1 while the newest policies, rules or waivers are wrong.", figures.refused * 1
        ),
        "last_run_timestamp_seconds": _Metric("gauge", "When the last run was committed.", last),
        "heartbeat_timestamp_seconds": _Metric("gauge", "When this was written.", at.timestamp()),
        "start_timestamp_seconds": _Metric(
            "gauge", "When the watcher was started.", figures.started_at.timestamp()
        ),
    }


def _process_metrics() -> Iterator[tuple[str, _Metric]]:
    """Yield memory and descriptors, where the system tells them as Linux does."""
    with suppress(OSError, IndexError, ValueError):
        pages = int((_PROCESS / "statm").read_text("ascii").split()[1])
        size = pages * os.sysconf("SC_PAGE_SIZE")
        yield "process_resident_memory_bytes", _Metric("gauge", "Memory in use.", size)
        count = sum(1 for _ in (_PROCESS / "fd").iterdir())
        yield "process_open_fds", _Metric("gauge", "Open file descriptors.", count)


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)
