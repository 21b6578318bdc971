"""Audit a million devices once: `python benchmarks/million.py [--devices 1000000]`.

Nine million installs, two files and the people (`fleet.SCANNERS`), 2.1 GB of CSV, by one policy of
JD's, into a new store. Then the stored fleet is reported on. Prints what both took and writes it to
`million.md`; the inputs are made at the first call, which takes ten minutes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import measure
from run import DATA, HERE, environment, machine

MAKE = "import sys, fleet; print(fleet.make(int(sys.argv[1]), shape=fleet.SCANNERS))"


def main() -> None:
    """Make the fleet, audit it, report on it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, default=1_000_000)
    devices = parser.parse_args().devices
    made = subprocess.run([sys.executable, "-c", MAKE, str(devices)], check=True, cwd=HERE,
                          stdout=subprocess.PIPE, text=True)  # fmt: skip
    inputs, store = Path(made.stdout.strip()), DATA / "store-million"
    words = ("--store", f"sqlite:///{store}/audit.db", "-p", "jd-business-im",
             "--people", inputs / "people.csv")  # fmt: skip
    command = (sys.executable, "-m", "policycheck")
    cases = (
        measure.Case("audit", [*command, "audit", inputs / "AppInvRawData.csv",
                               inputs / "Devices.csv", *words], (1,), fresh=store),
        measure.Case("report", [*command, "report", *words], (0, 1)),
    )  # fmt: skip
    variables = environment()
    rows = [f"# {devices:,} devices\n", machine(),
            "\n| what | s | CPU, s | peak, MB |\n|---|---|---|---|"]  # fmt: skip
    for case in cases:
        took = measure.run(case, variables)
        rows.append(f"| {case.name} | {took.wall:.0f} | {took.cpu:.0f} | {took.peak_mb:.0f} |")
    text = "\n".join([*rows, ""])
    (HERE / "million.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
