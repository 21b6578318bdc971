"""The loop: look, claim, record, file away; and when that cannot be done, wait and say so once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from policycheck.problems import Problem
from policycheck.watch.batch import Fate, Recorder, Trouble, describe_machine
from policycheck.watch.claims import Claims, Drop
from policycheck.watch.events import Events
from policycheck.watch.in_place import InPlace
from policycheck.watch.inbox import Candidate, Inbox
from policycheck.watch.log import Log

_NEWEST = 10
"""One in so many places of a batch is for what came last: a burst delays no lone report."""
_WITHOUT_EVENTS = 1.0
_TOUCH_SECONDS = 60.0
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0


@dataclass(frozen=True)
class Pace:
    """How much is taken at once, and how often is looked."""

    files: int = 1000
    bytes: int = 64 * 1024 * 1024
    seconds: float = 5.0
    """How long a batch may take: after a longer one the next has half as many files."""
    rescan: float = 10.0
    """Seconds from one look to the next where no event comes earlier."""


class Watcher:
    """Takes what is dropped into an inbox, for as long as it is let."""

    def __init__(
        self,
        inbox: Inbox,
        open_claims: Callable[[], Claims | InPlace],
        recorder: Recorder,
        log: Log,
        pace: Pace,
        *,
        polls: bool = False,
    ) -> None:
        self.awake = threading.Event()
        self.stopping = False
        self._inbox = inbox
        self._open_claims = open_claims
        self._recorder = recorder
        self._log = log
        self._pace = pace
        self._events = None if polls else Events(inbox.folder, self.awake)
        self._claims: Claims | InPlace | None = None
        self._inode = 0
        self._touched = time.monotonic()
        self._places = pace.files
        self._left = True
        self._waiting = False
        self._trouble: Problem | None = None
        self._pause = _FIRST_PAUSE

    def stop(self) -> None:
        """End after the batch in hand."""
        self.stopping = True
        self.awake.set()

    def run(self, *, once: bool = False) -> None:
        """Watch until `stop` is called; with `once`, until nothing is left that could be taken."""
        began = time.monotonic()
        try:
            while not self.stopping:
                self.awake.clear()
                taken = self._work()
                if taken:
                    continue
                settled = time.monotonic() - began >= self._inbox.settle
                if once and (self._trouble or settled or not self._waiting):
                    return
                self._wait()
        finally:
            self._end()

    @property
    def trouble(self) -> Problem | None:
        """What keeps it from working; None where it works."""
        return self._trouble

    def _work(self) -> int:
        """Take one batch; return how many files it had. Troubles are told, once each."""
        try:
            taken = self._take_batch()
        except Trouble as trouble:
            self._suffer(trouble.problem)
        except OSError as error:
            self._suffer(describe_machine(error))
        else:
            self._recover()
            return taken
        return 0

    def _take_batch(self) -> int:
        claims = self._ready()
        if self._left:
            claims.take_back()
            for batch in claims.in_hand():
                self._record(claims, batch)
            self._left = False
        moment = time.monotonic()
        found = [file for file in self._inbox.look(moment) if claims.wants(file)]
        whole = self._choose(found, moment)
        self._waiting = len(found) > len(whole)
        if not whole:
            self._left = True  # others may have left something: looked for when there is time
            return 0
        self._left = True
        self._record(claims, claims.take(whole))
        self._left = False
        return len(whole)

    def _ready(self) -> Claims | InPlace:
        """Return where to put claims; make it anew where the inbox is another one than before."""
        inode = self._inbox.folder.stat().st_ino
        if self._events:
            self._events.follow()
        if self._claims is None or inode != self._inode:
            self._claims, self._inode = self._open_claims(), inode
        if time.monotonic() - self._touched >= _TOUCH_SECONDS:
            self._touched = time.monotonic()
            self._claims.touch()
        return self._claims

    def _choose(self, found: Sequence[Candidate], moment: float) -> list[Candidate]:
        """Choose a batch of whole files: the oldest, and some of the newest."""
        newest = self._places // _NEWEST
        order = [*found[len(found) - newest :], *found[: len(found) - newest]]
        if len(found) <= self._places:
            order = list(found)
        chosen: list[Candidate] = []
        size = 0
        for file in order:
            if len(chosen) == self._places or (chosen and size + file.size > self._pace.bytes):
                break
            if self._inbox.is_whole(file, moment):
                chosen.append(file)
                size += file.size
        return chosen

    def _record(self, claims: Claims | InPlace, drops: Sequence[Drop]) -> None:
        """Record a batch and file each of its files away."""
        began = time.monotonic()
        fates: list[Fate] = []
        for fate in self._recorder.record(drops):
            self._file_away(claims, fate)
            fates.append(fate)
        claims.clear()
        seconds = time.monotonic() - began
        self._adapt(seconds, len(fates))
        if recorded := [fate for fate in fates if not fate.reason]:
            runs = sorted({fate.run_id for fate in recorded if fate.run_id is not None})
            known = sum(fate.run_id is None for fate in recorded)
            self._log.info(
                "recorded", files=len(recorded) - known, known=known, runs=runs,
                seconds=round(seconds, 3),
            )  # fmt: skip

    def _file_away(self, claims: Claims | InPlace, fate: Fate) -> None:
        now = datetime.now(UTC)
        if fate.reason:
            claims.reject(fate.drop, fate.reason, now)
            self._log.warning("rejected", file=fate.drop.name, reason=fate.reason)
        elif fate.changed:
            claims.give_back(fate.drop)
            self._log.warning("changed while it was read, taken again", file=fate.drop.name)
        else:
            claims.finish(fate.drop, now)

    def _adapt(self, seconds: float, files: int) -> None:
        """Let a batch take about as long as it may."""
        if seconds > self._pace.seconds:
            self._places = max(1, min(self._places, files) // 2)
        elif files >= self._places:
            self._places = min(self._pace.files, self._places * 2)

    def _suffer(self, problem: Problem) -> None:
        """Say what is wrong, once; wait longer each time."""
        self._left = True
        if self._trouble is None or self._trouble.message != problem.message:
            self._log.error("cannot record", reason=problem.message, hint=problem.hint)
        self._pause = (
            _FIRST_PAUSE if self._trouble is None else min(_LONGEST_PAUSE, 2 * self._pause)
        )
        self._trouble = problem

    def _recover(self) -> None:
        if self._trouble:
            self._log.info("recording again", was=self._trouble.message)
        self._trouble = None

    def _wait(self) -> None:
        if self._trouble:
            seconds = self._pause
        elif self._waiting:
            seconds = max(0.05, min(self._inbox.settle / 4, _WITHOUT_EVENTS))
        elif self._events and self._events.told and not self._inbox.recursive:
            seconds = self._pace.rescan
        else:
            seconds = min(_WITHOUT_EVENTS, self._pace.rescan)
        if self._trouble:  # events do not mend it, and stopping is asked for below
            self._sleep(seconds)
        else:
            self.awake.wait(seconds)

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.stopping and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _WITHOUT_EVENTS / 4))

    def _end(self) -> None:
        if self._events:
            self._events.close()
        if self._claims:
            with suppress(OSError):
                self._claims.close()
