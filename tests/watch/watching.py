"""A workspace with an inbox, and the program as a process that watches it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

BOUND = 120.0
"""Seconds in which whatever is waited for happens, even on a machine with much else to do."""
POLICY = """\
language: 1
policy: no-wechat
title: No WeChat here
issuer: Example Ltd.
status: active
timezone: UTC
stale_after: 3650d
applies_to: {device.platform: android}
controls:
  - id: no-wechat
    clause: Nobody uses WeChat for work.
    severity: high
    forbid: {app: wechat}
"""


def report(number: int, *, day: int = 2, name: str = "微信") -> bytes:
    """Return the report of one device that has WeChat."""
    item = {
        "kind": "app", "identifier": "com.tencent.mm", "identifier_type": "android_package",
        "name": name,
    }  # fmt: skip
    line = {
        "device_id": f"d-{number}", "name": f"PHONE-{number}", "serial": f"S{number:07}",
        "platform": "android", "form": "phone", "reported_at": f"2025-11-{day:02}T08:00:00Z",
        "listing": {"app": "all"}, "items": [item],
    }  # fmt: skip
    return f"{json.dumps(line, ensure_ascii=False)}\n".encode()


def wait_until(holds: Callable[[], object], bound: float = BOUND) -> None:
    """Wait for a condition; fail where it does not come to hold."""
    until = time.monotonic() + bound
    while not holds():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


@dataclass(frozen=True)
class Home:
    """A workspace, and its inbox."""

    folder: Path

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @classmethod
    def make(cls, folder: Path) -> Home:
        (folder / "inbox").mkdir(parents=True)
        (folder / "policies").mkdir()
        (folder / "policies" / "no-wechat.yaml").write_text(POLICY)
        (folder / "policycheck.yaml").write_text("language: 1\n")
        return cls(folder)

    def drop(self, name: str, content: bytes) -> None:
        """Write a file beside the inbox, and rename it into place."""
        unfinished = self.folder / "unfinished"
        unfinished.write_bytes(content)
        unfinished.replace(self.inbox / name)

    def names(self, place: str) -> list[str]:
        """Return the names of the files below a folder of the inbox."""
        return sorted(path.name for path in (self.inbox / place).rglob("*") if not path.is_dir())

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Ask the store."""
        with closing(sqlite3.connect(self.folder / "policycheck.db", timeout=30)) as store:
            return store.execute(query).fetchall()

    @contextmanager
    def edit_store(self) -> Iterator[sqlite3.Connection]:
        """Change the store by hand."""
        with closing(sqlite3.connect(self.folder / "policycheck.db", timeout=30)) as store, store:
            yield store

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another command in the workspace."""
        command = [sys.executable, "-m", "policycheck", *words]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)

    def status(self) -> tuple[int, str]:
        """Ask how the watchers are; return the exit code and what is told."""
        done = self.run("watch", "inbox", "--status")
        return done.returncode, done.stdout

    def start(self, *words: str, log: TextIO | None = None) -> subprocess.Popen[str]:
        """Start a watcher."""
        command = [sys.executable, "-m", "policycheck", "watch", "inbox", *words]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("POLICYCHECK_")}
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            text=True,
            stderr=log or subprocess.PIPE,
        )

    def watch_once(self, *words: str, bound: float = BOUND) -> list[dict[str, object]]:
        """Take what is there; return what the log says."""
        with self.start("--once", "--log-json", *words) as watcher:
            _, said = watcher.communicate(timeout=bound)
        assert watcher.returncode == 0, said
        return told(said.splitlines())

    @contextmanager
    def watching(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Run a watcher; it is asked to end, and has to do so with 0."""
        with self.start("--log-json", *words) as watcher:
            try:
                yield watcher
                watcher.send_signal(signal.SIGTERM)
                assert watcher.wait(BOUND) == 0
            finally:
                watcher.kill()


def told(lines: Sequence[str]) -> list[dict[str, object]]:
    assert all(line.startswith("{") for line in lines), lines
    return [json.loads(line) for line in lines]
