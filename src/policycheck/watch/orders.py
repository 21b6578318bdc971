"""What a watcher goes by, as it was when all of it was last in order.

Policies, rules, waivers, attestations, people, mappings and the workspace's settings are loaded
together: at the start, when a file of them changed, or when asked. A version with a mistake in it
is refused as a whole and the last good one is kept: its texts in memory, its people in a copy.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from policycheck.config import CONFIG
from policycheck.engine.session import open_session
from policycheck.inventory.mapping.file import FileMapping, load_mappings
from policycheck.inventory.people import read_people
from policycheck.problems import PolicycheckError, Problem, quote
from policycheck.rulebook import Rulebook, load_rulebook
from policycheck.watch.log import Log, tell_problems
from policycheck.workspace import Settings

_FOLDERS = ("policies", "rules", "waivers", "attestations")
_SETTLED_SECONDS = 1.0
"""So long changed files must not have changed again: what is half saved is not refused."""

Looks = frozenset[tuple[str, int, int, int]]
"""How files look without being read: path, time of change in ns, size, inode."""


@dataclass(frozen=True)
class Orders:
    """All that a verdict depends on, but for the reports."""

    settings: Settings
    rulebook: Rulebook
    mappings: tuple[FileMapping, ...]
    texts: Mapping[str, bytes]
    """The files of the rulebook that are kept as evidence, by their SHA-256."""
    people: Path | None = None
    """A copy of the people file."""
    people_sha256: str = ""

    @property
    def basis(self) -> Mapping[str, str]:
        """What it comes to: two of the same give the same verdicts."""
        named = {f"policy {each.policy}": each.sha256 for each in self.rulebook.policies}
        named |= {f"waiver {each.id}": each.sha256 for each in self.rulebook.waivers}
        named |= {f"attestation {each.id}": each.sha256 for each in self.rulebook.attestations}
        named |= {f"assume person.{key}": word for key, word in self.settings.assume.items()}
        return {
            **named,
            "catalogue": self.rulebook.catalogue.sha256,
            "people": self.people_sha256,
        }


def load_orders(settings: Settings, copies: Path, *, drafts: bool) -> Orders:
    """Load all of it; `copies` is an own folder, for the people.

    Raises PolicycheckError with all that is wrong, also where a file changed meanwhile.
    """
    rulebook = load_rulebook(settings, drafts=drafts)
    mappings = load_mappings(settings.mappings)
    files = [(each.path, each.sha256) for each in rulebook.policies]
    files += [(each.path, each.sha256) for each in rulebook.waivers]
    files += [(each.path, each.sha256) for each in rulebook.attestations]
    texts = {sha256: _text(path, sha256) for path, sha256 in files}
    if settings.people is None:
        return Orders(settings, rulebook, mappings, texts)
    with closing(open_session(copies)) as con:
        sha256 = read_people(settings.people, con, mappings).sha256 or ""
        copy = _copy_people(settings.people, copies)
        if read_people(copy, con, mappings).sha256 != sha256:
            raise _changing(str(settings.people))
    return Orders(settings, rulebook, mappings, texts, copy, sha256)


def _text(path: str, sha256: str) -> bytes:
    try:
        content = Path(path).read_bytes()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _changing(path)
    return content


def _changing(path: str) -> PolicycheckError:
    return PolicycheckError([Problem(f"{quote(path)} was changed while it was read", None)])


def _copy_people(people: Path, copies: Path) -> Path:
    """Copy the people file into a folder of its own, under its own name."""
    try:
        return Path(shutil.copyfile(people, Path(tempfile.mkdtemp(dir=copies), people.name)))
    except OSError as error:
        message = f"cannot copy {quote(str(people))}: {(error.strerror or str(error)).lower()}"
        raise PolicycheckError([Problem(message, None)]) from error


class Standing:
    """The orders that stand, until better ones do."""

    def __init__(self, load: Callable[[], Orders], log: Log) -> None:
        """Load them for the first time. Raises PolicycheckError where they are not in order."""
        self._load = load
        self._log = log
        self.orders = load()
        self._looks = _look(self.orders.settings)
        self._newer: tuple[Looks, float] | None = None
        self.refused = ""
        """What is wrong with a version that is newer than what stands; empty where none is."""

    def follow(self, moment: float, *, asked: bool) -> bool:
        """Load them anew if that is asked or a file changed; True where other ones stand now.

        `moment` is in seconds of a steady clock.
        """
        looks = _look(self.orders.settings)
        if not (asked or self._has_settled(looks, moment)):
            return False
        self._looks, self._newer = looks, None
        try:
            orders = self._load()
        except PolicycheckError as error:
            self._refuse(error)
            return False
        changed = orders.basis != self.orders.basis
        if self.orders.people:
            shutil.rmtree(self.orders.people.parent, ignore_errors=True)
        self.orders, self.refused = orders, ""
        self._log.info("reloaded", changed=changed)
        tell_problems(self._log, orders.rulebook.remarks)
        return changed

    @property
    def unsettled(self) -> bool:
        """Whether a change was seen, and it is to be seen whether it was the last one."""
        return self._newer is not None

    def _has_settled(self, looks: Looks, moment: float) -> bool:
        if looks == self._looks:
            self._newer = None
        elif self._newer is None or self._newer[0] != looks:
            self._newer = (looks, moment)
        return self._newer is not None and moment - self._newer[1] >= _SETTLED_SECONDS

    def _refuse(self, error: PolicycheckError) -> None:
        """Say all that is wrong, and that nothing changes by it."""
        self.refused = error.problems[0].message
        tell_problems(self._log, error.problems)
        self._log.error(
            "new version refused, the last good one stays", problems=len(error.problems)
        )


def _look(settings: Settings) -> Looks:
    return frozenset(_looks_of(settings))


def _looks_of(settings: Settings) -> Iterator[tuple[str, int, int, int]]:
    for path in _files(settings):
        with suppress(OSError):
            status = path.stat()
            yield str(path), status.st_mtime_ns, status.st_size, status.st_ino


def _files(settings: Settings) -> Iterator[Path]:
    """Yield the files that orders are loaded from, but for the shipped ones."""
    if settings.workspace:
        yield settings.workspace / CONFIG
        for name in _FOLDERS:
            for folder, _, files in os.walk(settings.workspace / name):
                yield from (Path(folder, file) for file in files)
    yield from settings.mappings
    yield from (Path(name) for name in settings.named or () if "/" in name)
    if settings.people:
        yield settings.people
