"""A storm: processes audit into one PostgreSQL store while the server cuts their connections.

    python tests/faults/storm.py --seconds 60

Each process audits small reports of its own about devices that all of them share, again until the
audit says that it was recorded. Afterwards every run must be whole, no report may be in two runs,
and the same reports, audited one after the other in the order of the runs into a SQLite store,
must leave the very same violations.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from policycheck.cli.exits import Exit
from policycheck.cli.main import main
from policycheck.store.database import open_store
from postgres_server import Server, running_server

WRITERS = 4
_DEVICES = 20
_APPS = ("com.tencent.mm", "com.tencent.mobileqq", "im.yixin")
_POLICY = """\
language: 1
policy: storm
title: Neither WeChat nor QQ
issuer: Example Ltd.
status: active
timezone: UTC
applies_to: {device.form: phone}
controls:
  - id: no-tencent
    clause: Nobody uses WeChat or QQ for work.
    severity: high
    forbid: {app: [wechat, qq]}
"""
_AS_OF = "2026-11-03"
_PAUSE = (0.1, 0.6)
"""Seconds between two cuts, at least and at most."""
_LOST = "was lost"
_UNSURE = "was lost while the run was committed"


@dataclass(frozen=True)
class Figures:
    """What a storm was, and what it left."""

    runs: int
    cuts: int
    lost: int
    """Audits that ended with exit 2 and were done again."""
    problems: tuple[str, ...]


def storm(server: Server, folder: Path, seconds: float) -> Figures:
    """Let the storm blow, then look at what it left."""
    url = server.url(server.new_database())
    (folder / "storm.yaml").write_text(_POLICY)
    open_store(url)
    context = get_context("spawn")
    over, lost, begun = context.Event(), context.Value("i", 0), context.Barrier(WRITERS + 1)
    writers = [
        context.Process(target=_write, args=(url, folder, number, over, begun, lost))
        for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    begun.wait()
    cuts = _cut(server, seconds)
    over.set()
    for writer in writers:
        writer.join()
    failed = [f"a writer ended with {w.exitcode}" for w in writers if w.exitcode]
    runs, problems = _examine(url, folder)
    return Figures(runs, cuts, lost.value, (*failed, *problems))


def _write(url: str, folder: Path, writer: int, over: Event, begun: Barrier, lost) -> None:
    """Audit report after report, each until it is recorded, until it is over.

    The first is audited before the storm begins: until then programs are only loaded.
    """
    assert _audit(url, folder, _report(folder, writer, 0)) is None
    begun.wait()
    number = 1
    while not over.is_set():
        report = _report(folder, writer, number)
        while (told := _audit(url, folder, report)) is not None:
            with lost.get_lock():
                lost.value += 1
            if _UNSURE in told and _is_recorded(url, report):
                break
        number += 1


def _report(folder: Path, writer: int, number: int) -> Path:
    """Write a report of a few devices; those of several writers are made at different times."""
    chance = random.Random(f"{writer}-{number}")
    minute = number * WRITERS + writer
    devices = [
        {
            "device_id": f"d{device}",
            "platform": "android",
            "form": "phone",
            "source": chance.choice(["one", "other"]),
            "reported_at": f"2026-11-02T{minute // 60 % 24:02}:{minute % 60:02}:00Z",
            "listing": {"app": "all"},
            "items": [
                {"kind": "app", "identifier": app, "identifier_type": "android_package"}
                for app in _APPS
                if chance.random() < 0.5
            ],
        }
        for device in chance.sample(range(_DEVICES), 3)
    ]
    path = folder / f"{writer}-{number}.ndjson"
    path.write_text("".join(f"{json.dumps(device)}\n" for device in devices))
    return path


def _audit(url: str, folder: Path, report: Path) -> str | None:
    """Audit a report; return None if that was recorded, else what was said."""
    policy = str(folder / "storm.yaml")
    words = ["audit", str(report), "-p", policy, "--as-of", _AS_OF, "-q"]
    facts = str(folder / ("facts" if url.startswith("postgres") else "serial.facts"))
    told = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(told):
        code = main([*words, "--store", url, "--facts", facts])
    if code in (Exit.CLEAN, Exit.VIOLATIONS):
        return None
    if code != Exit.COULD_NOT_AUDIT or _LOST not in told.getvalue():
        raise AssertionError(f"exit {code}: {told.getvalue()}")
    return told.getvalue()


def _is_recorded(url: str, report: Path) -> bool:
    with open_store(url).reading() as connection:
        query = "SELECT count(*) FROM report WHERE path LIKE %s"
        return bool(connection.exec_driver_sql(query, (f"%{report.name}",)).scalar_one())


def _cut(server: Server, seconds: float) -> int:
    """Cut one of the writers' connections again and again; return how many were cut."""
    chance, cuts, end = random.Random(1), 0, time.monotonic() + seconds
    with server.connect() as admin:
        while time.monotonic() < end:
            time.sleep(chance.uniform(*_PAUSE))
            row = admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name LIKE 'policycheck %' ORDER BY random() LIMIT 1"
            ).fetchone()
            cuts += bool(row and row[0])
    return cuts


_HALF = {
    "a run without a report": "SELECT count(*) FROM run WHERE id NOT IN"
    " (SELECT run_id FROM report)",
    "a run without sums": "SELECT count(*) FROM run WHERE id NOT IN (SELECT run_id FROM tally)",
    "an event of no run": "SELECT count(*) FROM event WHERE run_id IS NULL",
    "a violation without an event": "SELECT count(*) FROM violation WHERE fingerprint NOT IN"
    " (SELECT fingerprint FROM event)",
    "a report in two runs": "SELECT count(*) FROM"
    " (SELECT sha256 FROM report GROUP BY sha256 HAVING count(*) > 1) AS twice",
}
_LIVES = (
    "SELECT fingerprint, device_key, subject, status, reopened, cause FROM violation ORDER BY 1"
)


def _examine(url: str, folder: Path) -> tuple[int, list[str]]:
    """Return how many runs there are, and what is wrong with them."""
    with open_store(url).reading() as connection:
        counts = {what: connection.exec_driver_sql(q).scalar_one() for what, q in _HALF.items()}
        in_order = "SELECT path, segment FROM report ORDER BY run_id"
        reports = connection.exec_driver_sql(in_order).all()
        lives = [tuple(row) for row in connection.exec_driver_sql(_LIVES)]
    problems = [f"{what}: {count}" for what, count in counts.items() if count]
    segments = {path.name for path in (folder / "facts").glob("??/*")}
    problems += [f"no facts of {path}" for path, s in reports if s and s not in segments]
    unread = len(list(folder.glob("*.ndjson"))) - len(reports)
    if unread:
        problems.append(f"reports that are in no run: {unread}")
    serial = f"sqlite:///{folder / 'serial.db'}"
    for path, _ in reports:
        if told := _audit(serial, folder, Path(path)):
            problems.append(told)
    with open_store(serial).reading() as connection:
        replayed = [tuple(row) for row in connection.exec_driver_sql(_LIVES)]
    if not lives or lives != replayed:
        problems.append(f"{len(lives)} violations, {len(replayed)} after a serial replay: differ")
    return len(reports), problems


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    with running_server() as running, tempfile.TemporaryDirectory() as room:
        figures = storm(running, Path(room), asked.seconds)
    sys.stdout.write(
        f"{WRITERS} writers, {asked.seconds:g} s: {figures.runs} runs, {figures.cuts} connections"
        f" cut, {figures.lost} audits done again\n"
    )
    calm = "no run is half there, none twice, and a serial replay leaves the same"
    sys.stdout.write("\n".join(figures.problems or (calm,)) + "\n")
    sys.exit(bool(figures.problems))
