"""The small trees that conditions and `where` are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce
from typing import cast

from sqlglot import exp

from policycheck.model import TABLES, ColumnType
from policycheck.policy.versions import Key

Sql = exp.Expression
ELEMENT = "element"
"""What an element of a list is called inside `any_element`."""


def column_to_sql(name: str) -> Sql:
    """Translate `person.type` or `device.attributes.NAME` to the column, not folded."""
    table, column, *attribute = name.split(".", 2)
    node = exp.column(column, table)
    if not attribute:
        return node
    return exp.Bracket(this=node, expressions=[text_literal(attribute[0])])


def type_of_column(name: str) -> ColumnType:
    """Return the type of a column; an attribute is a text."""
    table, column, *attribute = name.split(".", 2)
    return "text" if attribute else TABLES[table][column].type


def join(parts: Sequence[Sql], kind: type[exp.Expr]) -> Sql:
    """AND or OR parts together; without parts the neutral truth."""
    if not parts:
        return exp.Boolean(this=kind is exp.And)
    if len(parts) == 1:
        return parts[0]
    wrapped = [
        exp.Paren(this=part) if isinstance(part, exp.And | exp.Or) else part for part in parts
    ]
    return reduce(lambda left, right: binary(kind, left, right), wrapped)


def _wrap(part: Sql) -> Sql:
    return exp.Paren(this=part) if isinstance(part, exp.And | exp.Or) else part


def binary(kind: type[exp.Expr], left: Sql, right: Sql) -> Sql:
    """Make `left OP right`."""
    return cast(Sql, kind(this=left, expression=right))


def any_element(column: Sql, asked: Sql) -> Sql:
    """Make the condition that some element of a list is as asked; null only for a null list."""
    test = exp.Lambda(this=asked, expressions=[exp.to_identifier(ELEMENT)])
    matching = exp.ArraySize(this=exp.ArrayFilter(this=column, expression=test))
    return exp.GT(this=matching, expression=exp.Literal.number(0))


def folded(column: exp.Expr) -> Sql:
    """Fold a text column as `text.fold_text` does."""
    return exp.Anonymous(this="fold", expressions=[column.copy()])


def ordered(column: exp.Expr) -> Sql:
    """Make the key by which a column's versions are ordered."""
    return exp.Anonymous(this="version_key", expressions=[column.copy()])


def key_literal(key: Key) -> Sql:
    """Make a literal of a version's key."""
    numbers = exp.Array(expressions=[exp.Literal.number(number) for number in key])
    return exp.cast(numbers, "BIGINT[]")


def time_literal(moment: datetime) -> Sql:
    """Make a literal of an aware time: TIMESTAMP columns are UTC and know no zone."""
    aware = moment.astimezone(UTC)
    return exp.cast(text_literal(aware.replace(tzinfo=None).isoformat(" ")), "TIMESTAMP")


def text_literal(text: str) -> exp.Literal:
    """Make a literal of a text, as it is."""
    return exp.Literal.string(text)
