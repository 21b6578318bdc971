"""`forbid`: nothing that the selector finds may be present.

What it does:
    Every item that the selector finds is a violation. `except_apps`, beside it, wins over
    all: a named approval beats a ban on its category or vendor. A ban on an app finds its
    modified clients and wrappers, too, and suspects containers in which it may run unseen.

Why it matters:
    Most memos name what must go: an app, a vendor, a whole category. What is found is a
    breach however old the report is; what is not found is a pass only if the report is fresh
    and could have shown it.

Example:
    forbid: {vendor_group: tencent}
    except_apps: [wecom]

Remedy:
    Remove the item that was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policycheck.policy.fields import Text
from policycheck.policy.reader import Reader
from policycheck.policy.selector import Selector
from policycheck.policy.selector_reader import read_selector
from policycheck.policy.written import Described, SelectorNode, texts_of
from policycheck.yamlfile import Mapping, OneOrMany


class Keys(Described):
    """The keys of a control that are this kind's."""

    forbid: SelectorNode | None = None
    """What must not be there."""
    except_apps: OneOrMany[Text] | None = None
    """Apps that may be there all the same. Beside `forbid`."""


@dataclass(frozen=True)
class Forbid:
    """A ban."""

    selector: Selector
    except_apps: tuple[str, ...] = ()

    @property
    def approved(self) -> tuple[str, ...]:
        """The apps that may be there although the selector finds them."""
        return self.except_apps

    @property
    def grain(self) -> Literal["device"]:
        """What is counted."""
        return "device"


def read(reader: Reader, control: Mapping) -> Forbid | None:
    """Read the demand of a control that has the key `forbid`."""
    except_apps = reader.ids(texts_of(control.get("except_apps")), "app")
    forbid = control.get("forbid")
    selector = None if forbid is None else read_selector(reader, forbid)
    return None if selector is None else Forbid(selector, except_apps)
