"""The words of a `where`, checked one by one before sqlglot parses them.

sqlglot reads far more than is allowed here, and its errors have no exact place. So the text
is first split into words by a pattern of our own, each is checked where it stands, and only
what is left is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from policycheck.model import TABLES
from policycheck.problems import did_you_mean, quote

MAX_LENGTH = 2000
MAX_DEPTH = 12

FUNCTIONS = ("has", "attribute", "version_at_least", "coalesce", "lower", "upper", "trim")
_KEYWORDS = frozenset({"and", "or", "not", "in", "like", "true", "false"})
_WORD = re.compile(
    r"""(?P<space>\s+)
      | (?P<string>'(?:[^']|'')*')
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\s*\.\s*[A-Za-z_][A-Za-z0-9_]*)*)
      | (?P<number>[0-9][0-9A-Za-z.]*)
      | (?P<comment>--|/\*)
      | (?P<symbol><=|>=|<>|!=|==|[=<>(),])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_NOT_KNOWN = "it would turn 'not known' into an answer"
_NO_NULL = "what is not known cannot be asked for"
_REFUSED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("case", "when", "then", "else", "end"), ("CASE", _NOT_KNOWN)),
        **dict.fromkeys(("if", "iff", "iif", "nullif", "ifnull", "nvl"), ("IF", _NOT_KNOWN)),
        "is": ("IS", _NO_NULL),
        "isnull": ("IS NULL", _NO_NULL),
        "null": ("NULL", _NO_NULL),
        "distinct": ("DISTINCT", _NOT_KNOWN),
        **dict.fromkeys(
            ("select", "from", "exists", "any", "all", "union", "with"),
            ("a subquery", "an expression sees one device, person, item and app"),
        ),
        "between": ("BETWEEN", "write two comparisons, joined by AND"),
        **dict.fromkeys(("ilike", "similar", "regexp", "rlike", "glob"), ("it", "use LIKE")),
        **dict.fromkeys(
            ("now", "current_date", "current_timestamp", "current_time", "today"),
            ("the clock", "an audit must give the same answer tomorrow; write a date"),
        ),
    }
)
_QUOTES = frozenset('"`“”„‘’‚«»「」')


class Fault(NamedTuple):
    """A mistake in the characters [start, end) of an expression."""

    start: int
    end: int
    message: str
    hint: str = ""


class Word(NamedTuple):
    """A word of an expression."""

    kind: str
    text: str
    start: int
    end: int


def parse_expression(text: str) -> tuple[exp.Expr | None, tuple[Fault, ...]]:
    """Parse an expression of allowed words. Returns (None, faults) if it is refused."""
    if len(text) > MAX_LENGTH:
        message = f"the expression is longer than {MAX_LENGTH} characters"
        return None, (Fault(0, 1, message, "split the selector into several maps"),)
    words = _split(text)
    faults = tuple(_check(words)) or tuple(_check_groups(words))
    if faults:
        return None, faults
    try:
        return sqlglot.parse_one(text, dialect="duckdb"), ()
    except ParseError as error:
        return None, (_parse_fault(text, error, words),)


def _split(text: str) -> list[Word]:
    return [
        Word(match.lastgroup or "", match[0], *match.span())
        for match in _WORD.finditer(text)
        if match.lastgroup != "space"
    ]


def _check(words: Sequence[Word]) -> Iterator[Fault]:
    """Check each word by itself; a quote that is never closed ends the search."""
    for word, following in zip(words, [*words[1:], None], strict=True):
        if word.text == "'":
            yield Fault(word.start, word.end, "the quote is never closed", "close it")
            return
        if word.kind == "name":
            yield from _check_name(word, following)
        elif word.kind not in ("string", "symbol"):
            yield _refuse_sign(word)
            if word.kind == "comment":
                return


def _refuse_sign(word: Word) -> Fault:
    if word.kind == "number":
        hint = f"all values are text: write '{word.text}'"
        return Fault(word.start, word.end, "a number cannot stand here", hint)
    if word.kind == "comment":
        return Fault(word.start, word.end, "no comments in an expression", "use YAML's '#'")
    if word.text in _QUOTES:
        hint = "texts stand in straight single quotes: 'x'"
        return Fault(word.start, word.end, f"{quote(word.text)} is not a quote of SQL", hint)
    return Fault(word.start, word.end, f"unexpected {quote(word.text)}")


def _check_name(word: Word, following: Word | None) -> Iterator[Fault]:
    name = re.sub(r"\s", "", word.text)
    folded = name.lower()
    calls = following is not None and following.text == "("
    if folded in _REFUSED:
        what, why = _REFUSED[folded]
        shown = quote(word.text) if what == "it" else what
        yield Fault(word.start, word.end, f"{shown} is not allowed here", why)
    elif folded in _KEYWORDS or (name in TABLES and not calls):
        return
    elif calls:
        if folded not in FUNCTIONS:
            hint = did_you_mean(folded, FUNCTIONS)
            yield Fault(word.start, word.end, f"unknown function {quote(name)}", hint)
    elif not _is_column(name):
        columns = [f"{table}.{column}" for table in TABLES for column in TABLES[table]]
        hint = did_you_mean(name, columns) or "columns are written person.type, texts 'x'"
        yield Fault(word.start, word.end, f"unknown column {quote(name)}", hint)


def _is_column(name: str) -> bool:
    table, _, rest = name.partition(".")
    column, _, attribute = rest.partition(".")
    found = TABLES.get(table, {}).get(column)
    return found is not None and bool(attribute) == (found.type == "attributes")


def _check_groups(words: Sequence[Word]) -> Iterator[Fault]:
    """Check what words make together: nesting, doubled NOT, AND beside OR."""
    groups: list[str] = [""]
    before = ""
    for word in words:
        folded = word.text.lower()
        if folded == "(":
            groups.append("")
        elif folded == ")" and len(groups) > 1:
            groups.pop()
        elif folded == ",":
            groups[-1] = ""
        if len(groups) > MAX_DEPTH:
            yield Fault(word.start, word.end, f"nested more than {MAX_DEPTH} levels deep")
            return
        if folded == before == "not":
            yield Fault(word.start, word.end, "NOT stands twice", "leave both out")
        if folded in ("and", "or"):
            if groups[-1] not in ("", folded):
                hint = "say which belongs together: (a AND b) OR c"
                yield Fault(word.start, word.end, "AND beside OR needs parentheses", hint)
            groups[-1] = folded
        before = folded


def _parse_fault(text: str, error: ParseError, words: Sequence[Word]) -> Fault:
    """Place a parse error at the word where it was found; sqlglot gives that word's end."""
    known = error.errors[0] if error.errors else {}
    lines = text.split("\n")
    line = int(known.get("line") or 1)
    end = sum(len(before) + 1 for before in lines[: line - 1]) + int(known.get("col") or 0)
    word = next((word for word in words if end <= word.end), None)
    if word is None or not words:
        return Fault(max(len(text) - 1, 0), len(text), "the expression is not complete")
    opened = sum({"(": 1, ")": -1}.get(each.text, 0) for each in words)
    hint = "a parenthesis is not closed" if opened > 0 else ""
    hint = "a parenthesis too many" if opened < 0 else hint
    return Fault(word.start, word.end, f"cannot make sense of {quote(word.text)} here", hint)
