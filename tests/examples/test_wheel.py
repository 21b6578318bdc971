"""A plain install carries the shipped library, the demo and the templates."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_carries_what_it_needs(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = {
        f"policycheck/{name}": ROOT / folder
        for name, folder in {
            "shipped/rules": "rules",
            "shipped/policies": "policies",
            "shipped/examples/fleet": "examples/fleet",
            "templates": "src/policycheck/templates",
        }.items()
    }
    for inside, folder in wanted.items():
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert files
        missing = [f"{inside}/{path.relative_to(folder).as_posix()}" for path in files]
        assert sorted(set(missing) - names) == []
    assert "policycheck/py.typed" in names
    assert not [name for name in names if "make_fleet" in name or "__pycache__" in name]
