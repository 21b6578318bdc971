"""Three-valued conditions for the oracle: slow, obvious, and nobody else's code.

A truth is True, False or None ("not known"). A MAP is judged as it stands in the
YAML: a dict (keys ANDed) or a list of dicts (ORed), every scalar a text. A `where`
is drawn as a small tree that can both print its SQL and answer for a row, so that
no SQL needs to be read here. A row is ``{"device": {...}, "person": ..., "item": ...,
"app": ...}``; a table that is None, or a column that is missing, is null.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Truth = bool | None
Row = Mapping[str, Mapping[str, object] | None]


def all_of(truths: Iterable[Truth]) -> Truth:
    seen = list(truths)
    if any(truth is False for truth in seen):
        return False
    return None if None in seen else True


def any_of(truths: Iterable[Truth]) -> Truth:
    seen = list(truths)
    if any(truth is True for truth in seen):
        return True
    return None if None in seen else False


def negated(truth: Truth) -> Truth:
    return None if truth is None else not truth


def folded(text: str) -> str:
    """Text compares trimmed, NFKC, without case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def version_numbers(text: str) -> list[int] | None:
    """Leading dotted numbers; 8 = 8.0; None where the text does not start with a number."""
    numbers, rest = [], text.strip()
    while rest[:1] in tuple("0123456789"):
        digits = 0
        while rest[digits : digits + 1] in tuple("0123456789"):
            digits += 1
        numbers.append(int(rest[:digits]))
        rest = rest[digits + 1 :] if rest[digits : digits + 1] == "." else ""
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return numbers or None


def version_order(version: str | None, other: str) -> int | None:
    """Negative, zero or positive as `version` is below, equal to or above `other`."""
    left, right = version_numbers(version or ""), version_numbers(other)
    if left is None or right is None:
        return None
    return (left > right) - (left < right)


def version_in(version: str | None, spec: str) -> Truth:
    """Answer a spec like ``>=8.0.30,<9``: its parts are ANDed."""
    return all_of(_version_part(version, part.strip()) for part in spec.split(","))


def _version_part(version: str | None, part: str) -> Truth:
    operator = part[: len(part) - len(part.lstrip("<>=!"))]
    order = version_order(version, part[len(operator) :].strip())
    if order is None:
        return None
    return {
        "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0,
        "=": order == 0, "==": order == 0, "": order == 0, "!=": order != 0,
    }[operator]  # fmt: skip


def glob_matches(pattern: str, text: str) -> bool:
    return _glob(folded(pattern), folded(text))


def _glob(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_glob(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and _glob(pattern[1:], text[1:])


def day_start(day: str, zone: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), ZoneInfo(zone)).astimezone(UTC)


def day_over(day: str, zone: str) -> datetime:
    """Return the first moment at which that day is past in the zone."""
    return day_start((date.fromisoformat(day) + timedelta(days=1)).isoformat(), zone)


def column(row: Row, name: str) -> object:
    """Look up ``person.type`` or ``device.attributes.NAME``; None where it is not known."""
    table, _, rest = name.partition(".")
    record = row.get(table) or {}
    if rest.startswith("attributes."):
        return (record.get("attributes") or {}).get(rest.removeprefix("attributes."))
    return record.get(rest)


def holds(condition: object, row: Row, zone: str) -> Truth:
    """Answer a MAP for a row; dates are days of the policy's zone."""
    if condition == "always":
        return True
    if isinstance(condition, list):
        return any_of(holds(each, row, zone) for each in condition)
    return all_of(compare(column(row, name), asked, zone) for name, asked in condition.items())


def compare(value: object, asked: object, zone: str) -> Truth:
    if value is None:
        return None
    if isinstance(asked, dict):
        return all_of(_operator(value, name, operand, zone) for name, operand in asked.items())
    return any(_equal(element, word) for element in as_list(value) for word in as_list(asked))


def _equal(element: object, word: str) -> bool:
    if isinstance(element, bool):
        return element == (word == "true")
    return folded(element) == folded(word)


def _operator(value: object, name: str, operand: object, zone: str) -> Truth:
    if name == "not":
        return negated(compare(value, operand, zone))
    # a list column matches by any element, each operand of a list may match
    return any_of(
        _one_operator(element, name, each, zone)
        for element in as_list(value)
        for each in as_list(operand)
    )


def _one_operator(value: object, name: str, operand: str, zone: str) -> Truth:
    if name == "like":
        return glob_matches(operand, value)
    if name in ("before", "after"):
        return _in_time(value, name, operand, zone)
    order = version_order(value, operand)
    if order is None:
        return None
    return order < 0 if name == "below" else order >= 0


def _in_time(value: datetime, name: str, operand: str, zone: str) -> bool:
    """Before a day begins, after it is over; or before or after a moment."""
    if "T" in operand:
        moment = datetime.fromisoformat(operand)
        return value < moment if name == "before" else value > moment
    return (
        value < day_start(operand, zone) if name == "before" else value >= day_over(operand, zone)
    )


# where: a tree that prints itself as SQL and answers by itself


@dataclass(frozen=True)
class Equals:
    """``column = 'word'``, or ``<>``; a list column cannot be asked so."""

    column: str
    word: str
    same: bool = True

    def sql(self) -> str:
        return f"{self.column} {'=' if self.same else '<>'} {quoted(self.word)}"

    def answer(self, row: Row) -> Truth:
        value = column(row, self.column)
        truth = None if value is None else folded(value) == folded(self.word)
        return truth if self.same else negated(truth)


@dataclass(frozen=True)
class In:
    column: str
    words: tuple[str, ...]

    def sql(self) -> str:
        return f"{self.column} IN ({', '.join(map(quoted, self.words))})"

    def answer(self, row: Row) -> Truth:
        return any_of(Equals(self.column, word).answer(row) for word in self.words)


@dataclass(frozen=True)
class Flag:
    """A boolean column by itself."""

    column: str

    def sql(self) -> str:
        return self.column

    def answer(self, row: Row) -> Truth:
        return column(row, self.column)


@dataclass(frozen=True)
class Has:
    """``has(person.groups, 'x')``: a list column holds the word."""

    column: str
    word: str

    def sql(self) -> str:
        return f"has({self.column}, {quoted(self.word)})"

    def answer(self, row: Row) -> Truth:
        value = column(row, self.column)
        return None if value is None else any(_equal(element, self.word) for element in value)


@dataclass(frozen=True)
class Attribute:
    """``attribute(device, 'x') = 'word'``."""

    table: str
    name: str
    word: str

    def sql(self) -> str:
        return f"attribute({self.table}, {quoted(self.name)}) = {quoted(self.word)}"

    def answer(self, row: Row) -> Truth:
        return Equals(f"{self.table}.attributes.{self.name}", self.word).answer(row)


@dataclass(frozen=True)
class VersionAtLeast:
    column: str
    version: str

    def sql(self) -> str:
        return f"version_at_least({self.column}, {quoted(self.version)})"

    def answer(self, row: Row) -> Truth:
        order = version_order(column(row, self.column), self.version)
        return None if order is None else order >= 0


@dataclass(frozen=True)
class Coalesced:
    """``coalesce(column, 'instead') = 'word'``: the one way in which null gets an answer."""

    column: str
    instead: str
    word: str

    def sql(self) -> str:
        return f"coalesce({self.column}, {quoted(self.instead)}) = {quoted(self.word)}"

    def answer(self, row: Row) -> Truth:
        value = column(row, self.column)
        return folded(self.instead if value is None else value) == folded(self.word)


@dataclass(frozen=True)
class Not:
    part: Where

    def sql(self) -> str:
        return f"NOT ({self.part.sql()})"

    def answer(self, row: Row) -> Truth:
        return negated(self.part.answer(row))


@dataclass(frozen=True)
class Both:
    left: Where
    right: Where

    def sql(self) -> str:
        return f"({self.left.sql()}) AND ({self.right.sql()})"

    def answer(self, row: Row) -> Truth:
        return all_of([self.left.answer(row), self.right.answer(row)])


@dataclass(frozen=True)
class Either:
    left: Where
    right: Where

    def sql(self) -> str:
        return f"({self.left.sql()}) OR ({self.right.sql()})"

    def answer(self, row: Row) -> Truth:
        return any_of([self.left.answer(row), self.right.answer(row)])


Where = Equals | In | Flag | Has | Attribute | VersionAtLeast | Coalesced | Not | Both | Either


def reads_app(where: Where) -> bool:
    """Tell whether the tree asks for any column of the catalogue's."""
    if isinstance(where, Not):
        return reads_app(where.part)
    if isinstance(where, Both | Either):
        return reads_app(where.left) or reads_app(where.right)
    return where.table == "app" if isinstance(where, Attribute) else where.column[:4] == "app."


def quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
