"""Conditions: what a MAP in a policy asks of a device, a person, an item or an app.

    {person.type: employee, device.os_version: {below: "14.2"}}

Keys are ANDed, a list of values is ORed, a list of maps is ORed. A condition is
true, false or, where a column is null, not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Operator = Literal["is", "not", "like", "below", "at_least", "before", "after"]
Value = str | bool | datetime


@dataclass(frozen=True)
class Compare:
    """One column against its values, of which any suffices.

    `is` and `not` compare folded texts or booleans, `like` globs, `below` and `at_least` by
    version order. `before` and `after` hold aware times in UTC; the day that a policy names
    is already turned into its first or last microsecond in the policy's zone, so that they are
    plain `<` and `>`. `not` is true where none of the values matches.
    """

    table: str
    column: str
    attribute: str | None
    """The name in `attributes`, exactly as it is written; None for any other column."""
    operator: Operator
    values: tuple[Value, ...]

    @property
    def name(self) -> str:
        """The column as a policy writes it: `person.type`, `device.attributes.site`."""
        return ".".join(filter(None, (self.table, self.column, self.attribute)))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the answer depends on."""
        return (self.name,)


@dataclass(frozen=True)
class All:
    """True if all parts are; without parts, always true."""

    parts: tuple[Condition, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the answer depends on, each once."""
        return _columns(self.parts)


@dataclass(frozen=True)
class Any_:  # noqa: N801 (Any is typing's)
    """True if any part is."""

    parts: tuple[Condition, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the answer depends on, each once."""
        return _columns(self.parts)


Condition = Compare | All | Any_
ALWAYS = All(())
"""What `always` means."""


def _columns(parts: tuple[Condition, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part.columns))
