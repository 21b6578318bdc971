"""YAML text to nodes, by PyYAML's events.

Built from events because the C composer crashes the process at 50,000 nested
brackets and forgets all but the last of two equal keys. Aliases are refused: a
policy says what it says where it says it, and no file can grow by being read.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import yaml

from policycheck.problems import Place, PolicycheckError, Problem, quote
from policycheck.yamlfile.nodes import Document, Mapping, Node, Scalar, Sequence
from policycheck.yamlfile.syntax import describe

MAX_BYTES = 1_048_576
MAX_DEPTH = 64
_USUAL_BYTES = 16_384
"""Larger than all but a few rules and policies."""

_NOT_ALLOWED = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_PLACEHOLDER = Scalar("", 0, 0, 0, 0)


def read(path: Path, shown: str | None = None) -> Document:
    """Read and parse a file; `shown` is its path in messages. Raises PolicycheckError."""
    shown = shown or path.as_posix()
    try:
        with path.open("rb") as file:
            # What is asked for is allocated, however little there is: not a mebibyte each time.
            data = file.read(_USUAL_BYTES)
            if len(data) == _USUAL_BYTES:
                data += file.read(MAX_BYTES + 1 - _USUAL_BYTES)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PolicycheckError(
            [Problem(f"cannot read {quote(shown)}: {reason.lower()}", None)]
        ) from error
    return parse(data, shown)


def parse(data: bytes, path: str) -> Document:
    """Parse a file's bytes. Raises PolicycheckError where no tree can be made of them."""
    text = _decode(data, path)
    draft = Document(path, text, _PLACEHOLDER, hashlib.sha256(data).hexdigest())
    strange = _NOT_ALLOWED.search(text)
    if strange:
        raise _fatal(
            draft,
            strange.start(),
            f"the character U+{ord(strange[0]):04X} is not allowed in YAML",
            "remove it; inside double quotes it can be written as an escape",
        )
    root, faults = _Composer(draft).compose()
    return Document(path, text, root, draft.sha256, faults)


def _decode(data: bytes, path: str) -> str:
    if len(data) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024} KiB"
        raise PolicycheckError([Problem(message, Place(path, 1, 1), "split it into several files")])
    encoding = "utf-16" if data.startswith(_UTF16) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        problem = Problem(
            f"the file is not UTF-8 (byte 0x{data[error.start]:02x})",
            Place(path, line, column),
            "save it as UTF-8",
        )
        raise PolicycheckError([problem]) from error


def _start(event: yaml.Event) -> tuple[int, int]:
    """Return an event's line and column; the parser always gives them."""
    mark = event.start_mark
    return (mark.line, mark.column) if mark else (0, 0)


def _fatal(document: Document, offset: int, message: str, hint: str = "") -> PolicycheckError:
    return PolicycheckError([document.problem_at(offset, message, hint)])


class _Open:
    """A collection whose end has not come yet."""

    __slots__ = ("column", "is_map", "keys", "line", "nodes", "seen")

    def __init__(self, event: yaml.Event, is_map: bool) -> None:
        self.line, self.column = _start(event)
        self.is_map = is_map
        self.nodes: list[Node] = []
        self.keys: list[Scalar] = []
        self.seen: dict[str, int] = {}

    @property
    def awaits_key(self) -> bool:
        return self.is_map and len(self.keys) == len(self.nodes)

    def close(self) -> Node:
        if self.is_map:
            return Mapping(tuple(zip(self.keys, self.nodes, strict=True)), self.line, self.column)
        return Sequence(tuple(self.nodes), self.line, self.column)


class _Composer:
    """Makes one tree of the parser's events; lives for one file."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.faults: list[tuple[Scalar, str, str]] = []

    def compose(self) -> tuple[Node, tuple[tuple[Scalar, str, str], ...]]:
        loader = yaml.CSafeLoader(self.document.text)
        try:
            while (event := loader.get_event()) is not None:
                self._take(event)
        except yaml.MarkedYAMLError as error:
            raise self._syntax_error(error) from error
        finally:
            loader.dispose()
        if self.root is None:
            raise _fatal(
                self.document, 0, "the file is empty", "it should start with 'language: 1'"
            )
        return self.root, tuple(self.faults)

    def _syntax_error(self, error: yaml.MarkedYAMLError) -> PolicycheckError:
        line, column, message, hint = describe(error, self.document.text)
        return _fatal(self.document, self.document.index(line, column), message, hint)

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._take_scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._add(self.stack.pop().close())
        elif isinstance(event, yaml.AliasEvent):
            raise self._at(event, "aliases are not supported", "write the value out")
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise self._at(event, "a second document starts here", "make it a file of its own")

    def _at(self, event: yaml.Event, message: str, hint: str) -> PolicycheckError:
        return _fatal(self.document, self.document.index(*_start(event)), message, hint)

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self._at(event, f"nested more than {MAX_DEPTH} levels deep", "")
        if self.stack and self.stack[-1].awaits_key:
            raise self._at(event, "a key must be a text", "put it in quotes")
        if event.tag:
            self._refuse_tag(event)
        self.stack.append(_Open(event, isinstance(event, yaml.MappingStartEvent)))

    def _refuse_tag(self, event: yaml.Event) -> None:
        line, column = _start(event)
        node = Scalar("", line, column, line, column + 1)
        self.faults.append((node, "YAML tags are not supported", "leave the tag out"))

    def _take_scalar(self, event: yaml.ScalarEvent) -> None:
        end = event.end_mark
        end_line, end_column = (end.line, end.column) if end else _start(event)
        node = Scalar(event.value, *_start(event), end_line, end_column, event.style or None)
        if event.tag:
            self._refuse_tag(event)
        top = self.stack[-1] if self.stack else None
        if top is None or not top.awaits_key:
            self._add(node)
            return
        if node.text in top.seen:
            message = f"the key {quote(node.text)} is given twice"
            hint = f"it was first given in line {top.seen[node.text] + 1}"
            self.faults.append((node, message, hint))
        top.seen.setdefault(node.text, node.line)
        top.keys.append(node)

    def _add(self, node: Node) -> None:
        if isinstance(node, Scalar) and node.is_null:
            self._refuse_null(node)
        if self.stack:
            self.stack[-1].nodes.append(node)
        else:
            self.root = node

    def _refuse_null(self, node: Scalar) -> None:
        top = self.stack[-1] if self.stack else None
        if top is None:
            self.faults.append((node, "the file is empty", "it should start with 'language: 1'"))
        elif top.is_map:
            key = top.keys[-1]
            hint = "give it one, or leave the key out"
            if "." in key.text:  # a column
                hint += "; what is not known cannot be asked for"
            self.faults.append((key, f"the key {quote(key.text)} has no value", hint))
        else:
            self.faults.append((node, "an entry of the list is empty", "remove it"))
