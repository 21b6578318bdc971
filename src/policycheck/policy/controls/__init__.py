"""The kinds of control, one module each, whose docstring is its manual."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from policycheck.policy.controls import attest, forbid, only, require
from policycheck.policy.controls.attest import Attest
from policycheck.policy.controls.forbid import Forbid
from policycheck.policy.controls.only import Only
from policycheck.policy.controls.require import Require
from policycheck.policy.reader import Reader
from policycheck.yamlfile import Mapping as MapNode

Demand = Only | Forbid | Require | Attest
"""What a control demands."""


class DemandKeys(only.Keys, forbid.Keys, require.Keys, attest.Keys):
    """All keys by which a control says what it demands."""


READERS: Mapping[str, Callable[[Reader, MapNode], Demand | None]] = MappingProxyType(
    {"only": only.read, "forbid": forbid.read, "require": require.read, "attest": attest.read}
)
"""How each kind is read, by its key."""

__all__ = ["READERS", "Attest", "Demand", "DemandKeys", "Forbid", "Only", "Require"]
