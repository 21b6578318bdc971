"""Some of the findings: the same in every form, said in each, and the sums stay those of all."""

from __future__ import annotations

import io
import json
from datetime import datetime

import pytest
from held_content import SMALL, HeldContent, Holder, breach, unknown

from policycheck.report import REPORTS
from policycheck.report.grouped import GROUPS, Group, group
from policycheck.report.selection import Selected, Selection

OVERDUE = Selection(frozenset({"overdue"}))
TEXTS = {"json", "ndjson", "sarif", "junit", "ocsf", "oscal", "html", "terminal", "markdown"}


def written(name: str, content: object) -> str:
    with io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") as stream:
        REPORTS[name].write(content, stream)
        stream.flush()
        return stream.buffer.getvalue().decode()


@pytest.mark.parametrize(
    ("selection", "devices"),
    [
        (Selection(), ["d-1", "d-2", "d-3", "d-4", "d-5"]),
        (OVERDUE, ["d-1"]),
        (Selection(frozenset({"waived", "unknown"})), ["d-2", "d-4", "d-5"]),
        (Selection(severities=frozenset({"low"})), ["d-3"]),
        (Selection(since=datetime(2026, 11, 1, 7)), ["d-1", "d-2", "d-3", "d-4", "d-5"]),
        (Selection(since=datetime(2026, 11, 1, 7, 1)), []),
        (Selection(frozenset({"overdue"}), frozenset({"low"})), []),
    ],
)
def test_what_is_chosen(selection: Selection, devices: list[str]) -> None:
    content = Selected(SMALL, selection)
    told = [line.device_id for chunk in content.findings() for line in chunk]
    assert told == devices
    held = [
        line.device_id
        for verdict in ("violation", "unknown")
        for chunk in content.held_findings(verdict)
        for line, _ in chunk
    ]
    assert sorted(held) == devices
    assert content.total("violation") + content.total("unknown") == len(devices)


def test_the_worst_come_in_the_order_of_the_whole() -> None:
    everything = Selected(SMALL, Selection())
    for verdict in ("violation", "unknown"):
        assert everything.worst(verdict, 9) == SMALL.worst(verdict, 9)
        assert everything.worst(verdict, 1) == SMALL.worst(verdict, 1)


def test_what_was_never_recorded_is_not_since_any_day() -> None:
    selection = Selection(since=datetime(2000, 1, 1))
    assert not selection.has(breach(first_seen=None))
    assert selection.has(breach())


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_form_says_that_it_does_not_tell_everything(name: str) -> None:
    assert "status overdue" in " ".join(written(name, Selected(SMALL, OVERDUE)).split())
    assert "status overdue" not in written(name, SMALL)


def test_the_sums_stay_those_of_everything() -> None:
    document = json.loads(written("json", Selected(SMALL, OVERDUE)))
    assert document["selection"] == "status overdue"
    assert len(document["findings"]) == 1
    assert document["tallies"] == json.loads(written("json", SMALL))["tallies"]


def test_a_selection_says_itself_in_words() -> None:
    full = Selection(
        frozenset({"in_grace", "overdue"}), frozenset({"low", "critical"}), datetime(2026, 1, 2)
    )
    assert str(full) == (
        "status in grace or overdue; severity critical or low;"
        " first seen since 2026-01-02 00:00 UTC"
    )
    assert str(Selection()) == ""


@pytest.mark.parametrize("by", GROUPS)
def test_groups_add_up(by: str) -> None:
    groups = group(SMALL, by)
    for standing in ("overdue", "in_grace", "waived", "advice", "unknown"):
        assert sum(getattr(each, standing) for each in groups) == {"in_grace": 0, "unknown": 2}.get(
            standing, 1
        )


def test_most_overdue_come_first_and_devices_count_once() -> None:
    content = HeldContent(
        lines=[
            breach(fingerprint="a", device_id="d-1"),
            breach(fingerprint="b", device_id="d-1", subject="wecom", app_id="wecom"),
            breach(fingerprint="c", device_id="d-2", waived=True),
            unknown("stale", fingerprint="d", device_id="d-3"),
        ],
        holders={
            "a": Holder(None, "Sales", None, None),
            "b": Holder(None, "Sales", None, None),
            "c": Holder(None, "Legal", None, None),
        },
    )
    assert group(content, "department") == [
        Group("Sales", 2, 0, 0, 0, 0, 1),
        Group(None, 0, 0, 0, 0, 1, 1),
        Group("Legal", 0, 0, 1, 0, 0, 1),
    ]
