"""Measure `app review` on a fleet of 200,000 distinct items: `python benchmarks/review.py`.

Whole processes, from start to exit, over what an audit stored before; the median of five rounds.
The goal is 5 s.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from measure import Case, interleave, peak, run, wall
from variety import make

ROUNDS = 5
PROGRAM = [sys.executable, "-m", "policycheck"]
WANTED = ["-p", "jd-business-im"]


def main() -> None:
    """Audit the fleet into a workspace, then look for what no rule knows."""
    inventory = make(200_000)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "policycheck.yaml").write_text("language: 1\n", encoding="utf-8")
        audit = Case("audit", [*PROGRAM, "audit", inventory, *WANTED, "-q"], (0, 1), cwd=folder)
        run(audit, os.environ)
        review = Case("review", [*PROGRAM, "app", "review", *WANTED, "-f", "csv"], cwd=folder)
        runs = interleave([review], ROUNDS, os.environ)["review"]
    print(f"app review: {wall(runs):.2f} s, {peak(runs):.0f} MB")


if __name__ == "__main__":
    main()
