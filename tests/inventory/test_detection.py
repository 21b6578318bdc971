"""Detection looks at content and at nothing else, and exactly one reader may claim a report."""

import json
import re
import shutil
import time
from pathlib import Path

import pytest

from policycheck.inventory.base import Head
from policycheck.inventory.detect import READERS
from policycheck.inventory.files.heads import make_head
from report_examples import FILES, FORMATS, read_plain


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_exactly_one_reader_claims_each_example(name):
    head = make_head(read_plain(FILES / name))
    assert [reader.NAME for reader in READERS if reader.claims(head)] == [FORMATS[name]]


def test_every_format_has_an_example_and_every_example_a_format():
    reports = {path.relative_to(FILES).as_posix() for path in FILES.rglob("*") if path.is_file()}
    reports -= {"people.csv", *(name for name in reports if name.startswith("mapping/"))}
    assert reports == set(FORMATS)
    assert {reader.NAME for reader in READERS} == set(FORMATS.values())


@pytest.mark.wide
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_name_of_a_file_means_nothing(read, tmp_path, name):
    copy = tmp_path / "report.bin"
    shutil.copy(FILES / name, copy)
    assert read(copy, only_look=True).result.inputs[0].format == FORMATS[name]


def test_readers_are_registered_in_the_docs():
    """`docs/formats.md` has a chapter for each reader, by its name."""
    docs = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    chapters = re.findall(r"^Format `([a-z-]+)`", docs, re.MULTILINE)
    assert sorted(chapters) == sorted(reader.NAME for reader in READERS)


@pytest.mark.parametrize(
    ("start", "form"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"a,b\n1,2\n", "table"),
        (b"a;b\n1;2\n", "table"),
        (b"\xef\xbb\xbfa\tb\n", "table"),
        (b"a|b\n", "table"),
        (b"hello\n", "text"),
        (b'{"a": 1}', "json"),
        (b"[]", "json"),
        (b"[info] started\n", "text"),
        (b"<a/>", "xml"),
        (b"\x00\x01\x02\x03" * 30, "binary"),
        (b"a,b" * 400_000, "text"),  # a header longer than what is looked at
    ],
)
def test_forms(start, form):
    assert make_head(start).form == form


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('{"a": {"b": 1}, "c": [{"d": 2}], "e": "f"}', ("a", "c", "e")),
        ('[{"a": 1}, {"b": 2}]', ("a",)),
        ('{"a\\"b": 1, "c', ('a\\"b',)),
        ("{}", ()),
    ],
)
def test_the_keys_of_a_document(text, keys):
    assert make_head(text.encode()).keys == keys


@pytest.mark.parametrize(
    "text",
    [
        "<REQUEST>",
        '<?xml version="1.0"?>\n<!-- a > b -->\n<REQUEST a="1">',
        '<!DOCTYPE REQUEST [<!ENTITY a "b">]><REQUEST/>',
    ],
)
def test_the_root_of_xml(text):
    assert make_head(text.encode()).root == "REQUEST"


@pytest.mark.parametrize(
    "start",
    [
        b"{" * 1_000_000, b'{"' * 500_000, b"<!--" * 250_000, b"<?" * 500_000, b'"' * 1_000_000,
        b'{"a": "' + b'\\"' * 500_000, b'{"a": "' + b"\\\n" * 500_000 + b"\\",
        b'a,"' + b'""' * 500_000 + b"\n", b"<!DOCTYPE a [" + b"<!ENTITY>" * 100_000,
    ],
)  # fmt: skip
def test_hostile_heads_are_looked_at_quickly(start):
    started = time.process_time()
    assert isinstance(make_head(start), Head)
    assert time.process_time() - started < 2


def test_the_paths_of_a_head_show_the_keys_of_all_records_of_a_list() -> None:
    said = {"a": [{"b": 1}, {"c": {"d": 2}}], "e": [{"f": 1}, {"g": "x"}], "h": [[{"i": 1}], 2]}
    paths = make_head(json.dumps(said).encode()).paths
    assert paths == ("a", "a.b", "a.c", "a.c.d", "e", "e.f", "e.g", "h", "h.i")
