"""YAML with places: parsing, its bounds, decoding, and where characters stand."""

import time
import tracemalloc
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

import pytest
from pydantic import Field

from policycheck.problems import PolicycheckError, render
from policycheck.yamlfile import (
    Boolean,
    Date,
    Duration,
    Integer,
    Model,
    OneOrMany,
    Scalar,
    Texts,
    decode,
    parse,
    parse_moment,
    read_model,
)


class Grade(StrEnum):
    HIGH = "high"
    LOW = "low"


class Part(Model):
    id: str
    grade: Grade = Grade.LOW
    off: Boolean = False


class Whole(Model):
    language: Literal["1"]
    title: Texts
    since: Date | None = None
    grace: Duration | None = None
    days: Integer | None = None
    names: OneOrMany[str] = ("x",)
    parts: tuple[Part, ...] = ()
    from_: str = Field(default="", alias="from")


def document(text):
    return parse(text.encode(), "w.yaml")


def decoded(text):
    model, problems = decode(document(text), Whole)
    assert problems == ()
    return model


def complaints(text):
    """(line, column, length, message, hint) of each problem."""
    _, problems = decode(document(text), Whole)
    return [
        (problem.place.line, problem.place.column, problem.length, problem.message, problem.hint)
        for problem in problems
    ]


def test_scalars_are_text_until_the_field_says_otherwise():
    whole = decoded(
        "language: 1\ntitle: NO\nsince: 2013-08-26\ngrace: 48h\ndays: 90\nnames: 1.10\n"
        "parts: [{id: 007, grade: high, off: true}]\nfrom: ~x\n"
    )
    assert whole.title == {"": "NO"}
    assert whole.names == ("1.10",)
    assert whole.since == date(2013, 8, 26)
    assert whole.grace == timedelta(hours=48)
    assert whole.days == 90
    assert whole.parts == (Part(id="007", grade=Grade.HIGH, off=True),)
    assert whole.from_ == "~x"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_windows_editors_are_understood(encoding):
    data = "language: 1\r\ntitle: 微信\r\n"
    model, problems = decode(parse(data.encode(encoding), "w.yaml"), Whole)
    assert (model.title, problems) == ({"": "微信"}, ())


HEAD = "language: 1\ntitle: t\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + "grcae: 1d", [(3, 1, 5, "unknown key 'grcae'", "did you mean 'grace'?")]),
        ("title: t", [(1, 1, 5, "the key 'language' is missing", "")]),
        (HEAD + "parts:\n  - grade: low", [(4, 5, 5, "the key 'id' is missing", "")]),
        (
            HEAD + "parts:\n- {id: a, grade: hihg}",
            [(4, 18, 4, "unknown grade 'hihg'", "did you mean 'high'?")],
        ),
        (
            HEAD + "parts:\n- {id: a, gade: hihg}",
            [(4, 11, 4, "unknown key 'gade'", "did you mean 'grade'?")],
        ),
        (
            HEAD + "since: 2013-02-30",
            [(3, 8, 10, "the date '2013-02-30' is not in the calendar", "")],
        ),
        (HEAD + "since: 0", [(3, 8, 1, "'0' is not a date like 2013-08-26", "")]),
        (HEAD + "grace: -3d", [(3, 8, 3, "'-3d' is not a duration like 48h or 14d", "")]),
        (HEAD + "days: 1e3", [(3, 7, 3, "'1e3' is not a whole number", "")]),
        (HEAD + "parts: [{id: a, off: yes}]", [(3, 22, 3, "'yes' is neither true nor false", "")]),
        (HEAD + "grace: [1d]", [(3, 1, 5, "'grace' should be a duration, but is a list", "")]),
        (HEAD + "since: {}", [(3, 1, 5, "'since' should be a date, but is a map", "")]),
        (HEAD + "parts: {id: a}", [(3, 1, 5, "'parts' should be a list, but is a map", "")]),
        (
            HEAD + "parts: [a]",
            [(3, 9, 1, "an entry of 'parts' should be a map, but is a text", "")],
        ),
        (HEAD + "from: [a]", [(3, 1, 4, "'from' should be a text, but is a list", "")]),
        (HEAD + "names: []", [(3, 1, 5, "'names' is empty", "")]),
        (
            HEAD + "grace:",
            [(3, 1, 5, "the key 'grace' has no value", "give it one, or leave the key out")],
        ),
        (
            HEAD + "grace: 1d\ngrace: 2d",
            [(4, 1, 5, "the key 'grace' is given twice", "it was first given in line 3")],
        ),
        ("- a", [(1, 1, 1, "expected a map, found a list", "")]),
        ("language: 2\ntitle: t", [(1, 11, 1, "unknown language '2'", "one of: 1")]),
        (HEAD + "names: [a, ~]", [(3, 12, 1, "an entry of the list is empty", "remove it")]),
    ],
)
def test_each_mistake_has_its_place(text, expected):
    assert complaints(text) == expected


def test_all_mistakes_are_told_at_once():
    assert len(complaints("titel: x\nsince: 1\nparts: [{}, {id: [a]}]")) == 6


def test_syntax_errors_say_what_to_do():
    with pytest.raises(PolicycheckError) as caught:
        document("a: b\n\tc: d")
    assert render(caught.value.problems[0]) == (
        "error: a tab stands where YAML wants spaces\n"
        " --> w.yaml:2:1\n"
        "  |\n"
        "2 |     c: d\n"
        "  | ^^^^\n"
        "  = help: indent with spaces only"
    )


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{key}: &{key} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, key in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("[" * 50_000, "nested more than 64 levels deep"),
        ("{a: " * 50_000, "nested more than 64 levels deep"),
        ("- " * 50_000, "nested more than 64 levels deep"),
        ("a:\n" + "".join(" " * n + "a:\n" for n in range(1, 500)), "nested more than 64"),
        (LAUGHS, "aliases are not supported"),
        ("a" * 2_000_000, "the file is larger than 1024 KiB"),
    ],
)
def test_hostile_files_end_quickly_and_cheaply(data, message):
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(PolicycheckError, match=message):
        document(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.perf_counter() - started < 1
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("text", "word", "line", "column"),
    [
        ("where: a = 'b'", "'b'", 1, 12),
        ("where: 'a = ''b'''", "b", 1, 15),
        ('where: "a = \\"b\\" \\u00e9 c"', "c", 1, 26),
        ("where: |\n  aa\n\n    b = c\n", "b", 4, 5),
        ("where: >-  # note\n\n    aa and\n    b = c\n", "b", 4, 5),
        ("where: aa and\n   b = c\n", "b", 2, 4),
        ('where: "aa and\n   b = c"\n', "b", 2, 4),
    ],
)
def test_a_word_inside_a_scalar_has_a_place(text, word, line, column):
    parsed = document(text)
    scalar = parsed.root.get("where")
    assert isinstance(scalar, Scalar)
    start = scalar.text.index(word)
    problem = parsed.problem_within(scalar, start, start + len(word), "here")
    assert (problem.place.line, problem.place.column) == (line, column)


def test_a_place_at_the_end_of_a_scalar_stays_inside_the_file():
    parsed = document("where: abc")
    problem = parsed.problem_within(parsed.root.get("where"), 3, 3, "here")
    assert (problem.place.column, problem.length) == (11, 1)


def test_an_unreadable_file_is_the_users_error(tmp_path):
    with pytest.raises(PolicycheckError, match=r"cannot read 'none\.yaml': no such file"):
        read_model(tmp_path / "none.yaml", Whole, "none.yaml")


def test_times_may_have_a_zone():
    assert str(parse_moment("2013-08-26T09:00+08:00")) == "2013-08-26 09:00:00+08:00"
    assert parse_moment("2013-08-26") == date(2013, 8, 26)
    with pytest.raises(ValueError, match="not in the calendar"):
        parse_moment("2013-08-26T25:00")


def test_a_catalogue_of_small_files_loads_quickly(tmp_path):
    text = HEAD + "parts:\n" + "".join(f"  - {{id: p{n}, grade: low}}\n" for n in range(10))
    for number in range(400):
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    started = time.perf_counter()
    for path in tmp_path.iterdir():
        read_model(path, Whole)
    assert time.perf_counter() - started < 3  # 0.2 s where nothing else runs


@pytest.mark.parametrize("separator", ["\n", ", "], ids=["many lines", "one line"])
def test_a_file_of_mistakes_is_told_in_part(separator):
    text = separator.join(f"k{number}: 1" for number in range(50_000))
    text = text if separator == "\n" else f"{{{text}}}"
    started = time.perf_counter()
    _, problems = decode(document(text), Whole)
    shown = "\n".join(map(render, problems))
    assert time.perf_counter() - started < 10
    assert len(problems) == 201
    assert problems[-1].message == "49802 more problems in w.yaml"
    assert len(shown) < 100_000
