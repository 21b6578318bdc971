"""The kinds of control, one module each, whose docstring is its manual."""

from policycheck.policy.controls.attest import Attest
from policycheck.policy.controls.forbid import Forbid
from policycheck.policy.controls.only import Only
from policycheck.policy.controls.require import Require

Demand = Only | Forbid | Require | Attest
"""What a control demands. A new kind of control is a module here and one name in this line."""

__all__ = ["Attest", "Demand", "Forbid", "Only", "Require"]
