"""Read a folder in a process that is ended after a minute of work, and tell its peak of memory.

Run by a test: prints what came of each input, the problems, and the peak in KiB, as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from policycheck.inventory.read import read_reports

SECONDS = 60
"""Of work by the processor, however busy the machine is."""


def peak() -> int:
    """Return this program's own peak of memory in KiB.

    Linux hands `ru_maxrss` on from whoever started a process; `VmHWM` begins anew with each
    program.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines = status.read_text(encoding="utf-8").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    received = datetime(2026, 11, 22, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as facts:
        con = duckdb.connect(config={"threads": 1, "memory_limit": "300MB"})
        read = read_reports([sys.argv[1]], con, Path(facts), received, device="DEV-1")
    told = {
        "inputs": [
            [line.path, line.format, line.devices, line.items, line.rejected]
            for line in read.inputs
        ],
        "problems": [
            [problem.severity, problem.message, problem.hint] for problem in read.problems
        ],
        "peak": peak(),
    }
    sys.stdout.write(json.dumps(told))
