"""Text as the program compares, orders and shows it: the lowest layer.

Two texts are equal here when they are equal after `fold_text`; two versions are
ordered by `version_key`. The engine's SQL macros `fold` and `version_key` do the
same to columns, so that Python and SQL never disagree.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

VERSION_PATTERN = r"^[ \t]*([0-9]{1,18}(?:\.[0-9]{1,18})*)"
"""What a version starts with, in the syntax that Python and SQL engines (RE2) share."""

_LEADING_NUMBERS = re.compile(VERSION_PATTERN)
_TAB_WIDTH = 4
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def fold_text(text: str) -> str:
    """Fold a text for comparison: NFKC, without case, trimmed.

    Idempotent: case folding can leave NFKC (`ΰ`), so it is normalised once more.
    """
    if text.isascii():
        return text.strip().lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def version_key(text: str) -> tuple[int, ...] | None:
    """Return the leading dotted numbers of a version, by which versions are ordered.

    Trailing zeros are dropped (8 = 8.0 = 8.0.0, and "0" is the empty tuple). None where the
    text does not start with a number. A number ends after 18 digits (SQL's bigint).
    """
    leading = _LEADING_NUMBERS.match(text)
    if leading is None:
        return None
    numbers = [int(number) for number in leading[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


@lru_cache(maxsize=1024)
def _glob_regex(pattern: str) -> re.Pattern[str]:
    """Compile a glob; each `*` is an atomic group, so that no pattern backtracks for long."""
    first, *rest = (
        re.escape(literal).replace(r"\?", ".") for literal in fold_text(pattern).split("*")
    )
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    atoms = "".join(f"(?>.*?{literal})" for literal in middle if literal)
    return re.compile(f"{first}{atoms}.*{last}", re.DOTALL)


def glob_matches(pattern: str, text: str) -> bool:
    """Tell whether a glob (`*` any characters, `?` exactly one) matches the whole folded text."""
    return _glob_regex(pattern).fullmatch(fold_text(text)) is not None


def glob_to_like(pattern: str) -> str:
    r"""Translate a glob to a LIKE pattern over folded text, to be used with ``ESCAPE '\'``."""
    escaped = re.sub(r"([\\%_])", r"\\\1", fold_text(pattern))
    return escaped.replace("*", "%").replace("?", "_")


def character_width(character: str) -> int:
    """Return how many terminal columns a character takes: 0, 1 or 2 (CJK, most emoji)."""
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.category(character) in {"Mn", "Me", "Cf"} else 1


def display_width(text: str) -> int:
    """Return how many terminal columns a text without control characters takes."""
    if text.isascii():
        return len(text)
    return sum(map(character_width, text))


def _visible_character(character: str) -> str:
    if character == "\t":
        return " " * _TAB_WIDTH
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def visible(text: str) -> str:
    r"""Make invisible characters visible, so that a terminal neither obeys nor hides them.

    Control, format (zero-width, right-to-left) and surrogate characters become `\x1b` or
    `\u202e`; a tab becomes four spaces.
    """
    if text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def writable(text: str) -> str:
    r"""Make a text fit for UTF-8: a lone surrogate, as in odd file names, becomes `\udcff`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
