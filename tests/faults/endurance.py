"""Let a watcher run for long under a stream of drops, and see that it does not grow.

    python tests/faults/endurance.py --drops 20000 --agents

Beside the stream, Debian's own agents write into the inbox again and again, if they are asked to.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "watch"))

from watching import BOUND, Home, report, wait_until

AGENTS = ("fusioninventory-agent", "ocsinventory-agent")
AGENT_SECONDS = 30
SPARE_HANDLES = 2
"""Descriptors, and threads, by which a watcher may hold more at the end than at the beginning."""
SPARE_MEGABYTES = 60
"""What the allocators keep grows to a level within the first hundreds of batches, not for ever."""
READ = "SELECT count(*), count(DISTINCT sha256) FROM report WHERE format <> ''"
OF_AGENTS = "SELECT count(*) FROM report WHERE format = 'agent-xml'"


@dataclass(frozen=True)
class Figures:
    """What a watcher holds at a moment."""

    descriptors: int
    megabytes: float
    threads: int

    @classmethod
    def of(cls, process: int) -> Figures:
        folder = Path(f"/proc/{process}")
        status = dict(
            line.split(":", 1)
            for line in (folder / "status").read_text().splitlines()
            if ":" in line
        )
        size = int(status["VmRSS"].split()[0]) / 1024
        return cls(len(list((folder / "fd").iterdir())), size, int(status["Threads"]))

    def __str__(self) -> str:
        return f"{self.descriptors} descriptors, {self.megabytes:.0f} MB, {self.threads} threads"


def has_grown(figures: Sequence[Figures]) -> str:
    """Say what grew from the figures after the first tenth to those at the end; nothing: empty."""
    first, last = figures[1], figures[-1]
    grown = [
        last.descriptors > first.descriptors + SPARE_HANDLES,
        last.threads > first.threads + SPARE_HANDLES,
        last.megabytes > first.megabytes + SPARE_MEGABYTES,
    ]
    return f"from {first} to {last}" if any(grown) else ""


def is_idle(inbox: Path) -> bool:
    """Tell whether all drops are filed away: in the middle of a batch more threads are at work."""
    waiting = any(inbox.glob("*.ndjson"))
    return not waiting and not any((inbox / "processing").glob("*/*/*.ndjson"))


def run_agents(inbox: Path, over: threading.Event) -> None:
    """Let each agent write this machine's inventory into the inbox, again and again."""
    while True:
        for agent in AGENTS:
            subprocess.run([agent, f"--local={inbox}"], check=True, capture_output=True)
        if over.wait(AGENT_SECONDS):
            return


def endure(
    home: Home,
    drops: int,
    at_once: int,
    *,
    agents: bool,
    tell: Callable[[Figures], None] = lambda _: None,
) -> tuple[list[Figures], int]:
    """Drop so many reports, some at once; return the figures from time to time, and agents'."""
    over = threading.Event()
    helper = threading.Thread(target=run_agents, args=[home.inbox, over])
    log = (home.folder / "log").open("w")
    with log, home.start("--log-json", log=log) as watcher:
        try:
            if agents:
                helper.start()
            figures: list[Figures] = []
            for start in range(0, drops, at_once):
                for number in range(start, start + at_once):
                    home.drop(
                        f"{number}.ndjson", report(number % 500, day=2, name=f"微信 {number}")
                    )
                wait_until(lambda: is_idle(home.inbox))
                if start % max(drops // 10, at_once) == 0:
                    figures.append(Figures.of(watcher.pid))
                    tell(figures[-1])
            over.set()
            if agents:
                helper.join()
            time.sleep(0 if not agents else 5)
            figures.append(Figures.of(watcher.pid))
            tell(figures[-1])
            watcher.send_signal(signal.SIGTERM)
            assert watcher.wait(BOUND) == 0
        finally:
            over.set()
            watcher.kill()
    of_agents = int(str(home.rows(OF_AGENTS)[0][0]))
    assert home.rows(READ) == [(drops + of_agents, drops + of_agents)]
    assert home.names("rejected") == home.names("processing") == []
    return figures, of_agents


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--drops", type=int, default=20_000)
    parser.add_argument("--at-once", type=int, default=20)
    parser.add_argument("--agents", action="store_true")
    given = parser.parse_args()
    if given.agents and not all(map(shutil.which, AGENTS)):
        parser.error(f"needs {' and '.join(AGENTS)}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        home = Home.make(Path(folder) / "home")
        figures, of_agents = endure(
            home,
            given.drops,
            given.at_once,
            agents=given.agents,
            tell=say,
        )
    seconds = time.monotonic() - began
    say(f"{given.drops:,} drops and {of_agents} by agents in {seconds:.0f} s")
    if grown := has_grown(figures):
        sys.exit(f"it grew {grown}")


if __name__ == "__main__":
    main()
