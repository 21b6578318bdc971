"""Kill a watcher at random moments under a stream of drops, and see that nothing is lost.

    python tests/faults/killing.py --kills 1000

The store has to be equal to one from a watcher that nobody disturbed.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "watch"))

from watching import Home, report

READ = "SELECT count(*), count(DISTINCT sha256) FROM report WHERE format <> ''"
STATE = (
    "SELECT device_key, name, serial FROM device ORDER BY 1, 2, 3",
    "SELECT device_key, source, reported_at FROM device_source ORDER BY 1, 2",
    "SELECT fingerprint, device_key, status, reopened FROM violation ORDER BY 1",
    "SELECT fingerprint, kind, cause FROM event ORDER BY 1, 2",
)
BAD = 7
"""Every seventh drop is no report."""


def content(number: int) -> bytes:
    return b"no report %d\n" % number if number % BAD == 0 else report(number)


def disturb(home: Home, kills: int, seed: int, *, drops: int = 5) -> int:
    """Drop files all the time and kill a watcher so many times; return how many were dropped."""
    chance = random.Random(seed)
    dropped = 0
    longest = 1.0
    for _ in range(kills):
        began = time.monotonic()
        with home.start("--batch-files", "4", "--settle", "0") as watcher:
            until = began + chance.uniform(0, longest)
            for _ in range(drops):
                home.drop(f"{dropped}.txt", content(dropped))
                dropped += 1
            while time.monotonic() < until and home.names("processing") == []:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.5))
            watcher.send_signal(signal.SIGKILL)
        longest = max(longest, 6.0)  # from the start of the program to its first claim
    return dropped


def check(home: Home, dropped: int) -> None:
    """Let a last watcher repair everything; compare with one that nobody disturbed."""
    home.watch_once("--settle", "0")
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
