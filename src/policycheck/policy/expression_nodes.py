"""The nodes of a `where`: their names, their places, and their types in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, cast

from sqlglot import exp

from policycheck.model import TABLES
from policycheck.policy.expression import Fault

Type = Literal["text", "boolean", "time", "list", "table", "attributes", "condition"]

TYPE_NAMES: Mapping[Type, str] = MappingProxyType(
    {
        "text": "a text",
        "boolean": "true or false",
        "time": "a time",
        "list": "a list",
        "table": "a table",
        "attributes": "attributes",
        "condition": "a condition",
    }
)


def widen(fault: Fault, text: str) -> Fault:
    """Let a fault end behind the parentheses that are opened within it."""
    end = fault.end
    while end < len(text) and _is_open(text[fault.start : end]):
        end = text.find(")", end) + 1 or len(text)
    return fault._replace(end=end)


def _is_open(text: str) -> bool:
    outside = re.sub(r"'(?:[^']|'')*'", "", text)
    return outside.count("(") > outside.count(")")


def column_name(node: exp.Expr) -> str:
    """Return the column that a node names, as a policy writes it."""
    if isinstance(node, exp.Anonymous):
        table, attribute = node.expressions
        return f"{table.name}.attributes.{attribute.name}"
    return ".".join(part.name for part in cast(exp.Column, node).parts)


def span(node: exp.Expr) -> tuple[int, int]:
    """Return where a node's names and texts stand; other nodes, as `true`, know no place."""
    metas = [leaf.meta for leaf in node.walk() if "start" in leaf.meta]
    if not metas:
        return span(node.parent) if node.parent else (0, 1)
    return min(meta["start"] for meta in metas), max(meta["end"] for meta in metas) + 1


def is_literal(node: exp.Expr) -> bool:
    """Tell whether a node is a text in quotes."""
    return isinstance(node, exp.Literal) and node.is_string


def mend(node: exp.Expr, found: Type) -> str:
    """Say how to ask what was probably meant."""
    name = column_name(node) if isinstance(node, exp.Column) else ""
    if found == "condition":
        return "it is true or false by itself, and is not compared"
    if not name:
        return ""
    if found == "list":
        return f"write has({name}, 'x')"
    if found == "time":
        return f"write {name} < '2026-01-01'"
    if found == "table":
        return f"write a column, as in {name}.{next(iter(TABLES[name]))}"
    return f"write {name} = 'x'" if found == "text" else ""
