"""The committed example fleet is what its script makes."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
COMMITTED = EXAMPLES / "fleet"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("fleet")
    script = EXAMPLES / "make_fleet.py"
    subprocess.run([sys.executable, "-B", script, "--out", out], check=True)
    return out


def contents(folder: Path) -> dict[str, bytes]:
    """All files below, ZIPs unpacked: deflate's bytes differ between zlib builds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                found |= {f"{name}/{entry}": archive.read(entry) for entry in archive.namelist()}
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


def test_the_script_makes_the_committed_files(made: Path) -> None:
    assert contents(made) == contents(COMMITTED)


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in COMMITTED.rglob("*")) < 1_500_000


def test_it_has_300_devices() -> None:
    files = contents(COMMITTED)
    intune = csv.DictReader(files["inbox/intune-devices.csv"].decode("utf-8-sig").splitlines())
    suzhou = csv.DictReader(files["inbox/suzhou.csv"].decode("gb18030").splitlines())
    lines = [
        line for name in files if name.endswith(".ndjson") for line in files[name].splitlines()
    ]
    devices = {row["DeviceId"] for row in intune} | {row["device_id"] for row in suzhou}
    devices |= {json.loads(line)["device_id"] for line in lines}
    devices |= {name for name in files if name.endswith(".xml")}
    assert len(devices - {""}) == 300


def test_every_address_is_an_example() -> None:
    people = csv.DictReader(contents(COMMITTED)["people.csv"].decode().splitlines())
    domains = {row["email"].partition("@")[2] for row in people}
    assert domains == {"example.cn", "example.com"}
