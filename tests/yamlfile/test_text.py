"""Text: folding, versions, globs, widths."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policycheck.text import (
    display_width,
    fold_text,
    glob_matches,
    glob_to_like,
    version_key,
    visible,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  WeChat ", "wechat"),
        ("Ｗｅｃｈａｔ", "wechat"),
        ("Straße", "strasse"),
        ("微信\u3000", "微信"),
        ("", ""),
        ("ﬁle", "file"),
    ],
)
def test_text_folds_without_case_width_and_margin(text, folded):
    assert fold_text(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold_text(fold_text(text)) == fold_text(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("8", (8,)),
        ("8.0.0", (8,)),
        ("8.0.30", (8, 0, 30)),
        ("1.10", (1, 10)),
        ("8.0.30-beta2", (8, 0, 30)),
        (" 4.1 (build 7)", (4, 1)),
        ("8.", (8,)),
        ("0", ()),
        ("v8", None),
        ("", None),
        (".8", None),
        ("٣", None),
        ("1" * 19, (int("1" * 18),)),
    ],
)
def test_versions_are_their_leading_dotted_numbers(text, key):
    assert version_key(text) == key


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("com.tencent.*", "com.tencent.mm", True),
        ("com.tencent.*", "xcom.tencent.mm", False),
        ("*wechat*", "My WeChat 2", True),
        ("we?hat", "WeChat", True),
        ("we?hat", "Wehat", False),
        ("微信*", "微信（国际版）", True),
        ("a*b*c", "aXbYbZc", True),
        ("a*b*c", "aXbYbZcd", False),
        ("*ab", "aab", True),
        ("ab*ab", "ab", False),
        ("[a]", "[a]", True),
        ("[a]", "a", False),
        ("*", "", True),
        ("a*", "a\nb", True),
        ("100%", "100%", True),
        ("", "", True),
    ],
)
def test_globs_match_the_whole_folded_text(pattern, text, matches):
    assert glob_matches(pattern, text) is matches


def test_no_glob_backtracks_for_long():
    started = time.perf_counter()
    assert not glob_matches("*a" * 60 + "b", "a" * 4000)
    assert time.perf_counter() - started < 2


def test_like_patterns_escape_what_like_knows_and_globs_do_not():
    assert glob_to_like("100%_A\\*?") == "100\\%\\_a\\\\%_"


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("微信", 4), ("e\u0301", 1), ("ｗ", 2), ("", 0)]
)
def test_cjk_takes_two_columns(text, width):
    assert display_width(text) == width


def test_what_a_terminal_would_obey_or_hide_is_shown():
    assert visible("a\x1b[31m\u202eb\tc") == "a\\x1b[31m\\u202eb    c"
