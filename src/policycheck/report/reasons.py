"""Why something is not known: each reason in words, and what would make it known.

The words are English; those of other languages stand in `phrases.*.json`. A test compares both
with `model.Reason`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from policycheck.model import Reason


class Explained(NamedTuple):
    """A reason in words."""

    short: str
    """For a table: what is not known."""
    why: str
    """A sentence: why it is not known."""
    remedy: str
    """A sentence: what would make it known."""


REASONS: Mapping[str, Explained] = MappingProxyType(
    {
        Reason.SCOPE: Explained(
            "nobody knows whether the policy applies",
            "The policy's scope asks about a column that no report and no people file fills.",
            "Report that column, or add the person to the people file.",
        ),
        Reason.INDICATION: Explained(
            "found where it is a sign, not a breach",
            "It is on a device where the policy takes it for a sign only (a personal one, say).",
            "Ask the person; it passes once the item is gone.",
        ),
        Reason.SUSPECTED: Explained(
            "something looks like it, but is not surely it",
            "An item resembles the app by its name only, and nothing proves that it is the app.",
            "Look at the item; if it is the app, add its identifier to the rules.",
        ),
        Reason.MISSING_FIELD: Explained(
            "a field that decides is not reported",
            "An item matches in everything that is reported, and a field that decides is empty.",
            "Have the device manager report that field.",
        ),
        Reason.UNCLASSIFIED: Explained(
            "an unknown app that looks like one of these",
            "An item is in no rule, and looks like the kind of app that the control is about.",
            "Say what it is: `policycheck app review` asks, and writes a rule (rules/apps/).",
        ),
        Reason.NOT_LISTED: Explained(
            "no report lists such items",
            "No report of this device lists items of this kind, so that none of them is no proof.",
            "Have the device manager collect this kind of item.",
        ),
        Reason.PARTIAL_VISIBILITY: Explained(
            "the device manager sees only what it installed",
            "The report lists managed items only, so that what is not in it may be there.",
            "Collect the full list (for Intune: only corporate devices give it).",
        ),
        Reason.STALE: Explained(
            "the last report is too old",
            "The newest report that could show it is older than the policy's stale_after.",
            "Have the device report again.",
        ),
        Reason.UNRECOGNISABLE: Explained(
            "the rules could not have told it there",
            "The rules know the app by no identifier of this platform and no distinctive name.",
            "Add the app's identifier for this platform to rules/apps/.",
        ),
        Reason.NEEDS_ATTESTATION: Explained(
            "no inventory can tell; somebody has to attest",
            "The control is about what no inventory shows; no valid attestation is on file.",
            "Have the attestation given, and put it on file.",
        ),
        Reason.CONTRADICTED: Explained(
            "a report contradicts somebody's word",
            "An attestation is on file, and a report made after it shows what it denies.",
            "Ask who attested; then remove the item and attest anew, or withdraw the attestation.",
        ),
    }
)
