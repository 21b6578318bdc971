"""What an audit is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from policycheck.attestations.model import Attestation
from policycheck.catalogue.catalogue import Catalogue
from policycheck.inventory.mapping.file import FileMapping
from policycheck.policy.model import Policy
from policycheck.waivers.model import Waiver


@dataclass(frozen=True)
class AuditRequest:
    """What to audit, by which policies, as of when. Times are aware."""

    inputs: tuple[Path | str, ...]
    """Files, folders or globs."""
    policies: tuple[Policy, ...]
    catalogue: Catalogue
    as_of: datetime
    received_at: datetime
    started_at: datetime
    waivers: tuple[Waiver, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    texts: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    """Files of policies, waivers and attestations, by SHA-256; the others are read again."""
    people: Path | None = None
    base: Path | None = None
    """Files below this folder are told and recorded by their path from there."""
    once: frozenset[str] = frozenset()
    """SHA-256 of files that are refused where they are recorded already (see KnownReportsError)."""
    mappings: tuple[FileMapping, ...] = ()
    """How tables and JSON of other systems are read."""
    device: str = ""
    """The id of the device that reports which name none are about."""
    drafts: bool = False
    assume: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    devices: tuple[str, ...] = ()
    """Keys of stored devices to judge, besides those that the inputs name."""
    minimise: bool = False
    """Keep only items that some control could be about."""
    everything: bool = False
    """Judge every device that the store holds."""
    of_now: bool = False
    """`as_of` is the present: who reports a later time has a wrong clock."""
    complete: bool = False
    """The inputs name the whole fleet: a stored device that none of them names has left it."""
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What was asked for, as it is recorded with the run."""
