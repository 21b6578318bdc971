"""One device in several inputs of one system: nothing depends on the order of the files."""

import json
from itertools import permutations

import pytest


def write_page(path, *names):
    said = [{"name": name, "identifier": f"a.{name}", "discovered_at": None} for name in names]
    apps = [{"type": "installed_app", "attributes": app} for app in said]
    path.write_text(json.dumps({"data": apps, "has_more": False}), encoding="utf-8")
    return path


def write_view(path, *rows):
    lines = ["ResourceID,Name0,DisplayName0,Version0", *rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def write_line(path, device, listing, *names):
    items = [{"name": name} for name in names]
    record = {**device, "platform": "windows", "listing": listing, "items": items}
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_pages_of_one_device_are_one_list(read, tmp_path, order):
    pages = [write_page(tmp_path / f"{name}.json", name, "x") for name in ("a", "b", "c")]
    reading = read(*(pages[at] for at in order), device="MAC-1")
    assert reading.reports("device_id") == [("MAC-1",)]
    assert sorted(reading.items("name")) == [("a",), ("b",), ("c",), ("x",), ("x",), ("x",)]
    assert [line.items for line in reading.result.inputs] == [2, 2, 2]
    assert len(reading.result.problems) == 2
    assert "nothing says which is newer: what either lists counts" in (
        reading.result.problems[0].message
    )


def test_two_views_of_one_computer(read, tmp_path):
    views = [
        write_view(tmp_path / "32.csv", "1,PC-1,WeChat,3", "2,PC-2,QQ,1"),
        write_view(tmp_path / "64.csv", "1,PC-1,Zoom,3"),
    ]
    for inputs in (views, views[::-1]):
        reading = read(*inputs)
        assert sorted(reading.reports("device_id")) == [("1",), ("2",)]
        assert sorted(reading.items("name")) == [("QQ",), ("WeChat",), ("Zoom",)]


def test_of_equal_age_is_what_says_the_same_time(read, tmp_path):
    device = {"device_id": "d", "reported_at": "2026-11-01T00:00:00Z"}
    one = write_line(tmp_path / "1.ndjson", device, {"app": "all"}, "A")
    two = write_line(tmp_path / "2.ndjson", device, {"app": "managed", "web_app": "all"}, "B")
    reading = read(one, two)
    assert reading.reports("device_id, input_no") == [("d", 1)]
    assert sorted(reading.items("name")) == [("A",), ("B",)]
    assert reading.listings() == [(1, "app", "managed"), (1, "web_app", "all")]
    assert reading.result.problems == ()


@pytest.mark.parametrize(
    "other",
    [
        {"device_id": "e"},
        {"device_id": "d", "serial": "S"},
        {"device_id": "d", "source": "another"},
        {"device_id": "d", "reported_at": "2026-11-02T00:00:00Z"},
    ],
)
def test_what_is_newer_or_another_is_left_apart(read, tmp_path, other):
    one = write_line(tmp_path / "1.ndjson", {"device_id": "d"}, {"app": "all"}, "A")
    two = write_line(tmp_path / "2.ndjson", other, {"app": "all"}, "B")
    reading = read(one, two)
    assert len(reading.reports("device_id")) == 2
    assert reading.result.problems == ()


def test_a_lost_row_of_either_leaves_the_list_incomplete(read, tmp_path):
    header = "device_id,platform,listing,name,version\n"
    (tmp_path / "1.csv").write_text(f"{header}d,windows,app=all,A,1\n", encoding="utf-8")
    (tmp_path / "2.csv").write_text(f"{header}d,windows,app=all,B,1\nd,windows\n", encoding="utf-8")
    reading = read(tmp_path / "1.csv", tmp_path / "2.csv")
    assert reading.listings() == [(1, "app", "managed")]
    assert reading.reports("partial") == [(True,)]


def test_nobody_knows_whose_they_are(read, tmp_path):
    pages = [write_page(tmp_path / f"{name}.json", name) for name in ("a", "b")]
    assert len(read(*pages, only_look=True).reports("device_id")) == 2
