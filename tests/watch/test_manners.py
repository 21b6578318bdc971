"""A watcher reloads what it goes by, shows that it lives, and says how it is."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest
from watching import POLICY, Home, report, wait_until

from policycheck.cli.main import main

pytestmark = pytest.mark.thorough

OPEN = "SELECT count(*) FROM violation WHERE status = 'open'"
OTHER = POLICY.replace("app: wechat", "app: qq")
BROKEN = POLICY.replace("severity: high", "severity: hihg")


def read_until(watcher: subprocess.Popen[str], event: str) -> list[dict[str, object]]:
    """Read the log up to an event."""
    assert watcher.stderr
    told = []
    for line in watcher.stderr:
        told.append(json.loads(line))
        if told[-1]["event"] == event:
            return told
    raise AssertionError(told)


def write_policy(home: Home, text: str) -> None:
    (home.folder / "policies/no-wechat.yaml").write_text(text)


@pytest.mark.parametrize("asked", [True, False], ids=["by SIGHUP", "by itself"])
def test_a_changed_policy_is_loaded_and_judges_what_is_stored(home: Home, asked: bool) -> None:
    home.drop("a.ndjson", report(1))
    with home.watching(*(("--rescan", "3600") if asked else ("--poll",))) as watcher:
        read_until(watcher, "recorded")
        assert home.rows(OPEN) == [(1,)]
        write_policy(home, OTHER)
        if asked:
            watcher.send_signal(signal.SIGHUP)
        told = read_until(watcher, "judged what is stored anew")
        assert told[0]["event"] == "reloaded"
        assert home.rows("SELECT status, cause FROM violation") == [("closed", "policy_changed")]


def test_a_broken_version_is_refused_and_the_old_one_kept(home: Home) -> None:
    with home.watching() as watcher:
        home.drop("a.ndjson", report(1))
        read_until(watcher, "recorded")
        write_policy(home, BROKEN)
        watcher.send_signal(signal.SIGHUP)
        problem, refused = read_until(watcher, "new version refused, the last good one stays")
        assert problem["reason"] == "unknown severity 'hihg'"
        assert str(problem["place"]).endswith("policies/no-wechat.yaml:12:15")
        assert refused["level"] == "error"
        home.drop("b.ndjson", report(2))
        read_until(watcher, "recorded")
        assert home.rows(OPEN) == [(2,)]
        assert "a newer version is refused: unknown severity 'hihg'" in home.status()[1]
        write_policy(home, OTHER)
        read_until(watcher, "judged what is stored anew")
        assert home.rows(OPEN) == [(0,)]
    assert home.run("store", "verify").returncode == 0


def test_broken_people_and_settings_are_refused_as_well(home: Home) -> None:
    people = home.folder / "people.csv"
    people.write_text("email,type\na@example.com,employee\n")
    (home.folder / "policycheck.yaml").write_text("language: 1\npeople: people.csv\n")
    with home.watching() as watcher:
        home.drop("a.ndjson", report(1))
        read_until(watcher, "recorded")
        for name, text in (("people.csv", "colour\nred\n"), ("policycheck.yaml", "language: 9\n")):
            before = (home.folder / name).read_text()
            (home.folder / name).write_text(text)
            watcher.send_signal(signal.SIGHUP)
            read_until(watcher, "new version refused, the last good one stays")
            home.drop(f"{name}.ndjson", report(len(name)))
            read_until(watcher, "recorded")
            (home.folder / name).write_text(before)
        people.write_text("email,type\nb@example.com,employee\n")
        read_until(watcher, "judged what is stored anew")


def test_another_store_needs_another_watcher(home: Home) -> None:
    with home.watching() as watcher:
        wait_until(lambda: home.status()[0] == 0)
        (home.folder / "policycheck.yaml").write_text("language: 1\nstore: sqlite:///other.db\n")
        watcher.send_signal(signal.SIGHUP)
        told = read_until(watcher, "new version refused, the last good one stays")
        assert "another store" in str(told[0]["reason"])
    assert not (home.folder / "other.db").exists()


def test_what_changed_while_none_watched_is_noticed_at_the_start(home: Home) -> None:
    home.drop("a.ndjson", report(1))
    home.watch_once()
    assert home.watch_once() == []
    write_policy(home, OTHER)
    assert [line["event"] for line in home.watch_once()] == ["judged what is stored anew"]
    assert home.rows(OPEN) == [(0,)]


def test_status_tells_how_it_is(home: Home) -> None:
    assert home.status()[0] == 2
    home.drop("a.ndjson", report(1))
    home.drop("bad.csv", b"no report\n")
    with home.watching() as watcher:
        read_until(watcher, "recorded")
        wait_until(lambda: home.names("done") == ["a.ndjson"])
        code, text = home.status()
        assert (code, ": running" in text) == (0, True)
    code, text = home.status()
    assert (code, ": stopped" in text) == (2, True)
    assert "last run: 1 at " in text
    assert "backlog: 0; rejected today: 1" in text


def test_a_watcher_that_was_killed_is_late_until_the_next_one_starts(home: Home) -> None:
    with home.start() as watcher:
        wait_until(lambda: home.status()[0] == 0)
        watcher.kill()
    with home.edit_store() as store:
        store.execute("UPDATE watcher SET beat_at = '2025-01-01 00:00:00.000000'")
    code, text = home.status()
    assert (code, ": late" in text) == (2, True)
    with home.watching():
        wait_until(lambda: home.status()[0] == 0)
        assert "late" not in home.status()[1]


def test_without_a_store_the_file_tells_how_it_is(home: Home) -> None:
    with home.watching():
        wait_until(lambda: home.names("processing").count("heartbeat.json"))
        (home.folder / "policycheck.db").rename(home.folder / "away.db")
        code, text = home.status()
        assert (code, ": running" in text) == (0, True)
        (home.folder / "away.db").rename(home.folder / "policycheck.db")


def test_metrics_are_served_and_written(home: Home, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home.drop("a.ndjson", report(1))
    home.drop("bad.csv", b"no report\n")
    file = tmp_path / "watch.prom"
    with home.watching("--metrics-port", str(port), "--metrics-file", str(file)) as watcher:
        read_until(watcher, "recorded")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            kind, text = answer.headers["Content-Type"], answer.read().decode()
        assert kind.startswith("text/plain; version=0.0.4")
    for metrics in (text, file.read_text()):
        lines = [line for line in metrics.splitlines() if not line.startswith("#")]
        values = {name: float(value) for name, value in (line.split() for line in lines)}
        assert values["policycheck_watch_recorded_total"] == 1
        assert values["policycheck_watch_rejected_total"] == 1
        assert values["policycheck_watch_in_trouble"] == 0
        assert values["process_open_fds"] > 3


def test_a_port_that_is_taken_is_said(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        words = ["watch", str(home.inbox), "--store", f"sqlite:///{home.folder / 'x.db'}", "-p"]
        policy = str(home.folder / "policies/no-wechat.yaml")
        assert main([*words, policy, "--metrics-port", port]) == 2
    assert f"cannot listen on port {port}" in capsys.readouterr().err


def test_the_supervisor_is_told(home: Home, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.settimeout(60)
        os.environ["NOTIFY_SOCKET"] = str(tmp_path / "notify")
        try:
            with home.watching() as watcher:
                told = [supervisor.recv(4096).decode().split("\n")[0] for _ in range(2)]
                assert sorted(told) == ["READY=1", "WATCHDOG=1"]
                watcher.send_signal(signal.SIGHUP)
                while (told := supervisor.recv(4096).decode()).startswith("WATCHDOG"):
                    assert "STATUS=" in told
                assert told.startswith("RELOADING=1\nMONOTONIC_USEC=")
                while (told := supervisor.recv(4096).decode()).startswith("WATCHDOG"):
                    pass
                assert told == "READY=1"
            while (told := supervisor.recv(4096).decode()).startswith("WATCHDOG"):
                pass
            assert told == "STOPPING=1"
        finally:
            del os.environ["NOTIFY_SOCKET"]


def test_a_store_that_was_removed_is_told_and_nothing_is_rejected(home: Home) -> None:
    store, away = home.folder / "policycheck.db", home.folder / "away.db"
    with home.watching() as watcher:
        wait_until(lambda: home.names("processing").count("heartbeat.json"))
        store.rename(away)
        home.drop("a.ndjson", report(1))
        (told,) = read_until(watcher, "cannot record")
        assert str(told["reason"]).endswith("is empty")
        away.replace(store)
        read_until(watcher, "recorded")
    assert home.names("done") == ["a.ndjson"]
