"""The workspace: a folder with `policycheck.yaml`, and what its settings come to.

An option given (or its environment variable, which the command line has read by then) is
stronger than the file; paths in the file are relative to it. Nothing here reads the
environment or the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policycheck.channels import NotifyConfig
from policycheck.config import CONFIG, Config, Keep, read_config
from policycheck.model import Severity
from policycheck.policy.load import find, in_folder
from policycheck.problems import PolicycheckError, Problem
from policycheck.shipped import shipped

DEFAULT_STORE = "sqlite:///policycheck.db"
_SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Given:
    """What the command line gives; None or empty where it says nothing."""

    policies: tuple[str, ...] = ()
    people: Path | None = None
    store: str | None = None
    facts: Path | None = None
    fail_on: Severity | None = None
    max_rejected: float | None = None
    min_coverage: float | None = None
    mappings: tuple[Path, ...] = ()
    evidence_key: Path | None = None
    pseudonym_key: Path | None = None


@dataclass(frozen=True)
class Settings:
    """What holds for a call. Paths are ready to be used; shares are from 0 to 1."""

    workspace: Path | None
    """Its folder; None outside of any."""
    store: str | None
    """The database's URL; None where nothing is to be recorded."""
    facts: Path | None
    """The folder of the facts; None without a store."""
    people: Path | None
    assume: Mapping[str, str]
    """By the person's column: `type`."""
    fail_on: Severity
    max_rejected: float
    min_coverage: float | None
    named: tuple[str, ...] | None
    """Policies asked for by name or file; None: all of the workspace's own that are no drafts."""
    mappings: tuple[Path, ...] = ()
    """Files that say how tables and JSON of other systems are read."""
    notify: NotifyConfig | None = None
    """Who is told of what; None where nobody is."""
    evidence_key: Path | None = None
    """The private key that evidence packs are signed with."""
    keep: Keep = field(default_factory=Keep)
    pseudonym_key: Path | None = None
    """What devices and people are called by in exports; None: as they are."""
    minimise: bool = False
    """Whether only items are kept that some control could be about."""

    @property
    def store_exists(self) -> bool:
        """Whether there is a store already, as far as can be told without connecting to it."""
        if self.store is None or not self.store.startswith(_SQLITE):
            return self.store is not None
        return Path(self.store.removeprefix(_SQLITE)).exists()

    @property
    def policy_folders(self) -> tuple[Path, ...]:
        """Where policies are looked for by name: the workspace's own first."""
        own = (self.workspace / "policies",) if self.workspace else ()
        return (*own, shipped("policies"))

    @property
    def rule_folders(self) -> tuple[Path, ...]:
        """The shipped rules, and the workspace's own, which come on top."""
        own = self.workspace / "rules" if self.workspace else None
        return (shipped("rules"), *((own,) if own and own.is_dir() else ()))

    @property
    def waiver_paths(self) -> tuple[Path, ...]:
        """The workspace's waivers, by name."""
        return in_folder(self.workspace / "waivers") if self.workspace else ()

    @property
    def attestation_paths(self) -> tuple[Path, ...]:
        """The workspace's attestations, by name."""
        return in_folder(self.workspace / "attestations") if self.workspace else ()

    def policy_paths(self) -> tuple[Path, ...]:
        """Find the policies to use. Raises PolicycheckError where one is not found or none is."""
        if self.named is not None:
            return find(self.named, self.policy_folders)
        found = in_folder(self.policy_folders[0]) if self.workspace else ()
        if not found:
            hint = "name one with --policy; 'policycheck policy list' shows the shipped ones"
            raise PolicycheckError([Problem("no policy is given", None, hint)])
        return found


def find_workspace(start: Path) -> Path | None:
    """Return the nearest folder, from `start` upwards, that holds `policycheck.yaml`."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / CONFIG).is_file()), None)


def resolve(given: Given, start: Path, *, needs_facts: bool = True) -> Settings:
    """Merge what is given with the workspace that `start` lies in.

    Who asks the database alone needs no facts. Raises PolicycheckError where the file is wrong,
    or where needed facts have no place.
    """
    folder = find_workspace(start)
    config = Config(language="1") if folder is None else read_config(folder / CONFIG)
    base = folder or start
    store = given.store or (config.store or DEFAULT_STORE if folder else None)
    store = _anchored(store, start if given.store else base)
    return Settings(
        workspace=folder,
        store=store,
        facts=_facts(given.facts or _below(base, config.facts), store, needed=needs_facts),
        people=given.people or _below(base, config.people),
        assume={name.removeprefix("person."): value for name, value in config.assume.items()},
        fail_on=given.fail_on or config.fail_on,
        max_rejected=config.max_rejected if given.max_rejected is None else given.max_rejected,
        min_coverage=config.min_coverage if given.min_coverage is None else given.min_coverage,
        named=given.policies or _named(base, config.policies),
        mappings=given.mappings or tuple(base / path for path in config.mappings or ()),
        notify=config.notify,
        evidence_key=given.evidence_key or _below(base, config.evidence_key),
        keep=config.keep,
        minimise=config.minimise,
        pseudonym_key=given.pseudonym_key or _below(base, config.pseudonym_key),
    )


def _below(base: Path, path: str | None) -> Path | None:
    return None if path is None else base / path


def _named(base: Path, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Make the files among a config's policies absolute; names stay names."""
    if names is None:
        return None
    return tuple(str(base / name) if "/" in name or "\\" in name else name for name in names)


def _anchored(store: str | None, base: Path) -> str | None:
    """Make the path in an SQLite URL absolute."""
    if store is None or not store.startswith(_SQLITE):
        return store
    return f"{_SQLITE}{base / store.removeprefix(_SQLITE)}"


def _facts(named: Path | None, store: str | None, *, needed: bool) -> Path | None:
    if store is None or named:
        return named if store else None
    if not store.startswith(_SQLITE):
        if not needed:
            return None
        hint = "say where with --facts DIR, or with 'facts:' in policycheck.yaml"
        raise PolicycheckError([Problem("this store needs a folder for its facts", None, hint)])
    database = Path(store.removeprefix(_SQLITE))
    return database.with_name(f"{database.stem}.facts")
