"""The nodes of a YAML document and the places they stand at.

Lines and columns of nodes count from 0, as the parser gives them; `Document`
turns them into a `Place`, which counts from 1.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from policycheck.problems import MAX_PROBLEMS, Place, Problem, Severity, count_more
from policycheck.yamlfile.source import align, line_starts

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Scalar(NamedTuple):
    """A text. `style` is None for a plain one, else its quote or its block indicator."""

    text: str
    line: int
    column: int
    end_line: int
    end_column: int
    style: str | None = None

    @property
    def is_null(self) -> bool:
        """Whether nothing is written here (or a plain `~` or `null`)."""
        return self.style is None and self.text in _NULLS


class Sequence(NamedTuple):
    """A list."""

    items: tuple[Node, ...]
    line: int
    column: int


class Mapping(NamedTuple):
    """A map: its entries in the order of the file. Of equal keys the first one counts."""

    entries: tuple[tuple[Scalar, Node], ...]
    line: int
    column: int

    def entry(self, key: str) -> tuple[Scalar, Node] | None:
        """Return the key's own node and its value, or None."""
        return next((entry for entry in self.entries if entry[0].text == key), None)

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None."""
        entry = self.entry(key)
        return None if entry is None else entry[1]


Node = Scalar | Sequence | Mapping
_KINDS = {Scalar: "a text", Sequence: "a list", Mapping: "a map"}


def kind_of(node: Node) -> str:
    """Name a node's shape for a message: `a text`, `a list`, `a map`, or `nothing`."""
    if isinstance(node, Scalar) and node.is_null:
        return "nothing"
    return _KINDS[type(node)]


@dataclass(frozen=True)
class Document:
    """A parsed file: its text, its root node and what is already known to be wrong with it."""

    path: str
    """As it is shown to the user."""
    text: str
    root: Node
    sha256: str
    """Of the file's bytes."""
    faults: tuple[tuple[Scalar, str, str], ...] = ()
    """(node, message, hint) of what parsing could live with: equal keys, empty values, tags."""

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """The faults as problems, the first `MAX_PROBLEMS` of them."""
        more = count_more(len(self.faults) - MAX_PROBLEMS, self.path)
        return (*(self.problem(*fault) for fault in self.faults[:MAX_PROBLEMS]), *more)

    @cached_property
    def _starts(self) -> list[int]:
        return line_starts(self.text)

    @cached_property
    def _told_lines(self) -> dict[int, str]:
        return {}

    def _line_text(self, line: int) -> str:
        """Return a line without its end; all problems of a line share one text."""
        if line not in self._told_lines:
            begin = self._starts[line]
            end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
            self._told_lines[line] = self.text[begin:end].rstrip("\r\n\x85\u2028\u2029")
        return self._told_lines[line]

    def index(self, line: int, column: int) -> int:
        """Return the offset in `text` of a 0-based line and column."""
        if line >= len(self._starts):
            return len(self.text)
        return min(self._starts[line] + column, len(self.text))

    def problem(
        self, node: Node, message: str, hint: str = "", severity: Severity = "error"
    ) -> Problem:
        """Make a problem at a node; the caret underlines it, or its first line."""
        start = self.index(node.line, node.column)
        return self._at(start, self._length(node, start), message, hint, severity)

    def problem_within(
        self, scalar: Scalar, start: int, end: int, message: str, hint: str = ""
    ) -> Problem:
        """Make a problem at the characters [start, end) of a scalar's text.

        The place is right for every style of scalar, block scalars and escapes included.
        """
        raw = self.text[: self.index(scalar.end_line, scalar.end_column)]
        places = align(raw, self.index(scalar.line, scalar.column), scalar.text, scalar.style)
        first = places[min(start, len(places) - 1)]
        last = places[min(max(end, start + 1), len(places) - 1)]
        return self._at(first, last - first, message, hint, "error")

    def problem_at(self, offset: int, message: str, hint: str = "") -> Problem:
        """Make a problem at one character, by its offset in the text."""
        return self._at(offset, 1, message, hint, "error")

    def _length(self, node: Node, start: int) -> int:
        if isinstance(node, Scalar):
            return self.index(node.end_line, node.end_column) - start
        first = node.items[0] if isinstance(node, Sequence) and node.items else None
        if isinstance(node, Mapping) and node.entries:
            first = node.entries[0][0]
        if first is None or (first.line, first.column) != (node.line, node.column):
            return 1
        return self._length(first, start)

    def _at(self, start: int, length: int, message: str, hint: str, severity: Severity) -> Problem:
        line = self._line_of(start)
        excerpt = self._line_text(line)
        place = Place(self.path, line + 1, start - self._starts[line] + 1)
        length = max(1, min(length, len(excerpt) - place.column + 1))
        return Problem(message, place, hint, length, severity, excerpt)

    def _line_of(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1
