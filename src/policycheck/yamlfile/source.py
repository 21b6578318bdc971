"""Where in the file the characters of a scalar stand."""

from __future__ import annotations

import re

_LINE_END = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_ESCAPE_DIGITS = {"x": 2, "u": 4, "U": 8}


def line_starts(text: str) -> list[int]:
    """Return the offset of each line's first character, by YAML's line ends."""
    return [0, *(end.end() for end in _LINE_END.finditer(text))]


def align(raw: str, start: int, text: str, style: str | None) -> list[int]:
    """Return, for each character of a scalar's text and for its end, its offset in the file.

    raw: the file up to the scalar's end; start: the scalar's offset in it. White space of a
    scalar is folded and stripped by YAML in many ways, so it is only matched loosely; every
    other character stands in the file as itself or as an escape.
    """
    position = _content_start(raw, start, style)
    offsets = []
    for character in text:
        if not character.isspace():
            position = _skip_space(raw, position)
        offsets.append(position)
        position += _source_length(raw, position, character, style)
    return [*offsets, position]


def _content_start(raw: str, start: int, style: str | None) -> int:
    if style in {"'", '"'}:
        return start + 1
    if style in {"|", ">"}:
        header_end = _LINE_END.search(raw, start)
        return _skip_space(raw, header_end.end()) if header_end else len(raw)
    return start


def _skip_space(raw: str, position: int) -> int:
    while position < len(raw) and raw[position].isspace():
        position += 1
    return position


def _source_length(raw: str, position: int, character: str, style: str | None) -> int:
    """Return how many characters of the file made this one character of the text."""
    if position >= len(raw):
        return 0
    if style == '"' and raw[position] == "\\":
        return 2 + _ESCAPE_DIGITS.get(raw[position + 1 : position + 2], 0)
    if style == "'" and raw.startswith("''", position):
        return 2
    if character.isspace() and not raw[position].isspace():
        return 0
    return 1
