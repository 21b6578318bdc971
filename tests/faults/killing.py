"""Kill a watcher at random moments under a stream of drops, and see that nothing is lost.

    python tests/faults/killing.py --kills 1000 --minutes 90

The store has to be equal to one from a watcher that nobody disturbed. A watcher is forked from a
process that has imported the program: importing it takes longer than all that a watcher does
between two kills, and leaves nothing behind that a kill could harm.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
SERIES = 50
"""So many kills in one workspace: what was found wrong there can be repeated by its seed."""
WORDS = ("--batch-files", "4", "--settle", "0")
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["__main__", "policycheck.cli.watching", "policycheck.watch.service"])


def content(number: int) -> bytes:
    return b"no report %d\n" % number if number % BAD == 0 else report(number)


def watch(folder: Path) -> None:
    """Be a watcher, until killed. What it says is in `log`."""
    from policycheck.cli.main import main as policycheck

    os.chdir(folder)
    with Path("log").open("a") as log:
        os.dup2(log.fileno(), 2)
    policycheck(["watch", "inbox", *WORDS])


@contextmanager
def doomed(home: Home) -> Iterator[int]:
    """Give a watcher's process id; kill it at the end."""
    watcher = FORKED.Process(target=watch, args=[home.folder], daemon=True)
    watcher.start()
    try:
        yield watcher.pid or 0
        assert watcher.is_alive(), (home.folder / "log").read_text()
    finally:
        watcher.kill()
        watcher.join()


def disturb(home: Home, kills: int, seed: int, *, drops: int = 5) -> int:
    """Drop files all the time and kill a watcher so many times; return how many were dropped.

    A kill comes a random while after a claim, or after something was filed away: so it falls into
    starting, reading, judging, committing and filing, however quick the machine is.
    """
    chance = random.Random(seed)
    dropped = 0
    for _ in range(kills):
        before = filed(home)
        until = time.monotonic() + chance.uniform(0, LONGEST)
        with doomed(home) as watcher:
            for _ in range(drops):
                home.drop(f"{dropped}.txt", content(dropped))
                dropped += 1
            goal = chance.choice(["claimed", "filed"])
            while time.monotonic() < until:
                if claimed(home, watcher) if goal == "claimed" else filed(home) > before:
                    break
                time.sleep(0.002)
            time.sleep(chance.uniform(0, chance.choice(AFTER)))
    return dropped


def claimed(home: Home, watcher: int) -> bool:
    """Tell whether a watcher has some drop in hand."""
    folders = (home.inbox / "processing").glob(f"*-{watcher}-*")
    names = (name for folder in folders for _, _, names in os.walk(folder) for name in names)
    return any(name.endswith(".txt") for name in names)  # what vanishes meanwhile is passed over


def filed(home: Home) -> int:
    """Return how many drops are done."""
    return sum(len(names) for _, _, names in os.walk(home.inbox / "done"))


def check(home: Home, dropped: int) -> None:
    """Let a last watcher repair everything; compare with one that nobody disturbed."""
    home.watch_once("--settle", "0", bound=BOUND + dropped)  # many small batches were left
    good = [f"{number}.txt" for number in range(dropped) if number % BAD]
    bad = [f"{number}.txt" for number in range(dropped) if not number % BAD]
    assert home.rows(READ) == [(len(good), len(good))]
    assert home.names("done") == sorted(good)
    assert home.names("rejected") == sorted(bad + [f"{name}.reason.json" for name in bad])
    assert [path.name for path in home.inbox.iterdir() if path.is_file()] == []
    assert home.names("processing") == []
    quiet = Home.make(home.folder / "undisturbed")
    for number in range(dropped):
        quiet.drop(f"{number}.txt", content(number))
    quiet.watch_once("--settle", "0")
    for query in STATE:
        assert home.rows(query) == quiet.rows(query), query


def series(kills: int, seed: int) -> None:
    """Disturb a workspace of its own, and check it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home.make(Path(folder) / "home")
        check(home, disturb(home, kills, seed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="of the first series")
    parser.add_argument("--minutes", type=float, default=240, help="after which none is begun")
    given = parser.parse_args()
    began = time.monotonic()
    done, seed = 0, given.seed
    while done < given.kills and time.monotonic() < began + 60 * given.minutes:
        kills = min(SERIES, given.kills - done)
        series(kills, seed)
        done, seed = done + kills, seed + 1
        seconds = time.monotonic() - began
        sys.stdout.write(f"{done:,} kills in {seconds:,.0f} s, nothing lost, nothing twice\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
