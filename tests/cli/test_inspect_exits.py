"""How `inventory inspect` ends: 0 read, 3 read with rejects, 2 not recognised."""

from pathlib import Path

import pytest

from policycheck.cli.main import main

APPS = "device_id,platform,kind,name\nD1,ios,app,WeChat\n"
REPORTS = {
    "read.csv": APPS,
    "rejects.csv": APPS + "D1,ios\n",
    "all-rejected.csv": "device_id,platform,kind,name\nD1,ios\n",
    "no-items.json": '{"device_id": "D1", "listing": {"app": "all"}, "items": []}\n',
    "no-device.json": '{"Sources": [{"Packages": [{"PackageIdentifier": "Tencent.WeChat"}],'
    ' "SourceDetails": {"Name": "winget"}}]}',
    "empty-fleet.json": '{"kind": "admin#directory#mobiledevices", "etag": "x"}',
    "letter.txt": "Dear all,\n",
}


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in REPORTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["read.csv"], 0),
        (["no-items.json"], 0),
        (["no-device.json"], 0),
        (["empty-fleet.json"], 0),
        (["rejects.csv"], 3),
        (["all-rejected.csv"], 3),
        (["read.csv", "rejects.csv"], 3),
        (["read.csv", "letter.txt"], 3),
        (["letter.txt"], 2),
        (["absent.csv"], 2),
        (["letter.txt", "absent.csv"], 2),
    ],
)
def test_the_exit_code_tells_how_it_went(names: list[str], code: int) -> None:
    assert main(["inventory", "inspect", *names]) == code
    assert main(["inventory", "inspect", "--quiet", *names]) == code
