"""`require`: at least one thing that the selector finds must be present.

What it does:
    Passes where an item that the selector finds is present in a fresh report. With
    `per: person` one device of a person suffices.

Why it matters:
    Absence has to be proven: only a fresh report that lists all items of the kind, and could
    have recognised the thing, shows that it is missing. All else is `unknown`.

Example:
    require: {app: [yixin, lanxin]}
    per: person

Remedy:
    Install one of the apps; or see that the device reports its full list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policycheck.policy.reader import Reader
from policycheck.policy.selector import Selector
from policycheck.policy.selector_reader import read_selector
from policycheck.policy.written import Described, SelectorNode
from policycheck.yamlfile import Mapping, Scalar


class Keys(Described):
    """The keys of a control that are this kind's."""

    require: SelectorNode | None = None
    """What must be there."""
    per: Literal["device", "person"] | None = None
    """`person`: on one device of each person. Left out: on every device. Beside `require`."""


@dataclass(frozen=True)
class Require:
    """A demand for presence."""

    selector: Selector
    per: Literal["device", "person"] = "device"

    @property
    def approved(self) -> tuple[str, ...]:
        """The apps that may be there although the selector finds them: none."""
        return ()

    @property
    def grain(self) -> Literal["device", "person"]:
        """What is counted."""
        return self.per


def read(reader: Reader, control: Mapping) -> Require | None:
    """Read the demand of a control that has the key `require`."""
    require, per = control.get("require"), control.get("per")
    selector = None if require is None else read_selector(reader, require)
    if selector is None:
        return None
    by_person = isinstance(per, Scalar) and per.text == "person"
    return Require(selector, "person" if by_person else "device")
