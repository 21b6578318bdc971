"""Kill a watcher at random moments under a stream of drops, and see that nothing is lost.

    python tests/faults/killing.py --kills 1000

The store has to be equal to one from a watcher that nobody disturbed.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "watch"))

from watching import BOUND, Home, report

READ = "SELECT count(*), count(DISTINCT sha256) FROM report WHERE format <> ''"
STATE = (
    "SELECT device_key, name, serial FROM device ORDER BY 1, 2, 3",
    "SELECT device_key, source, reported_at FROM device_source ORDER BY 1, 2",
    "SELECT fingerprint, device_key, status, reopened FROM violation ORDER BY 1",
    "SELECT fingerprint, kind, cause FROM event ORDER BY 1, 2",
)
LONGEST = 20.0
"""Seconds after which a watcher is killed in any case, at most."""
AFTER = (0.01, 0.3, 2.0)
"""Seconds from what was waited for to the kill, at most."""
BAD = 7
"""Every seventh drop is no report."""


def content(number: int) -> bytes:
    return b"no report %d\n" % number if number % BAD == 0 else report(number)


def disturb(home: Home, kills: int, seed: int, *, drops: int = 5) -> int:
    """Drop files all the time and kill a watcher so many times; return how many were dropped.

    A kill comes a random while after a claim, or after something was filed away: so it falls into
    starting, reading, judging, committing and filing, however quick the machine is.
    """
    chance = random.Random(seed)
    dropped = 0
    for _ in range(kills):
        filed = len(home.names("done"))
        until = time.monotonic() + chance.uniform(0, LONGEST)
        with home.start("--batch-files", "4", "--settle", "0") as watcher:
            for _ in range(drops):
                home.drop(f"{dropped}.txt", content(dropped))
                dropped += 1
            goal = chance.choice(["claimed", "filed"])
            while time.monotonic() < until:
                if (
                    claimed(home, watcher.pid)
                    if goal == "claimed"
                    else len(home.names("done")) > filed
                ):
                    break
                time.sleep(0.002)
            time.sleep(chance.uniform(0, chance.choice(AFTER)))
            watcher.send_signal(signal.SIGKILL)
    return dropped


def claimed(home: Home, watcher: int) -> bool:
    """Tell whether a watcher has some drop in hand."""
    folders = (home.inbox / "processing").glob(f"*-{watcher}-*")
    names = (name for folder in folders for _, _, names in os.walk(folder) for name in names)
    return any(name.endswith(".txt") for name in names)  # what vanishes meanwhile is passed over


def check(home: Home, dropped: int) -> None:
    """Let a last watcher repair everything; compare with one that nobody disturbed."""
    home.watch_once("--settle", "0", bound=BOUND + dropped)  # many small batches were left
    good = sum(number % BAD != 0 for number in range(dropped))
    assert home.rows(READ) == [(good, good)]
    assert len(home.names("done")) == good
    assert len(home.names("rejected")) == 2 * (dropped - good)
    assert [path.name for path in home.inbox.iterdir() if path.is_file()] == []
    assert home.names("processing") == []
    quiet = Home.make(home.folder / "undisturbed")
    for number in range(dropped):
        quiet.drop(f"{number}.txt", content(number))
    quiet.watch_once("--settle", "0")
    for query in STATE:
        assert home.rows(query) == quiet.rows(query), query


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home.make(Path(folder) / "home")
        check(home, disturb(home, given.kills, given.seed))
    sys.stdout.write(f"{given.kills:,} kills, nothing lost, nothing twice\n")


if __name__ == "__main__":
    main()
