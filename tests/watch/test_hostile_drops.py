"""Who may write in the inbox reaches nothing outside of it by the watcher's hand."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from watching import Home, report

from policycheck.watch.claims import Claims
from policycheck.watch.inbox import Inbox, Manner

pytestmark = pytest.mark.thorough

ROUNDS = 300
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("name", ["done", "rejected"])
def test_a_link_in_the_place_of_a_folder_is_rejected_itself(home: Home, name: str) -> None:
    outside = home.folder / "outside"
    outside.mkdir()
    (home.inbox / name).symlink_to(outside)
    home.drop("a.ndjson", report(1))
    home.drop("bad.csv", b"no report\n")
    home.watch_once()
    assert home.names("done") == ["a.ndjson"]
    assert (home.inbox / "rejected" / name).is_symlink()
    assert f"{name}.reason.json" in home.names("rejected")
    assert list(outside.iterdir()) == []


def test_claims_are_not_put_where_a_link_leads(home: Home) -> None:
    outside = home.folder / "outside"
    outside.mkdir()
    (home.inbox / "processing").symlink_to(outside)
    home.drop("a.ndjson", report(1))
    with home.start("--once", "--log-json") as watcher:
        _, said = watcher.communicate()
    assert (watcher.returncode, said.count("cannot record")) == (2, 1)
    assert list(outside.iterdir()) == []
    (home.inbox / "processing").unlink()
    home.watch_once()
    assert home.names("done") == ["a.ndjson"]


def test_a_folder_that_becomes_a_link_is_not_entered(tmp_path: Path) -> None:
    inbox, outside = tmp_path / "inbox", tmp_path / "outside"
    (inbox / "site").mkdir(parents=True)
    outside.mkdir()
    for folder in (inbox / "site", outside):
        (folder / "a.ndjson").write_bytes(report(1))
    found = Inbox(inbox, Manner(recursive=True)).look(0)
    (inbox / "site").rename(inbox / "moved")
    (inbox / "site").symlink_to(outside)
    with closing(Claims(inbox)) as claims:
        assert claims.take(found) == []
    assert (outside / "a.ndjson").exists()


def test_a_file_that_is_swapped_for_a_link_all_the_time_is_never_followed(tmp_path: Path) -> None:
    inbox, secret = tmp_path / "inbox", tmp_path / "secret"
    inbox.mkdir()
    secret.write_bytes(b"secret")
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            (tmp_path / "link").symlink_to(secret)
            (tmp_path / "link").replace(inbox / "a")
            (tmp_path / "file").write_bytes(b"plain")
            (tmp_path / "file").replace(inbox / "a")

    swapper = threading.Thread(target=swap)
    swapper.start()
    read: set[str] = set()
    try:
        looks = Inbox(inbox, Manner(settle=0))
        with closing(Claims(inbox)) as claims:
            rounds = 0
            while len(read) < 2 or rounds < ROUNDS:
                rounds += 1
                for drop in claims.take(looks.look(0)):
                    read.add(drop.fault or f"{drop.size} bytes")
                    claims.finish(drop, NOW)
                claims.clear()
    finally:
        over.set()
        swapper.join()
    assert read == {"5 bytes", "is no ordinary file, or may not be read"}
    assert secret.read_bytes() == b"secret"


def test_many_empty_files_are_rejected_and_hold_up_nothing(home: Home) -> None:
    for number in range(3000):
        (home.inbox / f"{number}.json").touch()
    home.drop("a.ndjson", report(1))
    home.watch_once("--settle", "0.1")
    assert home.names("done") == ["a.ndjson"]
    assert len(home.names("rejected")) == 6000


def test_thousands_of_empty_files_do_not_bury_the_log(home: Home) -> None:
    for number in range(130):
        (home.inbox / f"{number}.json").touch()
    home.drop("sound.ndjson", report(1))
    said = home.watch_once("--settle", "0")
    told = [line for line in said if line["event"] == "rejected"]
    assert {line["reason"] for line in told} == {"is empty"}
    assert len(told) == 100
    assert [line["files"] for line in said if line["event"] == "rejected more"] == [30]
    assert len(home.names("rejected")) == 2 * 130
    assert home.names("done") == ["sound.ndjson"]
