"""What `explain` says for every kind of control and of answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_fleet import WECHAT, YIXIN, Run, device, write_lines, write_people
from test_waivers import WAIVER

POLICY = """\
language: 1
policy: memo
title: {en: The memo, zh: 备忘录}
issuer: Example Ltd.
status: active
timezone: Asia/Shanghai
stale_after: 30d
applies_to: {person.type: employee}
except:
  - when: {person.department: board}
    reason: The board may.
controls:
  - id: no-wechat
    clause: No WeChat.
    severity: high
    forbid: {app: wechat}
    indication: {device.ownership: personal}
  - id: has-yixin
    clause: Everybody has Yixin.
    severity: low
    require: {app: yixin}
    per: person
  - id: old
    clause: It was so once.
    severity: low
    forbid: {app: qq}
    effective_until: 2020-01-01
  - id: told
    clause: All were told.
    severity: info
    attest: {statement: All were told., by: device}
"""
ODD = {"kind": "app", "name": "WeChаt", "identifier": "x.y.z", "identifier_type": "android_package"}


@pytest.fixture
def told(run: Run, folder: Path) -> Run:
    """A recorded audit of one device for each case."""
    (folder / "policycheck.yaml").write_text(
        "language: 1\npeople: people.csv\npolicies: [./memo.yaml]\n"
    )
    (folder / "memo.yaml").write_text(POLICY, encoding="utf-8")
    people = {f"user{number}": "employee,sales" for number in range(1, 9)}
    path = write_people(folder / "people.csv", **people | {"user3": "employee,board"})
    path.write_text(path.read_text().replace("email,type", "email,type,department"))
    devices = [
        device(1, WECHAT),
        device(2, YIXIN),
        device(3, WECHAT),
        device(4, ODD),
        device(5, WECHAT, ownership="personal"),
        device(6, reported_at="2026-01-02T08:00:00Z"),
        device(7, WECHAT, form="service"),
        device(8, user_id="user2@example.com"),
    ]
    write_lines(folder / "all.ndjson", devices)
    assert run("audit", "all.ndjson", "--as-of", "2026-11-03", "-q").code == 1
    return run


@pytest.mark.wide
@pytest.mark.parametrize(
    ("number", "control", "verdict", "why"),
    [
        (1, "no-wechat", "violation", "wechat (微信) is there, recognised as wechat (exact"),
        (1, "has-yixin", "violation", "Nothing of what it requires is there"),
        (1, "old", "not_applicable", "The control was not in force (the policy is active)."),
        (1, "told", "unknown", "The control is about what no inventory shows"),
        (2, "no-wechat", "pass", "nothing that it forbids is among them"),
        (2, "has-yixin", "pass", "What it requires is there, as a fresh report shows."),
        (3, "no-wechat", "excused", "A standing exception of the policy excuses it."),
        (4, "no-wechat", "unknown", "An item resembles the app by its name only"),
        (5, "no-wechat", "unknown", "where the policy takes it for a sign only"),
        (6, "no-wechat", "unknown", "older than the policy's stale_after"),
        (7, "no-wechat", "not_applicable", "It is a service, which carries payment channels"),
        (8, "has-yixin", "violation", "whose devices together come to: pass."),
    ],
)
def test_the_answer_and_why(told: Run, number: int, control: str, verdict: str, why: str) -> None:
    done = told("explain", f"d-{number}", control, "--as-of", "2026-11-03")
    assert done.code == 0
    assert f"\n{verdict}: {control} of memo" in done.out
    assert why in done.out


def test_all_controls_are_explained_in_the_order_of_the_memo(told: Run) -> None:
    out = told("explain", "d-1", "--as-of", "2026-11-03").out
    names = [line.split()[1] for line in out.splitlines() if " of memo (" in line]
    assert names == ["no-wechat", "has-yixin", "old", "told"]


def test_a_control_can_be_named_with_its_policy(told: Run) -> None:
    out = told("explain", "d-1", "memo/told", "--as-of", "2026-11-03").out
    assert "of memo (info)" in out
    assert "no-wechat" not in out


def test_a_device_before_its_first_report(told: Run) -> None:
    done = told("explain", "d-1", "--as-of", "2026-01-01")
    assert done.code == 2
    assert "nothing was reported of 'd-1' by then" in done.err


def test_what_is_meant_as_a_client_of_another_app_says_so(told: Run, folder: Path) -> None:
    (folder / "memo.yaml").write_text(POLICY.replace("{app: wechat}", "{app: telegram}"), "utf-8")
    client = WECHAT | {"identifier": "com.radolyn.ayugram", "name": "AyuGram"}
    write_lines(folder / "all.ndjson", [device(1, client, reported_at="2026-11-03T08:00:00Z")])
    told("audit", "all.ndjson", "--as-of", "2026-11-04", "-q")
    out = told("explain", "d-1", "no-wechat", "--as-of", "2026-11-04").out
    assert "ayugram is a client of telegram." in out


@pytest.mark.parametrize(
    ("as_of", "sentence"),
    [
        ("2026-11-03", "The waiver liaison, approved by Wang Fang, covers it until 2026-11-10:"),
        ("2026-11-12", "The waiver liaison, approved by Wang Fang, lapsed on 2026-11-10:"),
    ],
)
def test_the_waiver_that_covers_a_finding_is_named(
    told: Run, folder: Path, as_of: str, sentence: str
) -> None:
    text = POLICY.replace("stale_after", "waivers: {approved_by: [Wang Fang]}\nstale_after")
    (folder / "memo.yaml").write_text(text, "utf-8")
    (folder / "waivers").mkdir()
    (folder / "waivers" / "liaison.yaml").write_text(WAIVER.replace("no-wechat", "memo", 1))
    assert f"{sentence} " in told("explain", "d-1", "no-wechat", "--as-of", as_of).out
