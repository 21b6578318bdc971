"""Run a whole process and say what it took. Imports nothing heavy: see `Took.peak_mb`."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Took:
    """One run of one process, from start to exit."""

    wall: float
    cpu: float
    peak_mb: float
    """Linux counts the forking parent's memory into its child's peak: the parent stays small."""
    code: int
    output: str
    """The first 100,000 characters of standard output, or of the errors if there is none."""


@dataclass(frozen=True)
class Case:
    """A command to measure: under which exit codes it counts, and what to clear before it."""

    name: str
    command: Sequence[str | Path]
    codes: tuple[int, ...] = (0,)
    fresh: Path | None = None
    cwd: Path | None = None


def run(case: Case, environment: Mapping[str, str]) -> Took:
    """Run the case once; raise RuntimeError, with its output, on another exit code."""
    if case.fresh:
        subprocess.run(["rm", "-rf", case.fresh], check=True)
        case.fresh.mkdir(parents=True)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in case.command],
            stdin=subprocess.DEVNULL, stdout=out, stderr=errors, cwd=case.cwd,
            env={**environment},
        )  # fmt: skip
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        text = (out.read(100_000) or errors.read(100_000)).decode(errors="replace")
    took = Took(
        wall,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
        child.returncode,
        text,
    )
    if took.code not in case.codes:
        raise RuntimeError(f"{case.name} exited with {took.code}:\n{text[-4000:]}")
    return took


def interleave(
    cases: Sequence[Case], rounds: int, environment: Mapping[str, str]
) -> dict[str, list[Took]]:
    """Run all cases in turn, round after round, so that a slow minute hits them alike."""
    runs: dict[str, list[Took]] = {case.name: [] for case in cases}
    for number in range(rounds):
        for case in cases:
            took = run(case, environment)
            runs[case.name].append(took)
            print(f"  {number + 1}/{rounds} {case.name}: {took.wall:.2f} s, {took.peak_mb:.0f} MB",
                  flush=True)  # fmt: skip
    return runs


def wall(runs: Sequence[Took]) -> float:
    """Return the median of the seconds from start to exit."""
    return statistics.median(took.wall for took in runs)


def cpu(runs: Sequence[Took]) -> float:
    """Return the median of the processor seconds, all threads."""
    return statistics.median(took.cpu for took in runs)


def peak(runs: Sequence[Took]) -> float:
    """Return the largest resident memory of any run, in MB (2**20 bytes)."""
    return max(took.peak_mb for took in runs)
