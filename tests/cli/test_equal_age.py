"""Several inputs of one system tell of one device, and none is newer."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from small_fleet import WECHAT, YIXIN, Run, device, write_lines, write_people, write_policy

TOLD = (
    "{} lists other items of a device than {}, and nothing says which is newer:"
    " only what the latter lists counts, and not as complete"
)


def audit(run: Run, folder: Path, *reports: Path) -> tuple[dict, str]:
    people = write_people(folder / "people.csv", user1="employee")
    policy = write_policy(folder / "policies/no-wechat.yaml")
    done = run("audit", *reports, "-p", policy, "--people", people, "--as-of", "2026-11-03",
               "-f", "json")  # fmt: skip
    return json.loads(done.out), done.err


@pytest.mark.parametrize("reported_at", [None, "2026-11-02T08:00:00Z"])
def test_the_first_counts_but_is_not_complete(
    run: Run, folder: Path, reported_at: str | None
) -> None:
    bad = write_lines(folder / "a.ndjson", [device(1, WECHAT, reported_at=reported_at)])
    good = write_lines(folder / "b.ndjson", [device(1, YIXIN, reported_at=reported_at)])
    document, told = audit(run, folder, bad, good)
    (finding,) = document["findings"]
    assert finding["verdict"] == "violation"
    digest = hashlib.sha256(bad.read_bytes()).hexdigest()
    assert (finding["evidence"]["report"], finding["evidence"]["record"]) == (digest, 1)
    assert TOLD.format(good, bad) in told
    document, told = audit(run, folder, good, bad)
    (finding,) = document["findings"]
    assert (finding["verdict"], finding["reasons"]) == ("unknown", ["partial_visibility"])
    assert TOLD.format(bad, good) in told


@pytest.mark.parametrize(
    "other",
    [
        device(1, YIXIN | {"version": "9.1"}),
        device(1, YIXIN, WECHAT, reported_at="2026-11-01T08:00:00Z"),
        device(2, WECHAT, user_id="nobody@example.com"),
        device(1, source="register", listing={}),
    ],
    ids=["the same items", "older", "another device", "no list"],
)
def test_what_adds_nothing_leaves_it_complete(
    run: Run, folder: Path, other: dict[str, object]
) -> None:
    one = write_lines(folder / "a.ndjson", [device(1, YIXIN)])
    two = write_lines(folder / "b.ndjson", [other])
    for reports in ((one, two), (two, one)):
        document, told = audit(run, folder, *reports)
        (tally,) = document["tallies"]
        assert tally["pass"] == 1
        assert "nothing says which is newer" not in told


def test_what_the_first_leaves_out_resolves_nothing(run: Run, folder: Path) -> None:
    (folder / "policycheck.yaml").write_text("language: 1\n")
    bad = write_lines(folder / "1.ndjson", [device(1, WECHAT, reported_at=None)])
    audit(run, folder, bad)
    good = write_lines(folder / "2.ndjson", [device(1, YIXIN, reported_at=None)])
    (folder / "3.ndjson").write_text(json.dumps(device(1, reported_at=None)) + "\n")
    audit(run, folder, folder / "3.ndjson", good)
    (line,) = json.loads(run("violation", "list", "-f", "json").out)
    assert line["status"] == "open"
