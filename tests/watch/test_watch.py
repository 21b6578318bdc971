"""What is dropped is recorded once, and ends in one place."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from watching import BOUND, Home, report, wait_until

from policycheck.cli.main import main

READ = "SELECT count(*), count(DISTINCT sha256) FROM report WHERE format <> ''"


def test_what_lies_there_is_recorded_and_filed_away(home: Home) -> None:
    home.drop("a.ndjson", report(1))
    home.drop("b.ndjson", report(2))
    home.watch_once()
    assert (home.names("done"), home.names("processing")) == (["a.ndjson", "b.ndjson"], [])
    assert home.rows("SELECT path FROM report ORDER BY path") == [("a.ndjson",), ("b.ndjson",)]
    assert home.rows("SELECT count(*) FROM violation WHERE status = 'open'") == [(2,)]


def test_what_is_dropped_while_it_watches_is_recorded(home: Home) -> None:
    with home.watching() as watcher:
        for number in range(3):
            home.drop(f"{number}.ndjson", report(number))
            wait_until(lambda number=number: f"{number}.ndjson" in home.names("done"))
        assert watcher.poll() is None
    assert home.rows(READ) == [(3, 3)]
    assert home.names("processing") == []


def test_the_same_content_under_another_name_is_known(home: Home) -> None:
    home.drop("a.ndjson", report(1))
    home.drop("b.ndjson", report(1))
    home.watch_once()
    home.drop("c.ndjson", report(1))
    (line,) = home.watch_once()
    assert (line["files"], line["known"]) == (0, 1)
    assert home.names("done") == ["a.ndjson", "b.ndjson", "c.ndjson"]
    assert home.rows(READ) == [(1, 1)]


@pytest.mark.thorough
def test_another_file_of_the_same_name_is_kept_beside(home: Home) -> None:
    for day in (2, 3):
        home.drop("a.ndjson", report(1, day=day))
        home.watch_once()
    assert home.names("done") == ["a.ndjson", "a~1.ndjson"]
    assert home.rows(READ) == [(2, 2)]


@pytest.mark.thorough
def test_an_archive_of_several_reports_is_recorded_once(home: Home) -> None:
    for name in ("a.zip", "b.zip"):
        with zipfile.ZipFile(home.folder / "unfinished", "w") as archive:
            for number in (1, 2):
                archive.writestr(zipfile.ZipInfo(f"{number}.ndjson"), report(number))
        (home.folder / "unfinished").replace(home.inbox / name)
        home.watch_once()
    assert home.names("done") == ["a.zip", "b.zip"]
    assert home.rows(READ) == [(2, 2)]


def test_what_cannot_be_read_is_rejected_alone_with_the_reason(home: Home) -> None:
    home.drop("good.ndjson", report(1))
    home.drop("bad.csv", b"no report\n")
    home.drop("empty.json", b"")
    home.watch_once("--settle", "0")
    assert home.names("done") == ["good.ndjson"]
    rejected = ["bad.csv", "bad.csv.reason.json", "empty.json", "empty.json.reason.json"]
    assert home.names("rejected") == rejected
    told = json.loads((home.inbox / "rejected/empty.json.reason.json").read_text())
    assert (told["name"], told["bytes"], told["reason"]) == ("empty.json", 0, "is empty")


def test_unfinished_names_are_left_alone(home: Home) -> None:
    names = [".hidden", "a.part", "b.tmp", "c.crdownload", "d.ndjson.filepart", "~$e.xlsx", "f~"]
    for name in names:
        home.drop(name, report(1))
    home.watch_once("--settle", "0")
    assert sorted(path.name for path in home.inbox.iterdir() if path.is_file()) == sorted(names)


def test_what_is_still_written_is_not_taken(home: Home) -> None:
    with (home.inbox / "a.ndjson").open("wb") as writer:
        writer.write(report(1)[:50])
        writer.flush()
        home.watch_once("--settle", "0")
        assert home.names("done") == []
        writer.write(report(1)[50:])
    home.watch_once()
    assert home.names("done") == ["a.ndjson"]
    assert home.rows("SELECT devices, rejected FROM report") == [(1, 0)]


@pytest.mark.thorough
def test_with_markers_only_what_is_marked_is_taken(home: Home) -> None:
    for name in ("a.ndjson", "b.ndjson"):
        home.drop(name, report(ord(name[0])))
    home.drop("a.ndjson.done", b"")
    home.watch_once("--markers", "--settle", "0")
    assert home.names("done") == ["a.ndjson"]
    assert sorted(path.name for path in home.inbox.glob("*.ndjson*")) == ["b.ndjson"]


@pytest.mark.thorough
def test_folders_below_are_looked_at_where_that_is_asked(home: Home) -> None:
    (home.inbox / "site").mkdir()
    home.drop("site/a.ndjson", report(1))
    home.watch_once()
    assert home.names("done") == []
    home.watch_once("--recursive")
    assert home.names("done") == ["a.ndjson"]
    assert home.rows("SELECT path FROM report") == [("site/a.ndjson",)]


def test_nothing_outside_is_read_and_no_name_is_obeyed(home: Home) -> None:
    secret = home.folder / "secret.ndjson"
    secret.write_bytes(report(9))
    (home.inbox / "link.ndjson").symlink_to(secret)
    os.mkfifo(home.inbox / "pipe.ndjson")
    odd = [
        "..\u202efdp.ndjson",
        "a\nb.ndjson",
        "a\x1b[31m.ndjson",
        "a\\..\\b.ndjson",
        "'; --.ndjson",
    ]
    odd[0] = "x" + odd[0]
    for number, name in enumerate(odd):
        home.drop(name, report(number))
    said = home.watch_once()
    assert home.names("done") == sorted(odd)
    assert secret.read_bytes() == report(9)
    assert {line["file"] for line in said if line["event"] == "rejected"} == {
        "link.ndjson", "pipe.ndjson",
    }  # fmt: skip
    assert home.rows("SELECT count(*) FROM device WHERE name = 'PHONE-9'") == [(0,)]


def test_in_place_nothing_is_moved_and_nothing_counted_twice(home: Home) -> None:
    home.drop("a.ndjson", report(1))
    home.drop("bad.csv", b"no report\n")
    home.watch_once("--in-place")
    home.watch_once("--in-place")
    assert sorted(path.name for path in home.inbox.iterdir()) == ["a.ndjson", "bad.csv"]
    assert home.rows(READ) == [(1, 1)]


@pytest.mark.thorough
def test_two_watchers_share_an_inbox(home: Home) -> None:
    home.watch_once()
    with home.watching("--batch-files", "5"), home.watching("--batch-files", "5"):
        for number in range(40):
            home.drop(f"{number}.ndjson", report(number))
        wait_until(lambda: len(home.names("done")) == 40)
    assert home.rows(READ) == [(40, 40)]
    assert home.names("processing") == []


@pytest.mark.thorough
def test_what_a_dead_watcher_claimed_is_taken_back_and_a_living_ones_is_not(home: Home) -> None:
    home.watch_once()
    with closing(sqlite3.connect(home.folder / "policycheck.db")) as store:
        store.execute("BEGIN IMMEDIATE")  # nobody can record: the claim is held
        home.drop("a.ndjson", report(1))
        with home.start() as first:
            wait_until(lambda: home.names("processing").count("a.ndjson"))
            home.watch_once()  # another finds nothing to do
            assert home.names("done") == []
            first.send_signal(signal.SIGKILL)
    home.watch_once()
    assert (home.names("done"), home.names("processing")) == (["a.ndjson"], [])
    assert home.rows(READ) == [(1, 1)]


@pytest.mark.thorough
def test_a_locked_store_is_told_once_and_again_when_it_is_over(home: Home) -> None:
    home.watch_once()
    with closing(sqlite3.connect(home.folder / "policycheck.db")) as store:
        store.execute("BEGIN IMMEDIATE")
        home.drop("a.ndjson", report(1))
        with home.watching() as watcher:
            assert watcher.stderr
            first = json.loads(watcher.stderr.readline())
            assert (first["event"], "is locked by" in first["reason"]) == ("cannot record", True)
            store.rollback()
            events = [json.loads(watcher.stderr.readline())["event"] for _ in range(2)]
            assert sorted(events) == ["recorded", "recording again"]
    assert home.names("done") == ["a.ndjson"]


@pytest.mark.thorough
def test_an_inbox_that_goes_and_comes_back_is_watched_again(home: Home) -> None:
    with home.watching() as watcher:
        home.drop("a.ndjson", report(1))
        wait_until(lambda: home.names("done") == ["a.ndjson"])
        home.inbox.rename(home.folder / "away")
        assert watcher.stderr
        assert json.loads(watcher.stderr.readline())["event"] == "recorded"
        assert json.loads(watcher.stderr.readline())["event"] == "cannot record"
        home.inbox.mkdir()
        home.drop("b.ndjson", report(2))
        wait_until(lambda: home.names("done") == ["b.ndjson"])
    assert home.rows(READ) == [(2, 2)]


def test_a_batch_in_hand_is_finished_when_it_is_to_end(home: Home) -> None:
    for number in range(300):
        home.drop(f"{number}.ndjson", report(number))
    with home.start() as watcher:
        wait_until(lambda: home.names("processing"))
        watcher.send_signal(signal.SIGTERM)
        assert watcher.wait(BOUND) == 0
    assert len(home.names("done")) == 300
    assert home.names("processing") == []


def test_without_an_inbox_it_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["watch", str(tmp_path / "nowhere")]) == 2
    assert "there is no folder" in capsys.readouterr().err
