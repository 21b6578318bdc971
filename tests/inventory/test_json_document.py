"""Envelopes element by element: what is yielded, what is at fault, and how much memory it takes."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from policycheck.inventory.base import Head, Source
from policycheck.inventory.documents import json_window
from policycheck.inventory.documents.json_document import ENVELOPE, Element, split_document


def split(text: str | bytes, *lists: str) -> list[tuple[str, int, object]]:
    content = text.encode() if isinstance(text, str) else text
    source = Source(1, "x", Head("json"), content, None)
    return [
        (found.where, found.record, found.fault or found.value)
        for found in split_document(source, lists)
    ]


def test_an_envelope_is_told_after_its_list() -> None:
    found = split(
        '{"total": 2, "hosts": [{"id": 1}, {"id": 1.50}], "meta": {"next": false}}', "hosts"
    )
    assert found == [
        ("hosts", 1, {"id": "1"}),
        ("hosts", 2, {"id": "1.50"}),
        (ENVELOPE, 0, {"total": "2", "meta": {"next": False}}),
    ]


def test_a_list_below_a_key() -> None:
    found = split('{"data": {"items": [1, null], "n": 2}, "error": 0}', "data.items")
    assert found == [
        ("data.items", 1, "1"),
        ("data.items", 2, None),
        (ENVELOPE, 0, {"data": {"n": "2"}, "error": "0"}),
    ]


def test_documents_by_themselves_in_a_list_and_one_after_the_other() -> None:
    assert split('{"host": {"id": 7}}', "hosts") == [("", 1, {"host": {"id": "7"}})]
    assert split('[{"a": true}, []]') == [("", 1, {"a": True}), ("", 2, [])]
    assert split('{"a": 1}\n{"b": [2]}\r\n[3]') == [
        ("", 1, {"a": "1"}),
        ("", 2, {"b": ["2"]}),
        ("", 3, "3"),
    ]
    assert split('{"hosts": [1]}{"hosts": []}', "hosts") == [
        ("hosts", 1, "1"),
        (ENVELOPE, 0, {}),
        (ENVELOPE, 0, {}),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"hosts": [{"a": 1}, {"b": "x', "is cut off"),
        ('{"hosts": [{"a": 1}', "is cut off"),
        ('{"hosts": [{"a": 1},', "is cut off"),
        ('{"hosts": [{"a": 1}, {"b": 1,}]}', "is not JSON: expecting property name"),
        ('{"hosts": [{"a": 1}, ]}', "a comma too many"),
        ('{"hosts": [{"a": 1} {"b": 1}]}', "has '{' where ',' belongs"),
        ('{"hosts": [{"a": 1}, ' + "[" * 10_000, "is nested too deeply"),
        ('{"hosts": [{"a": 1}], "meta": // a comment\n {}}', "is not JSON: expecting value"),
    ],
)
def test_what_came_before_the_damage_is_kept(text: str, reason: str) -> None:
    first, *_, last = split(text, "hosts")
    assert first == ("hosts", 1, {"a": "1"})
    assert last[1] == 2
    assert reason in str(last[2])
    assert str(last[2]).endswith("nothing after it can be read")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'"\xff\xfe"', "holds bytes that are not UTF-8"),
        (b'"a\\u0000b"', "holds a NUL character"),
        (b'"\\ud83d"', "holds half a character (a lone surrogate)"),
    ],
)
def test_only_the_element_with_a_bad_text_is_lost(text: bytes, reason: str) -> None:
    found = split(b'{"hosts": [' + text + b', "\xe5\xbe\xae\\ud83d\\ude00"]}', "hosts")
    assert found == [("hosts", 1, reason), ("hosts", 2, "微😀"), (ENVELOPE, 0, {})]
    assert split(b'{"host": ' + text + b'}\n{"host": 1}') == [
        ("", 1, reason),
        ("", 2, {"host": "1"}),
    ]


def test_elements_longer_than_the_window_and_the_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_window, "_CHUNK", 64)
    values = [{"name": "微信" * size, "n": "1" * size} for size in (0, 1, 50, 400)]
    path = tmp_path / "long.json"
    path.write_text(json.dumps({"hosts": values, "end": 12345}, ensure_ascii=False))
    source = Source(1, "x", Head("json"), None, path)
    assert list(split_document(source, ["hosts"])) == [
        *(Element("hosts", number, value) for number, value in enumerate(values, 1)),
        Element(ENVELOPE, 0, {"end": "12345"}),
    ]
    monkeypatch.setattr(json_window, "MAX_ELEMENT", 1000)
    *_, last, envelope = split_document(source, ["hosts"])
    assert (last.record, last.value) == (4, None)
    assert last.fault.startswith("longer than")
    assert envelope.value == {"end": "12345"}


def test_memory_does_not_grow_with_the_document(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    host = json.dumps({"software": [{"name": f"App {number}"} for number in range(500)]})
    with path.open("w") as file:
        file.write('{"hosts": [')
        file.writelines(f"{host}," for _ in range(2000))
        file.write(host + '], "n": 1}')
    tracemalloc.start()
    count = sum(1 for _ in split_document(Source(1, "x", Head("json"), None, path), ["hosts"]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 2002
    assert path.stat().st_size > 18_000_000
    assert peak < 8_000_000
