"""Conditions as SQL: sqlglot trees over the relations `device`, `person`, `item` and `app`.

Each tree is true, false or null, by Kleene's logic: a null column makes its comparison null,
and SQL's AND, OR and NOT do the rest. The engine supplies two macros: `fold(text)`, which is
`text.fold_text`, and `version_key(text)`, which is `text.version_key` as a list of bigint.
Attributes are maps, lists are lists. Constants are literals of the tree, folded here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import cast

from sqlglot import exp

from policycheck.policy.condition import All, Compare, Condition, Value
from policycheck.policy.sql_parts import (
    ELEMENT,
    Sql,
    any_element,
    binary,
    column_to_sql,
    folded,
    join,
    key_literal,
    ordered,
    text_literal,
    time_literal,
    type_of_column,
)
from policycheck.policy.versions import VersionSpec
from policycheck.policy.where import Where
from policycheck.policy.where_sql import WhereToSql
from policycheck.text import fold_text, glob_to_like, version_key

__all__ = ["column_to_sql", "to_sql", "version_to_sql"]


def to_sql(condition: Condition | Where) -> Sql:
    """Translate a condition or a `where` to a boolean expression that can be null."""
    if isinstance(condition, Where):
        return WhereToSql(condition.zone).boolean(condition.tree)
    if isinstance(condition, Compare):
        return _compare(condition)
    parts = [to_sql(part) for part in condition.parts]
    return join(parts, exp.And if isinstance(condition, All) else exp.Or)


def version_to_sql(specs: Sequence[VersionSpec]) -> Sql:
    """Translate a selector's `version` to a condition on `item.version`; any spec suffices."""
    return join([_spec(spec) for spec in specs], exp.Or)


def _spec(spec: VersionSpec) -> Sql:
    key = ordered(column_to_sql("item.version"))
    bounds = [
        binary(_BOUNDS[bound.comparison], key.copy(), key_literal(bound.key))
        for bound in spec.bounds
    ]
    return join(bounds, exp.And)


def _compare(compare: Compare) -> Sql:
    column = column_to_sql(compare.name)
    if compare.operator == "not":
        return exp.Not(this=exp.Paren(this=_matches(compare, column, "is")))
    return _matches(compare, column, compare.operator)


def _matches(compare: Compare, column: Sql, operator: str) -> Sql:
    """Make the condition that a column, or any element of a list, matches any value."""
    ask = _ASK[operator]
    if type_of_column(compare.name) == "list":
        element = cast(Sql, exp.column(ELEMENT))
        return any_element(column, ask(element, compare.values))
    return ask(column, compare.values)


def _is(column: Sql, values: Sequence[Value]) -> Sql:
    if isinstance(values[0], bool):
        wanted: list[Sql] = [exp.Boolean(this=bool(value)) for value in values]
    else:
        column = folded(column)
        wanted = [text_literal(fold_text(str(value))) for value in values]
    if len(wanted) == 1:
        return exp.EQ(this=column, expression=wanted[0])
    return exp.In(this=column, expressions=wanted)


def _like(column: Sql, values: Sequence[Value]) -> Sql:
    return join([_like_pattern(column, glob_to_like(str(value))) for value in values], exp.Or)


def _like_pattern(column: Sql, pattern: str) -> Sql:
    like = exp.Like(this=folded(column), expression=text_literal(pattern))
    return exp.Escape(this=like, expression=text_literal("\\"))


def _by_version(kind: type[exp.Binary]) -> Callable[[Sql, Sequence[Value]], Sql]:
    def ask(column: Sql, values: Sequence[Value]) -> Sql:
        keys = [version_key(str(value)) or () for value in values]
        parts = [binary(kind, ordered(column), key_literal(key)) for key in keys]
        return join(parts, exp.Or)

    return ask


def _by_time(kind: type[exp.Binary]) -> Callable[[Sql, Sequence[Value]], Sql]:
    def ask(column: Sql, values: Sequence[Value]) -> Sql:
        times = [time_literal(value) for value in values if isinstance(value, datetime)]
        return join([binary(kind, column.copy(), time) for time in times], exp.Or)

    return ask


_ASK: Mapping[str, Callable[[Sql, Sequence[Value]], Sql]] = MappingProxyType(
    {
        "is": _is,
        "like": _like,
        "below": _by_version(exp.LT),
        "at_least": _by_version(exp.GTE),
        "before": _by_time(exp.LT),
        "after": _by_time(exp.GT),
    }
)
_BOUNDS: Mapping[str, type[exp.Binary]] = MappingProxyType(
    {"<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE, "=": exp.EQ, "!=": exp.NEQ}
)
