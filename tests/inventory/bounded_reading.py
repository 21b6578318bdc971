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
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }
    sys.stdout.write(json.dumps(told))
