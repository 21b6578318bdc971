"""The program, run in this process in a folder of its own, and a small fleet to run it on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from small_fleet import (
    WECHAT,
    YIXIN,
    Done,
    Fleet,
    Run,
    device,
    write_lines,
    write_people,
    write_policy,
)

from policycheck.cli.main import main


@pytest.fixture
def regenerate() -> bool:
    return bool(os.environ.get("REGENERATE"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and an environment that says nothing."""
    for name in [name for name in os.environ if name.startswith("POLICYCHECK_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the program with these words."""

    def run_with(*words: str | Path) -> Done:
        capfd.readouterr()
        code = main([str(word) for word in words])
        out, err = capfd.readouterr()
        return Done(code, out, err)

    return run_with


@pytest.fixture
def fleet(folder: Path) -> Fleet:
    devices = [
        device(1, WECHAT, YIXIN),
        device(2, YIXIN),
        device(3, WECHAT),
        device(4, WECHAT, user_id="nobody@example.com"),
        device(5, listing={"app": "managed"}, user_id="user2@example.com"),
    ]
    return Fleet(
        write_lines(folder / "phones.ndjson", devices),
        write_people(folder / "people.csv", user1="employee", user2="employee", user3="partner"),
        write_policy(folder / "no-wechat.yaml"),
    )
