"""An app's file with something added: by hand, so to speak, so that comments and order stay."""

from __future__ import annotations

import re

from policycheck.review.yaml_text import scalar
from policycheck.yamlfile import Document, Mapping, Scalar, Sequence

_LANGUAGE_LINE = re.compile(r"(?m)^language:.*\n")


def with_identifier(document: Document, row: str) -> str:
    """Add a row, written as a flow map, before an app's other identifiers."""
    value = _value(document, "identifiers")
    text = document.text
    if not isinstance(value, Sequence):
        return f"{text.rstrip()}\nidentifiers:\n  - {row}\n"
    at = document.index(value.line, value.column)
    if text[at] == "[":
        return f"{text[: at + 1]}{row}{', ' if value.items else ''}{text[at + 1 :]}"
    return f"{text[:at]}- {row}\n{' ' * value.column}{text[at:]}"


def with_name(document: Document, key: str, name: str) -> str:
    """Add a text to `names` or `distinctive`, behind the first that is there."""
    value = _value(document, key)
    text = document.text
    if isinstance(value, Scalar):
        start = document.index(value.line, value.column)
        end = document.index(value.end_line, value.end_column)
        return f"{text[:start]}[{scalar(value.text)}, {scalar(name)}]{text[end:]}"
    if not isinstance(value, Sequence) or not isinstance(value.items[0], Scalar):
        return f"{text.rstrip()}\n{key}: [{scalar(name)}]\n"
    first = value.items[0]
    at = document.index(first.end_line, first.end_column)
    block = text[document.index(value.line, value.column)] == "-"
    between = f"\n{' ' * value.column}- " if block else ", "
    return f"{text[:at]}{between}{scalar(name)}{text[at:]}"


def overriding(document: Document) -> str:
    """Return a shipped app's text as a workspace has it: it says that it takes its place."""
    return _LANGUAGE_LINE.sub(lambda line: f"{line[0]}overrides: true\n", document.text, count=1)


def _value(document: Document, key: str) -> Scalar | Sequence | Mapping | None:
    return document.root.get(key) if isinstance(document.root, Mapping) else None
