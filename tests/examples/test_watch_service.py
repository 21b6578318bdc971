"""The unit and the container file for a watcher are what their programs understand."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from policycheck.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples/watch"
UNIT = EXAMPLES / "policycheck-watch.service"
INSTRUCTIONS = {
    "FROM", "COPY", "RUN", "USER", "WORKDIR", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT",
    "CMD",
}  # fmt: skip


def options_of_watch(capsys: pytest.CaptureFixture[str]) -> set[str]:
    assert main(["watch", "--help"]) == 0
    return set(re.findall(r"--[a-z-]+", capsys.readouterr().out))


def test_the_unit_starts_a_command_that_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", UNIT.read_text(), re.MULTILINE)
    program, command, *words = shlex.split(line)
    assert (Path(program).name, command) == ("policycheck", "watch")
    named = {word for word in words if word.startswith("--")}
    assert named - options_of_watch(capsys) == set()


def test_the_unit_is_one() -> None:
    parsed = ConfigParser(strict=True, interpolation=None)
    parsed.read_string(UNIT.read_text())
    assert parsed.sections() == ["Unit", "Service", "Install"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    text = UNIT.read_text().replace("/opt/policycheck/bin/policycheck", sys.executable)
    unit = tmp_path / UNIT.name
    unit.write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_container_runs_commands_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    text = (EXAMPLES / "Containerfile").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    words = {line.partition(" ")[0] for line in lines}
    assert words == INSTRUCTIONS
    calls = [json.loads(found) for found in re.findall(r"(?:CMD|ENTRYPOINT) (\[.*\])", text)]
    assert [call[0] for call in calls] == ["policycheck", "policycheck", "watch"]
    named = {word for call in calls for word in call if word.startswith("--")}
    assert named - options_of_watch(capsys) == set()
