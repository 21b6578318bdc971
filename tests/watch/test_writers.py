"""However a report is written, it is taken once and whole."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from watching import Home, report, wait_until

pytestmark = pytest.mark.thorough

LINES = 40
PAUSE = 0.05
"""Seconds between two pieces: all of a report takes longer than it has to settle."""


def whole() -> bytes:
    """Return a report of several devices: a part of it would be one of fewer."""
    return b"".join(report(number) for number in range(LINES))


def pieces(text: bytes) -> list[bytes]:
    size = len(text) // LINES + 7
    return [text[start : start + size] for start in range(0, len(text), size)]


def write_slowly(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for piece in pieces(whole()):
            file.write(piece)
            time.sleep(PAUSE)


def rewrite_in_place(path: Path) -> None:
    with path.open("w+b", buffering=0) as file:
        for text in (whole()[: len(whole()) // 2], whole()):
            file.seek(0)
            for piece in pieces(text):
                file.write(piece)
                time.sleep(PAUSE)


def rename_into_place(path: Path) -> None:
    unfinished = path.with_name(f"{path.name}.part")
    write_slowly(unfinished)
    unfinished.replace(path)


WRITERS = [write_slowly, rewrite_in_place, rename_into_place]


@pytest.mark.parametrize("options", [(), ("--poll",)], ids=["events", "polling"])
@pytest.mark.parametrize("write", WRITERS)
def test_it_is_taken_once_and_whole(
    home: Home, write: Callable[[Path], None], options: tuple[str, ...]
) -> None:
    with home.watching("--settle", "0.3", *options):
        wait_until((home.inbox / "processing").is_dir)
        writer = threading.Thread(target=write, args=[home.inbox / "a.ndjson"])
        writer.start()
        wait_until(lambda: home.names("done"))
        writer.join()
    assert home.names("done") == ["a.ndjson"]
    assert home.rows("SELECT devices, records, rejected FROM report") == [(LINES, LINES, 0)]


def test_a_lone_report_is_recorded_soon(home: Home) -> None:
    home.drop("first.ndjson", report(1))
    with home.watching() as watcher:
        assert watcher.stderr
        assert json.loads(watcher.stderr.readline())["event"] == "recorded"
        home.drop("a.ndjson", report(2))
        line = json.loads(watcher.stderr.readline())
        assert (line["event"], line["files"]) == ("recorded", 1)
