"""`where`: what no MAP can say, as a boolean SQL expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True)
class Where:
    """A checked expression: only known columns and functions, every comparison well typed."""

    text: str
    """As it is written."""
    tree: exp.Expression
    """As it was parsed; `sql.to_sql` translates it. Not to be changed."""
    columns: tuple[str, ...]
    """`person.type`, `item.attributes.NAME`; each once, in the order of the text."""

    @property
    def uses_app(self) -> bool:
        """Whether it reads the catalogue; then it is false for an item without an entry."""
        return any(name.startswith("app.") for name in self.columns)
