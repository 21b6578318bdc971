"""What Debian's own agents write about the machine that the tests run on."""

import shutil
import subprocess
from datetime import UTC, datetime

import duckdb
import pytest

from policycheck.inventory.read import read_reports

AGENTS = {"fusioninventory": "fusioninventory-agent", "ocs": "ocsinventory-agent"}

pytestmark = [
    pytest.mark.agents,
    pytest.mark.skipif(
        not all(map(shutil.which, AGENTS.values())),
        reason="needs Debian's packages fusioninventory-agent and ocsinventory-agent",
    ),
]


@pytest.fixture(scope="module")
def inventories(tmp_path_factory):
    """Let each agent write this machine's inventory into a folder of its own."""
    folder = tmp_path_factory.mktemp("agents")
    for source, agent in AGENTS.items():
        (folder / source).mkdir()
        subprocess.run([agent, f"--local={folder / source}"], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("source", sorted(AGENTS))
def test_each_agent_tells_of_one_device_with_hundreds_of_packages(inventories, tmp_path, source):
    with duckdb.connect() as con:
        result = read_reports([inventories / source], con, tmp_path, datetime.now(UTC))
        assert result.problems == ()
        (line,) = result.inputs
        assert (line.format, line.devices, line.rejected) == ("agent-xml", 1, 0)
        assert line.items >= 100
        assert con.execute("SELECT source, platform FROM report").fetchall() == [(source, "linux")]
        assert con.execute("SELECT kind, visibility FROM listing").fetchall() == [("app", "all")]
        packages = installed_packages()
        named = con.execute(
            "SELECT DISTINCT identifier FROM read_parquet($1) WHERE identifier_type ="
            " 'deb_package'",
            [str(result.parts[0])],
        ).fetchall()
        assert {name for (name,) in named} == packages


def installed_packages():
    """Return what dpkg itself says is installed."""
    told = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${db:Status-Abbrev}\t${Package}\n"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return {line.split("\t")[1] for line in told.splitlines() if line.startswith("ii")}


def test_both_agents_are_two_sources_of_one_device(inventories, tmp_path):
    with duckdb.connect() as con:
        read_reports([inventories], con, tmp_path, datetime.now(UTC))
        assert con.execute(
            "SELECT count(DISTINCT source), count(DISTINCT name) FROM report"
        ).fetchall() == [(2, 1)]
