"""`only`: of what the selector finds, just these apps may be present.

What it does:
    Every item that `among` finds is a violation, unless the catalogue recognises it as one
    of `apps` as `exact` or `likely`, and in its maker's own build: not a renamed, a
    re-signed or a repackaged copy. Nor is an app's modified client approved with it.

Why it matters:
    A memo that approves one messenger bans all others, also those that nobody has thought
    of yet. Something merely *named* like the approved app is not approved.

Example:
    only: {apps: [yixin], among: {category: messaging}}

Remedy:
    Remove the app that was found; or have the memo's issuer add it to `apps`.
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


class OnlyFile(Described):
    """An exclusive approval, as it is written."""

    apps: OneOrMany[Text]
    """The apps that may be there."""
    among: SelectorNode
    """Of what."""


class Keys(Described):
    """The keys of a control that are this kind's."""

    only: OnlyFile | None = None
    """The apps that alone may be there, of what a selector finds."""


@dataclass(frozen=True)
class Only:
    """An exclusive approval."""

    apps: tuple[str, ...]
    among: Selector

    @property
    def selector(self) -> Selector:
        """What the control looks for."""
        return self.among

    @property
    def approved(self) -> tuple[str, ...]:
        """The apps that may be there although the selector finds them."""
        return self.apps

    @property
    def grain(self) -> Literal["device"]:
        """What is counted."""
        return "device"


def read(reader: Reader, control: Mapping) -> Only | None:
    """Read the demand of a control that has the key `only`."""
    only = control.get("only")
    among = only.get("among") if isinstance(only, Mapping) else None
    if not isinstance(only, Mapping) or among is None:
        return None
    apps = reader.ids(texts_of(only.get("apps")), "app")
    selector = read_selector(reader, among)
    return None if selector is None else Only(apps, selector)
