"""A batch: files that are read and recorded together, and what becomes of each."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policycheck.engine.session import describe_exhaustion
from policycheck.pipeline import KnownReportsError
from policycheck.problems import PolicycheckError, Problem
from policycheck.reading import UnreadableInputsError, rejected_files
from policycheck.store.known import known_files, knows_archive
from policycheck.text import writable
from policycheck.watch.drop import Drop

if TYPE_CHECKING:
    from policycheck.outcome import Outcome
    from policycheck.store.archive import Archive

Audit = Callable[[Sequence[Drop]], AbstractContextManager["Outcome"]]
"""Reads, judges and records files together, refusing what is recorded already."""

_UNREAD = "could not be read"
_MOST_SPOILERS = 10
"""So many files of a batch may be too much for us: with more, the fault is not the files'."""
_OF_THE_MACHINE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ESTALE}
)
"""What no file can be blamed for. EIO is not among them: one file may lie on a bad block."""


class Trouble(Exception):  # noqa: N818 - not an error of anybody's
    """Nothing can be recorded for now, for no fault of any file: to be tried again later."""

    def __init__(self, problem: Problem, bug: Exception | None = None) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.bug = bug
        """The error, where it is one of ours."""


@dataclass(frozen=True)
class Fate:
    """What became of a file."""

    drop: Drop
    reason: str = ""
    """Why it was rejected; empty where it was not."""
    run_id: int | None = None
    """By which run it was recorded; null where an earlier one had done so."""
    changed: bool = False
    """It was written to while it was read: it is to be taken once more."""
    held: str = ""
    """Why it cannot be recorded for now, though others can: it is to be tried again later."""
    bug: Exception | None = None
    """The error, where it is one of ours."""


@dataclass(frozen=True)
class _Read:
    """What an audit says of its files, by the paths that it tells."""

    recorded: Mapping[str, str]
    """Their SHA-256."""
    unread: Mapping[str, str]
    """Why not."""
    run_id: int | None


@dataclass(frozen=True)
class Recorder:
    """Records files by audits, each once."""

    archive: Archive
    audit: Audit
    look: Callable[[Drop], None]
    """Reads a file and does no more with it."""
    audit_stored: Callable[[], AbstractContextManager[Outcome | None]]
    """Judges and records all that is stored; None where it was last judged by the same."""

    def record(self, drops: Sequence[Drop]) -> Iterator[Fate]:
        """Record a batch; a file that spoils it is found by halving, and rejected alone.

        Yields the fate of each file as soon as it is certain. Raises Trouble.
        """
        firsts: dict[str, Drop] = {}
        again: list[Drop] = []
        for drop in drops:
            if drop.fault or drop.unreadable:
                yield Fate(drop, drop.fault, held=drop.unreadable)
            elif firsts.setdefault(drop.sha256, drop) is not drop:
                again.append(drop)
        known = self._known(list(firsts.values()))
        yield from (Fate(drop) for drop in firsts.values() if drop.sha256 in known)
        told: dict[str, Fate] = {}
        spoilers = 0
        for fate in self._record([drop for drop in firsts.values() if drop.sha256 not in known]):
            spoilers += fate.bug is not None
            if fate.bug and spoilers > _MOST_SPOILERS:
                raise Trouble(_describe_bug(fate.bug), fate.bug)
            told[fate.drop.sha256] = fate
            yield fate
        for drop in again:
            first = told.get(drop.sha256, Fate(drop))
            yield Fate(drop, first.reason, held=first.held)

    def rejudge(self) -> int | None:
        """Judge all that is stored, if it was last judged by something else.

        Returns the run; None where there was nothing to do. Raises Trouble.
        """
        try:
            with self.audit_stored() as outcome:
                return outcome.run_id if outcome else None
        except PolicycheckError as error:
            raise Trouble(error.problems[0]) from error
        except Exception as error:
            exhausted = _describe_exhaustion(error)
            raise Trouble(exhausted or _describe_bug(error), error) from error

    def _known(self, drops: Sequence[Drop]) -> frozenset[str]:
        try:
            with self.archive.store.reading() as connection:
                known = known_files(connection, [drop.sha256 for drop in drops])
                packed = {drop.sha256 for drop in drops if drop.packed}
                return known | {sha256 for sha256 in packed if knows_archive(connection, sha256)}
        except PolicycheckError as error:
            raise Trouble(error.problems[0]) from error

    def _record(self, drops: Sequence[Drop]) -> Iterator[Fate]:
        if not drops:
            return
        try:
            with self.audit(drops) as outcome:
                recorded = {line.path: line.sha256 for line in outcome.inputs if line.format}
                read = _Read(recorded, rejected_files(outcome.con), outcome.run_id)
        except KnownReportsError as error:
            yield from (Fate(drop) for drop in drops if drop.sha256 in error.digests)
            yield from self._record([drop for drop in drops if drop.sha256 not in error.digests])
        except UnreadableInputsError as error:
            yield from _fates(drops, _Read({}, error.reasons, None))
        except PolicycheckError as error:
            raise Trouble(error.problems[0]) from error
        except Exception as error:
            self._see_that_it_may_be_a_file(error)
            yield from self._halve(drops, error)
        else:
            yield from _fates(drops, read)

    def _see_that_it_may_be_a_file(self, error: Exception) -> None:
        """Raise Trouble where an error is the machine's, or nothing could be recorded anyway."""
        if isinstance(error, OSError) and error.errno in _OF_THE_MACHINE:
            raise Trouble(describe_machine(error)) from error
        try:
            with self.archive.store.writing():
                pass
        except PolicycheckError as lost:
            raise Trouble(lost.problems[0]) from error

    def _halve(self, drops: Sequence[Drop], error: Exception) -> Iterator[Fate]:
        if len(drops) == 1:
            yield self._blame(drops[0], error)
            return
        middle = len(drops) // 2
        yield from self._record(drops[:middle])
        yield from self._record(drops[middle:])

    def _blame(self, drop: Drop, error: Exception) -> Fate:
        """Tell a file that no reader can take from an error that is no matter of reading.

        Only what cannot even be read is rejected; what could be, but not judged or recorded, or
        what the machine cannot read, is held.
        """
        if exhausted := _describe_exhaustion(error):
            return Fate(drop, held=exhausted.message)
        try:
            self.look(drop)
        except PolicycheckError as spoilt:
            return Fate(drop, spoilt.problems[0].message)
        except Exception as spoilt:
            if exhausted := _describe_exhaustion(spoilt):
                return Fate(drop, held=exhausted.message)
            return Fate(drop, f"cannot be read: {_describe_bug(spoilt).message}", bug=spoilt)
        return Fate(drop, held=_describe_bug(error).message, bug=error)


def _describe_bug(error: Exception) -> Problem:
    message = f"this is a bug in policycheck: {type(error).__name__}: {error}"
    return Problem(message, None, "all files are kept; please report it")


def _describe_exhaustion(error: Exception) -> Problem | None:
    """Say what the machine could not do for one file; None where it is no matter of the machine."""
    if isinstance(error, OSError):
        return describe_machine(error)
    if isinstance(error, MemoryError):
        return Problem("there is too little memory", None)
    return describe_exhaustion(error)


def describe_machine(error: OSError) -> Problem:
    """Say what the machine could not do."""
    where = f": {error.filename}" if error.filename else ""
    return Problem(f"{(error.strerror or str(error)).lower()}{where}", None)


def _fates(drops: Sequence[Drop], read: _Read) -> Iterator[Fate]:
    """Say what became of each file, or of what was packed in it."""
    names = {writable(drop.name) for drop in drops}
    recorded = {_owner(path, names) for path in read.recorded}
    reasons = {_owner(path, names): reason for path, reason in read.unread.items()}
    for drop in drops:
        name = writable(drop.name)
        if name not in recorded:
            yield Fate(drop, reasons.get(name, _UNREAD))
            continue
        changed = not drop.packed and read.recorded.get(name, drop.sha256) != drop.sha256
        yield Fate(drop, run_id=read.run_id, changed=changed)


def _owner(path: str, names: set[str]) -> str:
    """Return the file that a path is, or that it is packed in."""
    while path and path not in names:
        path = path.rpartition("/")[0]
    return path
