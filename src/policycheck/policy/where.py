"""`where`: what no MAP can say, as a boolean SQL expression.

    where: has(person.groups, 'sales') AND NOT version_at_least(item.version, '8.0')

The tree is sqlglot's; which words, columns, functions and comparisons are allowed is
checked here, so that no expression can turn "not known" into an answer by accident.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policycheck.policy.reader import Reader
from policycheck.yamlfile import Scalar

if TYPE_CHECKING:
    from sqlglot import exp


_FUNCTIONS = frozenset({"coalesce", "lower", "upper", "trim"})
"""Those on which lint remarks."""


@dataclass(frozen=True)
class Where:
    """A checked expression: only known columns and functions, every comparison well typed."""

    text: str
    """As it is written."""
    tree: exp.Expr
    """As it was parsed; `sql.to_sql` translates it. Not to be changed."""
    columns: tuple[str, ...]
    """`person.type`, `item.attributes.NAME`; each once, in the order of the text."""
    zone: str = "UTC"
    """In which its days are days."""

    @property
    def uses_app(self) -> bool:
        """Whether it reads the catalogue; then it is false for an item without an entry."""
        return any(name.startswith("app.") for name in self.columns)

    @property
    def functions(self) -> tuple[str, ...]:
        """Of the functions on which lint remarks, those that it calls."""
        called = {type(node).__name__.lower() for node in self.tree.walk()}
        return tuple(sorted(_FUNCTIONS & called))


def read_where(reader: Reader, scalar: Scalar) -> Where | None:
    """Read and check an expression. None, and problems at its words, if it is refused."""
    from policycheck.policy.expression import parse_expression
    from policycheck.policy.expression_types import check_types

    text = scalar.text
    tree, faults = parse_expression(text)
    columns: tuple[str, ...] = ()
    if tree is not None:
        columns, faults = check_types(tree, text, reader.vocabulary)
    for fault in faults:
        reader.refuse_within(scalar, fault.start, fault.end, fault.message, fault.hint)
    if tree is None or faults:
        return None
    return Where(text, tree, columns, reader.zone)
