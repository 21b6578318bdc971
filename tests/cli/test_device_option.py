"""`--device`: whose a report is that names no device."""

import json
from pathlib import Path

import pytest
from small_fleet import Run, write_policy

REG = (
    "REGEDIT4\n\n"
    r"[HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Uninstall\WeChat]"
    '\n"DisplayName"="WeChat"\n'
)


@pytest.fixture
def report(folder: Path) -> Path:
    path = folder / "user.reg"
    path.write_text(REG)
    return path


def test_without_it_audit_refuses_and_says_what_to_do(run: Run, report: Path) -> None:
    done = run("audit", report, "-p", write_policy(report.with_name("no-wechat.yaml")))
    assert done.code == 2
    assert "names no device" in done.err
    assert "--device ID" in done.err


def test_with_it_the_device_is_judged(run: Run, report: Path) -> None:
    policy = write_policy(report.with_name("no-wechat.yaml"))
    done = run("audit", report, "-p", policy, "--device", "PC-1", "-f", "json")
    assert [finding["device_id"] for finding in json.loads(done.out)["findings"]] == ["PC-1"]


def test_inspect_shows_it_either_way(run: Run, report: Path) -> None:
    done = run("inventory", "inspect", report)
    assert done.code == 0
    assert "devices: 1" in done.out
    assert "--device ID" in done.err
    named = run("inventory", "inspect", report, "--device", "PC-1")
    assert (named.code, named.err) == (0, "")
