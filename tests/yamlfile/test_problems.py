"""Problems: their order and their look."""

import pytest

from policycheck.problems import (
    Place,
    PolicycheckError,
    Problem,
    did_you_mean,
    nearest,
    quote,
    render,
)


def problem(excerpt, column, length=1, line=5, hint="", message="wrong"):
    return Problem(message, Place("p.yaml", line, column), hint, length, "error", excerpt)


def test_a_problem_looks_as_the_style_guide_shows_it():
    shown = render(
        Problem(
            "unknown severity 'hihg'",
            Place("policies/communications.yaml", 5, 15),
            "did you mean 'high'?",
            4,
            "error",
            "    severity: hihg",
        )
    )
    assert shown == (
        "error: unknown severity 'hihg'\n"
        " --> policies/communications.yaml:5:15\n"
        "  |\n"
        "5 |     severity: hihg\n"
        "  |               ^^^^\n"
        "  = help: did you mean 'high'?"
    )


@pytest.mark.parametrize(
    ("excerpt", "column", "length", "line", "caret"),
    [
        ("\tapp: x", 7, 1, "5 |     app: x", "  |          ^"),
        ("微信: 易信 x", 5, 2, "5 | 微信: 易信 x", "  |       ^^^^"),
        ("a\x1b[31m: b", 8, 1, "5 | a\\x1b[31m: b", "  |           ^"),
        ("short", 6, 3, "5 | short", "  |      ^"),
    ],
)
def test_the_caret_stands_below_what_it_marks(excerpt, column, length, line, caret):
    shown = render(problem(excerpt, column, length)).splitlines()
    assert shown[3:5] == [line, caret]


def test_the_gutter_is_as_wide_as_the_line_number():
    shown = render(problem("x", 1, line=120, hint="do it")).splitlines()
    assert shown[1:] == ["   --> p.yaml:120:1", "    |", "120 | x", "    | ^", "    = help: do it"]


def test_of_a_long_line_the_part_around_the_caret_is_shown():
    shown = render(problem("微" * 500 + "!" + "信" * 5000, 501)).splitlines()
    assert shown[3].endswith("…")
    assert shown[3].startswith("5 | …微")
    caret = shown[4].index("^")
    assert all(len(line) < 130 for line in shown)
    # 微 takes two columns but one character
    assert shown[3].index("!") + shown[3][: shown[3].index("!")].count("微") == caret


def test_messages_and_hints_obey_no_terminal_either():
    shown = render(Problem("unknown key 'a\x1b[2J'", None, "not \x07"))
    assert shown == "error: unknown key 'a\\x1b[2J'\n  = help: not \\x07"


def test_an_error_carries_all_problems_sorted_by_place():
    first, second = problem("x", 2), problem("x", 9)
    without = Problem("no file", None)
    error = PolicycheckError([second, first, without, first])
    assert error.problems == (without, first, second)
    assert "no file" in str(error)


@pytest.mark.parametrize(
    ("word", "near"),
    [("yixn", "yixin"), ("WECHAT", "wechat"), ("zzz", None), ("wehcat", "wechat")],
)
def test_the_nearest_word_is_found(word, near):
    assert nearest(word, {"yixin", "wechat", "telegram"}) == near


def test_without_a_near_word_the_few_right_ones_are_listed():
    assert did_you_mean("zzz", {"b", "a"}) == "one of: a, b"
    assert did_you_mean("zzz", map(str, range(1000, 1100))) == ""


def test_a_very_long_word_is_cut():
    assert len(quote("x" * 10_000)) < 70
