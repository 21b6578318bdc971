"""A checked `where` as SQL."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlglot import exp

from policycheck.policy.calendar import as_moment, end_of_day, start_of_day
from policycheck.policy.expression_nodes import column_name, is_literal
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
from policycheck.text import fold_text, version_key
from policycheck.yamlfile import parse_moment


class WhereToSql:
    """Translates one checked `where`; what it does not expect, `expression_types` refused."""

    def __init__(self, zone: str) -> None:
        self.zone = zone

    def boolean(self, node: exp.Expr) -> Sql:
        """Translate a condition."""
        if isinstance(node, exp.And | exp.Or):
            return join([self.boolean(part) for part in node.flatten(unnest=False)], type(node))
        if isinstance(node, exp.Paren):
            return exp.Paren(this=self.boolean(node.this))
        if isinstance(node, exp.Not):
            return exp.Not(this=exp.Paren(this=self.boolean(node.this)))
        if isinstance(node, exp.EQ | exp.NEQ):
            left, right = self._value(node.this), self._value(node.expression)
            return binary(type(node), left, right)
        if isinstance(node, exp.LT | exp.LTE | exp.GT | exp.GTE):
            return self._order(node)
        if isinstance(node, exp.In):
            values = [self._value(value) for value in node.expressions]
            return exp.In(this=self._value(node.this), expressions=values)
        if isinstance(node, exp.Like):
            return self._like(node)
        if isinstance(node, exp.Anonymous) and str(node.this).lower() != "attribute":
            return self._call(node)
        return self._value(node)

    def _value(self, node: exp.Expr) -> Sql:
        """Translate a text, folded, or a boolean."""
        if is_literal(node):
            return text_literal(fold_text(node.name))
        if isinstance(node, exp.Paren | exp.Lower | exp.Upper | exp.Trim):
            return self._value(node.this)  # folding has trimmed and lowered already
        if isinstance(node, exp.Coalesce):
            others = [self._value(other) for other in node.expressions]
            return exp.Coalesce(this=self._value(node.this), expressions=others)
        return self._value_of_column(node)

    def _value_of_column(self, node: exp.Expr) -> Sql:
        if isinstance(node, exp.Boolean):
            return node.copy()
        name = column_name(node)
        column = column_to_sql(name)
        return folded(column) if type_of_column(name) == "text" else column

    def _like(self, node: exp.Like) -> Sql:
        pattern = fold_text(node.expression.name).replace("\\", "\\\\")
        like = exp.Like(this=self._value(node.this), expression=text_literal(pattern))
        escaped = exp.Escape(this=like, expression=text_literal("\\"))
        return exp.Not(this=escaped) if node.args.get("negate") else escaped

    def _call(self, node: exp.Anonymous) -> Sql:
        left, right = node.expressions
        if str(node.this).lower() == "has":
            element = folded(exp.column(ELEMENT))
            asked = exp.EQ(this=element, expression=self._value(right))
            return any_element(column_to_sql(column_name(left)), asked)
        return exp.GTE(this=self._version(left), expression=self._version(right))

    def _version(self, node: exp.Expr) -> Sql:
        if is_literal(node):
            return key_literal(version_key(node.name) or ())
        return ordered(self._value(node))

    def _order(self, node: exp.Expr) -> Sql:
        """Compare times: a day begins for `<` and `>=`, and is over for `>` and `<=`."""
        kind = type(node)
        left, right = node.this, node.expression
        if is_literal(left):
            left, right, kind = right, left, _MIRRORED[kind]
        if not is_literal(right):
            return binary(kind, self._moment(left), self._moment(right))
        bound = start_of_day if kind in (exp.LT, exp.GTE) else end_of_day
        moment = as_moment(parse_moment(right.name), self.zone, bound)
        return binary(kind, self._moment(left), time_literal(moment))

    def _moment(self, node: exp.Expr) -> Sql:
        while isinstance(node, exp.Paren):
            node = node.this
        return column_to_sql(column_name(node))


_MIRRORED: Mapping[type[exp.Expr], type[exp.Binary]] = MappingProxyType(
    {exp.LT: exp.GT, exp.LTE: exp.GTE, exp.GT: exp.LT, exp.GTE: exp.LTE}
)
