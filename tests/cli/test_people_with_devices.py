"""What is demanded of a person counts all their devices, whichever file names them."""

from __future__ import annotations

import json
from pathlib import Path

from small_fleet import WECHAT, YIXIN, Run, device, write_lines, write_people

POLICY = """\
language: 1
policy: carry-yixin
title: Everybody has Yixin
issuer: Example Ltd.
status: active
applies_to: {person.type: employee}
controls:
  - id: have-yixin
    clause: Each employee has Yixin on a phone.
    severity: high
    require: {app: yixin}
    per: person
"""


def test_a_persons_other_device_counts_though_no_input_names_it(run: Run, folder: Path) -> None:
    (folder / "policycheck.yaml").write_text(
        "language: 1\npeople: people.csv\npolicies: [./carry-yixin.yaml]\n"
    )
    (folder / "carry-yixin.yaml").write_text(POLICY)
    write_people(folder / "people.csv", li="employee")
    first = write_lines(folder / "first.ndjson", [device(1, YIXIN, user_id="li@example.com")])
    second = write_lines(folder / "second.ndjson", [device(2, WECHAT, user_id="li@example.com")])
    assert run("audit", first, "--as-of", "2026-11-03").code == 0

    done = run("audit", second, "--as-of", "2026-11-03", "-f", "json")

    assert done.code == 0
    told = json.loads(done.out)
    assert told["findings"] == []
    assert [(line["all"], line["pass"]) for line in told["tallies"]] == [(1, 1)]


def test_without_that_device_it_is_a_violation(run: Run, folder: Path) -> None:
    (folder / "carry-yixin.yaml").write_text(POLICY)
    people = write_people(folder / "people.csv", li="employee")
    second = write_lines(folder / "second.ndjson", [device(2, WECHAT, user_id="li@example.com")])
    words = ("-p", "./carry-yixin.yaml", "--people", people, "--as-of", "2026-11-03")
    assert run("audit", second, *words).code == 1
