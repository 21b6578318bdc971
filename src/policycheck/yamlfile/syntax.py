"""What the YAML parser complains of, said so that its reader can mend it."""

from __future__ import annotations

import yaml

from policycheck.yamlfile.source import line_starts

_AT_PROBLEM = {
    "mapping values are not allowed in this context": (
        "unexpected ':'",
        "check the indentation; a text that holds ': ' must stand in quotes",
    ),
    "did not find expected '-' indicator": (
        "expected '- ' for the next entry of the list",
        "check the indentation",
    ),
    "did not find expected key": ("expected a key", "check the indentation and the quotes"),
    "block sequence entries are not allowed in this context": (
        "a list cannot start here",
        "put the '- ' on a line of its own",
    ),
    "did not find expected comment or line break": (
        "unexpected text after '>' or '|'",
        "put the value in quotes: a '>' or '|' at its start begins a block of text",
    ),
    "did not find expected node content": ("expected a value", "remove the extra comma or bracket"),
    "found incompatible YAML document": (
        "this version of YAML is not supported",
        "leave the '%YAML' line out",
    ),
    "found unknown escape character": (
        "unknown escape in double quotes",
        "use single quotes, or write '\\\\' for a backslash",
    ),
    "did not find expected ',' or ']'": (
        "expected ',' or ']'",
        "the list in square brackets is not closed",
    ),
    "did not find expected ',' or '}'": (
        "expected ',' or '}'",
        "the map in braces is not closed",
    ),
}
_AT_CONTEXT = {
    "could not find expected ':'": ("expected ':' after this key", "a map is written 'key: value'"),
    "found unexpected end of stream": ("the quote is never closed", "close it"),
}
_CANNOT_START = "found character that cannot start any token"


def describe(error: yaml.MarkedYAMLError, text: str) -> tuple[int, int, str, str]:
    """Return (line, column, message, hint) of a syntax error; line and column from 0."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    problem = error.problem or "this is not YAML"
    if problem in _AT_CONTEXT and error.context_mark:
        mark = error.context_mark
        return (mark.line, mark.column, *_AT_CONTEXT[problem])
    starts = line_starts(text)
    rest = text[starts[line] + column :] if line < len(starts) else ""
    if rest.startswith("\t"):
        return line, column, "a tab stands where YAML wants spaces", "indent with spaces only"
    if problem == _CANNOT_START:
        return line, column, f"a text cannot start with '{rest[:1]}'", "put it in quotes"
    if not rest.strip() and error.context_mark and "expected ','" in problem:
        mark = error.context_mark
        line, column = mark.line, mark.column
        message = f"the bracket is never closed: {_AT_PROBLEM[problem][0]}"
        return line, column, message, "close it"
    return (line, column, *_AT_PROBLEM.get(problem, (problem, "")))
