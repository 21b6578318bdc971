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
      | (?P<quoted>["`“”„‘’‚«»「」][^"`“”„‘’‚«»「」']*["`“”„‘’‚«»「」]?)
      | (?P<symbol><=|>=|<>|!=|==|[=<>(),])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_NOT_KNOWN = "it would turn 'not known' into an answer"
_NO_NULL = "what is not known cannot be asked for"
_REFUSED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "case": ("CASE", _NOT_KNOWN),
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
_ENDS_THE_SEARCH = frozenset({"case", "is", "isnull", "select", "exists"})
"""After these nothing is worth telling of the words that follow."""


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
    faults = tuple(_check(words)) or tuple(_check_parentheses(words))
    faults = faults or tuple(_check_connectors(words))
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
    """Check each word by itself and with the one before it."""
    if not words:
        yield Fault(0, 1, "the expression is empty")
    for before, word, following in zip([None, *words], words, [*words[1:], None], strict=False):
        if word.text == "'":
            yield Fault(word.start, word.end, "the quote is never closed", "close it")
            return
        if word.kind == "name":
            yield from _check_name(word, following)
        elif word.kind not in ("string", "symbol"):
            yield _refuse_sign(word)
        elif before is not None and before.kind == word.kind == "string":
            hint = "an operator is missing; a quote within a text is written twice"
            yield Fault(word.start, word.end, "two texts stand side by side", hint)
        if word.kind == "comment" or word.text.lower() in _ENDS_THE_SEARCH:
            return


def _refuse_sign(word: Word) -> Fault:
    if word.kind == "number":
        hint = f"all values are text: write '{word.text}'"
        return Fault(word.start, word.end, "a number cannot stand here", hint)
    if word.kind == "comment":
        return Fault(word.start, word.end, "no comments in an expression", "use YAML's '#'")
    if word.kind == "quoted":
        hint = f"texts stand in straight single quotes: '{word.text[1:-1]}'"
        return Fault(word.start, word.end, f"{word.text[0]} is not SQL's quote for a text", hint)
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
        yield _refuse_column(word, name)


def _refuse_column(word: Word, name: str) -> Fault:
    if name.endswith(".attributes"):
        hint = f"write {name}.NAME"
        return Fault(word.start, word.end, f"{quote(name)} does not name an attribute", hint)
    columns = [f"{table}.{column}" for table in TABLES for column in TABLES[table]]
    hint = did_you_mean(name, columns) or "columns are written person.type, texts 'x'"
    return Fault(word.start, word.end, f"unknown column {quote(name)}", hint)


def _is_column(name: str) -> bool:
    table, _, rest = name.partition(".")
    column, _, attribute = rest.partition(".")
    found = TABLES.get(table, {}).get(column)
    return found is not None and bool(attribute) == (found.type == "attributes")


def _check_parentheses(words: Sequence[Word]) -> Iterator[Fault]:
    opened: list[Word] = []
    for word in words:
        if word.text == "(":
            opened.append(word)
        elif word.text == ")" and not opened:
            yield Fault(word.start, word.end, "this parenthesis was never opened")
            return
        elif word.text == ")":
            opened.pop()
        if len(opened) > MAX_DEPTH:
            yield Fault(word.start, word.end, f"nested more than {MAX_DEPTH} levels deep")
            return
    if opened:
        yield Fault(opened[-1].start, opened[-1].end, "this parenthesis is never closed")


def _check_connectors(words: Sequence[Word]) -> Iterator[Fault]:
    """Check that AND and OR are not mixed within one pair of parentheses, and NOT not doubled."""
    connectors = [""]
    before = ""
    for word in words:
        folded = word.text.lower()
        if folded == "(":
            connectors.append("")
        elif folded == ")":
            connectors.pop()
        elif folded in ("and", "or"):
            if connectors[-1] not in ("", folded):
                hint = "say what belongs together: (a AND b) OR c"
                yield Fault(word.start, word.end, "AND beside OR needs parentheses", hint)
            connectors[-1] = folded
        elif folded == before == "not":
            yield Fault(word.start, word.end, "NOT stands twice", "leave both out")
        before = folded


def _parse_fault(text: str, error: ParseError, words: Sequence[Word]) -> Fault:
    """Place a parse error at the word where it was found; sqlglot gives that word's end."""
    known = error.errors[0] if error.errors else {}
    lines = text.split("\n")
    line = int(known.get("line") or 1)
    end = sum(len(before) + 1 for before in lines[: line - 1]) + int(known.get("col") or 0)
    word = next((word for word in words if end <= word.end), words[-1])
    if word is words[-1] and word.text != ")":
        message = f"something is missing after {quote(word.text)}"
        return Fault(word.start, word.end, message) if _wants_more(word) else _stray(word)
    return _stray(word)


def _wants_more(word: Word) -> bool:
    return word.kind == "symbol" or word.text.lower() in _KEYWORDS


def _stray(word: Word) -> Fault:
    hint = "an operator may be missing before it: AND, OR, =, LIKE, IN"
    return Fault(word.start, word.end, f"cannot make sense of {quote(word.text)} here", hint)
