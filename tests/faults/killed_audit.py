"""Kill audits at random moments, and see that each leaves its store whole and can be run again.

    python tests/faults/killed_audit.py --kills 200

What a killed audit leaves must open, and its chain must verify. Run again, it must leave what the
same audits leave where nobody disturbed them.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from killing import STATE
from watching import BOUND, POLICY, report

from policycheck.cli.exits import Exit
from policycheck.cli.main import main as policycheck
from policycheck.store.database import open_store
from policycheck.store.facts import INCOMING, Facts
from policycheck.store.verification import Inspection

DEVICES = 2000
AUDITS = 10
"""Days of each history: a new one begins with the making of its store."""
_RECORDED = "SELECT count(*) FROM run"
_OPEN = "SELECT count(*) FROM violation WHERE status = 'open'"


@dataclass(frozen=True)
class History:
    """A folder with a policy, where an inventory is audited day by day."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> History:
        folder.mkdir(parents=True)
        (folder / "no-wechat.yaml").write_text(POLICY)
        return cls(folder)

    @property
    def facts(self) -> Path:
        return self.folder / "store.facts"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'store.db'}"

    def words(self, day: int) -> list[str]:
        named = [str(self.folder / "phones.ndjson"), "-p", str(self.folder / "no-wechat.yaml")]
        return ["audit", *named, "--as-of", f"2025-11-{day:02}", "--store", self.url, "-q"]

    def audit(self, day: int) -> float:
        """Audit in this process; return how many seconds it took."""
        began, told = time.monotonic(), io.StringIO()
        with redirect_stdout(io.StringIO()), redirect_stderr(told):
            code = policycheck(self.words(day))
        assert code == Exit.VIOLATIONS, told.getvalue()
        return time.monotonic() - began

    def kill_audit(self, day: int, after: float) -> str:
        """Kill an audit so many seconds after it began to read; say how far it had come."""
        before, left_before = self.runs(), self._unfinished()
        command = [sys.executable, "-m", "policycheck", *self.words(day)]
        silent = subprocess.DEVNULL
        with subprocess.Popen(command, stdout=silent, stderr=silent) as process:
            bound = time.monotonic() + BOUND
            while self._unfinished() == left_before and process.poll() is None:
                assert time.monotonic() < bound, "it did not begin"
                time.sleep(0.001)
            time.sleep(after)
            process.send_signal(signal.SIGKILL)
        if process.returncode != -signal.SIGKILL:
            return "had ended"
        if self.runs() > before:
            return "had recorded"
        return "was reading or judging" if self._unfinished() > left_before else "was recording"

    def prune(self) -> list[str]:
        """Remove what is not needed; return the names of what is left of the facts.

        What killed audits left grows no more for days then: else it might be that of a living one.
        """
        for name in self._unfinished():
            os.utime(self.facts / name, (0, 0))
        words = ["store", "prune", "--older-than", "0", "--store", self.url]
        with redirect_stdout(io.StringIO()):
            assert policycheck(words) == Exit.CLEAN
        return sorted(path.name for path in self.facts.glob("*/*")) + list(self._unfinished())

    def runs(self) -> int:
        return int(self.rows(_RECORDED)[0][0])

    def _unfinished(self) -> set[str]:
        return {path.name for path in self.facts.glob(f"{INCOMING}*")}

    def rows(self, query: str) -> list[tuple]:
        """Ask the store: so it also opens."""
        with open_store(self.url).reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def faults(self) -> list[str]:
        """Return what is not as it was recorded."""
        with open_store(self.url).reading() as connection:
            return list(Inspection(connection, Facts(self.facts)).faults())


def kill_audits(folder: Path, kills: int, seed: int, devices: int = DEVICES) -> Counter[str]:
    """Kill one audit for each day of histories; return how far they had come."""
    chance, came, longest = random.Random(seed), Counter[str](), 0.5
    for number in range(kills):
        day = number % AUDITS + 1
        if day == 1:
            disturbed = History.make(folder / str(number) / "disturbed")
            quiet = History.make(folder / str(number) / "quiet")
        for history in (disturbed, quiet):
            (history.folder / "phones.ndjson").write_bytes(_phones(day, devices))
        came[disturbed.kill_audit(day, chance.uniform(0, longest))] += 1
        assert disturbed.faults() == [], number
        disturbed.audit(day)
        longest = quiet.audit(day)
        assert disturbed.faults() == [], number
        for query in STATE:
            assert disturbed.rows(query) == quiet.rows(query), (number, query)
        assert disturbed.rows(_OPEN) == [(_phones(day, devices).count(b"com.tencent.mm"),)], number
        if day == AUDITS:
            assert disturbed.prune() == quiet.prune() != []
            assert disturbed.faults() == []
    return came


def _phones(day: int, devices: int) -> bytes:
    """Make one day's inventory: some half of the devices have WeChat, others than yesterday."""
    chance = random.Random(day)
    lines = [json.loads(report(number, day=day)) for number in range(devices)]
    told = [line if chance.random() < 0.5 else line | {"items": []} for line in lines]
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in told).encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        came = kill_audits(Path(folder), given.kills, given.seed)
    told = ", ".join(f"{count} {how}" for how, count in sorted(came.items()))
    sys.stdout.write(f"{given.kills} audits killed ({told}): each store whole, each run again\n")


if __name__ == "__main__":
    main()
