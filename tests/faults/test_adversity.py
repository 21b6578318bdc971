"""A full disk, a share that may not be written, a file system without events, a lost database."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from watching import Home, report

from policycheck.watch.claims import Claims
from policycheck.watch.events import kind_of_file_system
from postgres_server import running_server

READ = "SELECT count(*), count(DISTINCT sha256) FROM report WHERE format <> ''"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount")


@contextmanager
def mounted(folder: Path, kind: str, options: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", kind, "-o", options, kind, folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def events(watcher: subprocess.Popen[str], count: int) -> list[str]:
    assert watcher.stderr
    return [json.loads(watcher.stderr.readline())["event"] for _ in range(count)]


@pytest.mark.root
@needs_root
@pytest.mark.parametrize("place", ["the store", "everything"])
def test_a_full_disk_loses_nothing_and_is_told_once(tmp_path: Path, place: str) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "tmpfs", "size=4m"):
        home = Home.make(disk / "home" if place == "everything" else tmp_path / "home")
        store = f"sqlite:///{disk / 'store.db'}"
        (home.folder / "policycheck.yaml").write_text(f"language: 1\nstore: {store}\n")
        home.drop("a.ndjson", report(1))
        with home.watching("--poll") as watcher:
            assert events(watcher, 1) == ["recorded"]
            (home.folder / "b").write_bytes(report(2))
            fill(disk / "ballast")
            (home.folder / "b").replace(home.inbox / "b.ndjson")
            assert events(watcher, 1) == ["cannot record"]
            (disk / "ballast").unlink()
            assert sorted(events(watcher, 2)) == ["recorded", "recording again"]
        assert (home.names("done"), home.names("rejected")) == (["a.ndjson", "b.ndjson"], [])


def fill(ballast: Path) -> None:
    """Write until there is no room left."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue


@pytest.mark.root
@needs_root
def test_an_inbox_that_may_only_be_read_for_a_while(tmp_path: Path) -> None:
    home = Home.make(tmp_path / "home")
    with mounted(home.inbox, "tmpfs", "size=4m"):
        (home.inbox / "a.ndjson").write_bytes(report(1))
        subprocess.run(["mount", "-o", "remount,ro", home.inbox], check=True)
        with home.watching() as watcher:
            assert events(watcher, 1) == ["cannot record"]
            subprocess.run(["mount", "-o", "remount,rw", home.inbox], check=True)
            assert sorted(events(watcher, 2)) == ["recorded", "recording again"]
        assert home.names("done") == ["a.ndjson"]


@pytest.mark.root
@needs_root
def test_in_place_a_share_may_only_be_read(tmp_path: Path) -> None:
    home = Home.make(tmp_path / "home")
    with mounted(home.inbox, "tmpfs", "size=4m"):
        (home.inbox / "a.ndjson").write_bytes(report(1))
        subprocess.run(["mount", "-o", "remount,ro", home.inbox], check=True)
        home.watch_once("--in-place")
        home.watch_once("--in-place")
        assert [path.name for path in home.inbox.iterdir()] == ["a.ndjson"]
    assert home.rows(READ) == [(1, 1)]


@pytest.mark.root
@needs_root
def test_an_overlay_is_looked_at_without_events(tmp_path: Path) -> None:
    home = Home.make(tmp_path / "home")
    disk = tmp_path / "disk"
    with mounted(disk, "tmpfs", "size=16m"):
        lower, upper, work = (disk / name for name in ("lower", "upper", "work"))
        for layer in (lower, upper, work):
            layer.mkdir()
        options = f"lowerdir={lower},upperdir={upper},workdir={work}"
        with mounted(home.inbox, "overlay", options):
            assert kind_of_file_system(home.inbox) == "overlay"
            with home.watching("--rescan", "3600") as watcher:
                (home.inbox / "a.ndjson").write_bytes(report(1))
                assert events(watcher, 1) == ["recorded"]
            assert home.names("done") == ["a.ndjson"]


@pytest.mark.root
@needs_root
def test_a_processing_folder_of_another_user_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "processing").mkdir()
    os.chown(tmp_path / "processing", 12345, 12345)
    with pytest.raises(PermissionError):
        Claims(tmp_path)


@pytest.mark.postgres
def test_a_database_that_stops_and_starts_loses_nothing(tmp_path: Path) -> None:
    home = Home.make(tmp_path / "home")
    with running_server() as server:
        url = server.url(server.new_database())
        settings = f"language: 1\nstore: {url}\nfacts: facts\n"
        (home.folder / "policycheck.yaml").write_text(settings)
        with home.watching() as watcher:
            home.drop("a.ndjson", report(1))
            assert events(watcher, 1) == ["recorded"]
            with server.stopped():
                home.drop("b.ndjson", report(2))
                assert events(watcher, 1) == ["cannot record"]
                assert home.run("watch", "inbox", "--status").returncode == 2
            assert sorted(events(watcher, 2)) == ["recorded", "recording again"]
            assert home.names("done") == ["a.ndjson", "b.ndjson"]
        with server.connect(url.partition("@/")[2].partition("?")[0]) as connection:
            assert connection.execute(READ).fetchone() == (2, 2)
