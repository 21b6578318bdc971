"""The types of a `where`: which comparison makes sense between what.

About twenty node types are known; whatever else sqlglot can build is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlglot import exp

from policycheck.model import TABLES
from policycheck.policy.expression import FUNCTIONS, Fault
from policycheck.policy.expression_nodes import (
    TYPE_NAMES,
    Type,
    column_name,
    is_literal,
    mend,
    span,
    widen,
)
from policycheck.policy.vocabulary import FAMILY_OF_COLUMN, Vocabulary
from policycheck.problems import did_you_mean, quote
from policycheck.text import fold_text, version_key
from policycheck.yamlfile import parse_moment


def check_types(
    tree: exp.Expr, text: str, vocabulary: Vocabulary | None
) -> tuple[tuple[str, ...], tuple[Fault, ...]]:
    """Check the tree of an expression. Returns the columns that it reads, and what is wrong."""
    checker = _Checker(vocabulary)
    checker.expect_condition(tree)
    faults = dict.fromkeys(widen(fault, text) for fault in checker.faults)
    return tuple(dict.fromkeys(checker.columns)), tuple(faults)


class _Checker:
    """Walks one expression, gathering its columns and its faults."""

    def __init__(self, vocabulary: Vocabulary | None) -> None:
        self.vocabulary = vocabulary
        self.columns: list[str] = []
        self.faults: list[Fault] = []

    def refuse(self, node: exp.Expr, message: str, hint: str = "") -> None:
        self.faults.append(Fault(*span(node), message, hint))

    def type_of(self, node: exp.Expr) -> Type | None:
        """Return a node's type; None if something within is already refused."""
        check = _CHECKS.get(type(node))
        if check is None:
            self.refuse(node, f"{type(node).__name__.upper()} is not allowed here")
            return None
        return check(self, node)

    def expect(self, node: exp.Expr, *wanted: Type) -> Type | None:
        found = self.type_of(node)
        if found is None or found in wanted:
            return found
        names = TYPE_NAMES[wanted[0]]
        self.refuse(node, f"expected {names}, found {TYPE_NAMES[found]}", mend(node, found))
        return None

    def expect_condition(self, node: exp.Expr) -> None:
        """Check AND and OR without recursion, for a chain of them can be long."""
        left = [node]
        while left:
            part = left.pop()
            if isinstance(part, exp.And | exp.Or):
                left += [part.expression, part.this]
            else:
                self.expect(part, "condition", "boolean")

    def check_connector(self, node: exp.Expr) -> Type:
        self.expect_condition(node)
        return "condition"

    def check_not(self, node: exp.Expr) -> Type:
        self.expect_condition(node.this)
        return "condition"

    def check_paren(self, node: exp.Expr) -> Type | None:
        return self.type_of(node.this)

    def check_column(self, node: exp.Expr) -> Type | None:
        name = column_name(node)
        table, _, rest = name.partition(".")
        if name in TABLES:
            return "table"
        if not rest:  # sqlglot takes a keyword in a strange place for a column
            self.refuse(node, f"cannot make sense of {quote(name)} here")
            return None
        self.columns.append(name)
        column = TABLES[table][rest.partition(".")[0]]
        return "text" if column.type == "attributes" else column.type

    def check_literal(self, node: exp.Expr) -> Type:
        return "text"

    def check_boolean(self, node: exp.Expr) -> Type:
        return "boolean"

    def check_equal(self, node: exp.Expr) -> Type:
        left = self.expect(node.this, "text", "boolean")
        right = self.expect(node.expression, *((left,) if left else ("text", "boolean")))
        if left == right == "text":
            self.check_word(node.this, node.expression)
            self.check_word(node.expression, node.this)
        return "condition"

    def check_order(self, node: exp.Expr) -> Type:
        sides = (node.this, node.expression)
        types = [self.type_of(side) for side in sides]
        for side, found, other in zip(sides, types, types[::-1], strict=True):
            if found == "time" or found is None:
                continue
            if found == "text" and other == "time" and is_literal(side):
                self.check_moment(side)
            elif found == "text" and other != "time":
                hint = "versions are compared by version_at_least(a, b), times by < and >"
                self.refuse(node, "texts have no order", hint)
                break
            else:
                self.refuse(side, f"expected a time, found {TYPE_NAMES[found]}")
        return "condition"

    def check_moment(self, literal: exp.Expr) -> None:
        try:
            parse_moment(literal.name)
        except ValueError as error:
            self.refuse(literal, str(error))

    def check_in(self, node: exp.Expr) -> Type:
        self.expect(node.this, "text")
        if not node.expressions:
            self.refuse(node, "IN needs a list in parentheses", "write IN ('a', 'b')")
        for literal in node.expressions:
            if not is_literal(literal):
                self.refuse(literal, "IN takes texts in quotes", "write IN ('a', 'b')")
            self.check_word(node.this, literal)
        return "condition"

    def check_like(self, node: exp.Expr) -> Type:
        self.expect(node.this, "text")
        if not is_literal(node.expression):
            self.refuse(node.expression, "LIKE takes a text in quotes", "write LIKE 'x%'")
        return "condition"

    def check_coalesce(self, node: exp.Expr) -> Type | None:
        first = self.expect(node.this, "text", "boolean")
        if not node.expressions:
            self.refuse(node, "coalesce takes two values", "write coalesce(person.type, 'x')")
        for other in node.expressions:
            if first is not None:
                self.expect(other, first)
            self.check_word(node.this, other)
        return first

    def check_text_function(self, node: exp.Expr) -> Type | None:
        name = type(node).__name__.lower()
        if any(value for key, value in node.args.items() if key != "this"):
            self.refuse(node, f"{name} takes one text")
        return self.expect(node.this, "text")

    def check_call(self, node: exp.Expr) -> Type | None:
        name = str(node.this).lower()
        if name not in FUNCTIONS or name not in _CALLS:
            self.refuse(node, f"{name} is not used so")
            return None
        check, example = _CALLS[name]
        if len(node.expressions) != 2:
            self.refuse(node, f"{name} takes two values", f"write {example}")
            return None
        return check(self, node, *node.expressions)

    def check_has(self, node: exp.Expr, listed: exp.Expr, word: exp.Expr) -> Type:
        if self.expect(listed, "list") and not is_literal(word):
            self.refuse(word, "has takes a text in quotes", f"write {_CALLS['has'][1]}")
        self.check_word(listed, word)
        return "condition"

    def check_attribute(self, node: exp.Expr, table: exp.Expr, word: exp.Expr) -> Type | None:
        name = column_name(table) if isinstance(table, exp.Column) else ""
        if name not in TABLES or not is_literal(word):
            self.refuse(node, "attribute takes a table and a name", "write attribute(device, 'x')")
            return None
        if "attributes" not in TABLES[name]:
            self.refuse(table, f"{quote(name)} has no attributes")
            return None
        self.columns.append(column_name(node))
        return "text"

    def check_version_at_least(self, node: exp.Expr, left: exp.Expr, right: exp.Expr) -> Type:
        for side in (left, right):
            self.expect(side, "text")
            if is_literal(side) and version_key(side.name) is None:
                hint = "versions start with dotted numbers, as in 8.0.30"
                self.refuse(side, f"{quote(side.name)} is not a version", hint)
        return "condition"

    def check_word(self, column: exp.Expr, literal: exp.Expr) -> None:
        """Check a literal against the closed vocabulary of the column that it is compared to."""
        while isinstance(column, exp.Paren | exp.Lower | exp.Upper | exp.Trim | exp.Coalesce):
            column = column.this
        if not isinstance(column, exp.Column) or not is_literal(literal):
            return
        name = column_name(column)
        words = self._vocabulary_of(name)
        if words and fold_text(literal.name) not in words:
            hint = did_you_mean(literal.name, words)
            self.refuse(literal, f"unknown {name} {quote(literal.name)}", hint)

    def _vocabulary_of(self, name: str) -> frozenset[str] | tuple[str, ...]:
        table, _, column = name.partition(".")
        if name in FAMILY_OF_COLUMN:
            known = self.vocabulary
            return known.family(FAMILY_OF_COLUMN[name]) if known else ()
        found = TABLES[table].get(column)
        return found.vocabulary if found else ()


Check = Callable[[_Checker, exp.Expr], Type | None]
Call = Callable[[_Checker, exp.Expr, exp.Expr, exp.Expr], Type | None]

_CHECKS: Mapping[type[exp.Expr], Check] = MappingProxyType(
    {
        exp.And: _Checker.check_connector,
        exp.Or: _Checker.check_connector,
        exp.Not: _Checker.check_not,
        exp.Paren: _Checker.check_paren,
        exp.Column: _Checker.check_column,
        exp.Literal: _Checker.check_literal,
        exp.Boolean: _Checker.check_boolean,
        exp.EQ: _Checker.check_equal,
        exp.NEQ: _Checker.check_equal,
        exp.LT: _Checker.check_order,
        exp.LTE: _Checker.check_order,
        exp.GT: _Checker.check_order,
        exp.GTE: _Checker.check_order,
        exp.In: _Checker.check_in,
        exp.Like: _Checker.check_like,
        exp.Coalesce: _Checker.check_coalesce,
        exp.Lower: _Checker.check_text_function,
        exp.Upper: _Checker.check_text_function,
        exp.Trim: _Checker.check_text_function,
        exp.Anonymous: _Checker.check_call,
    }
)
_CALLS: Mapping[str, tuple[Call, str]] = MappingProxyType(
    {
        "has": (_Checker.check_has, "has(person.groups, 'x')"),
        "attribute": (_Checker.check_attribute, "attribute(device, 'x')"),
        "version_at_least": (
            _Checker.check_version_at_least,
            "version_at_least(item.version, '8.0')",
        ),
    }
)
