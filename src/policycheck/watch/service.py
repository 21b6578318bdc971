"""The loop: look, claim, record, file away; and when that cannot be done, wait and say so once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from policycheck.problems import Problem
from policycheck.store.watchers import STOPPED
from policycheck.watch import supervisor
from policycheck.watch.backoff import Backoff
from policycheck.watch.batch import Fate, Recorder, Trouble, describe_machine
from policycheck.watch.bell import Bell
from policycheck.watch.claims import Claims
from policycheck.watch.drop import Drop
from policycheck.watch.events import Events
from policycheck.watch.filing import Filing
from policycheck.watch.held import Held
from policycheck.watch.in_place import InPlace
from policycheck.watch.inbox import Candidate, Inbox
from policycheck.watch.log import Log
from policycheck.watch.orders import Standing
from policycheck.watch.pulse import Pulse
from policycheck.watch.queue import Pace, Queue

_WITHOUT_EVENTS = 1.0
_TOUCH_SECONDS = 60.0


class Watcher:
    """Takes what is dropped into an inbox, for as long as it is let."""

    def __init__(
        self,
        inbox: Inbox,
        open_claims: Callable[[], Claims | InPlace],
        recorder: Recorder,
        *,
        standing: Standing,
        pulse: Pulse,
        log: Log,
        pace: Pace,
        polls: bool = False,
    ) -> None:
        self.stopping = False
        self._reloading = False
        self._bell = Bell()
        self._inbox = inbox
        self._open_claims = open_claims
        self._recorder = recorder
        self._standing = standing
        self._pulse = pulse
        self._log = log
        self._queue = Queue(inbox, pace)
        self._rescan = pace.rescan
        self._events = None if polls else Events(inbox.folder, self._bell)
        self._claims: Claims | InPlace | None = None
        self._inode = 0
        self._touched = time.monotonic()
        self._left = True
        self._outdated = True
        """What is stored may have been judged by something else than what stands."""
        self._waiting = False
        self._held = Held()
        self._filing = Filing(self._held, pulse.figures, log)
        self._backoff = Backoff(log)

    def stop(self) -> None:
        """End after the batch in hand; may be called where a signal is handled."""
        self.stopping = True
        self._bell.ring()

    def reload(self) -> None:
        """Read anew what it goes by, after the batch in hand; may be called like `stop`."""
        self._reloading = True
        self._bell.ring()

    def run(self, *, once: bool = False) -> None:
        """Watch until `stop` is called; with `once`, until nothing is left that could be taken."""
        began = time.monotonic()
        supervisor.is_ready()
        try:
            while not self.stopping:
                self._bell.hush()
                taken = self._work()
                if taken:
                    continue
                settled = time.monotonic() - began >= self._inbox.settle
                if once and (self.trouble or settled or not self._waiting):
                    return
                self._wait()
        finally:
            self._end()

    @property
    def trouble(self) -> Problem | None:
        """What keeps it from working; None where it works."""
        return self._backoff.problem

    def _work(self) -> int:
        """Take one batch; return how many files it had. Troubles are told, once each."""
        try:
            self._follow_orders()
            taken = self._take_batch()
        except Trouble as trouble:
            self._suffer(trouble)
        except OSError as error:
            self._suffer(Trouble(describe_machine(error)))
        else:
            self._backoff.recover()
            return taken
        return 0

    def _suffer(self, trouble: Trouble) -> None:
        self._left = True
        self._backoff.suffer(trouble)

    def _follow_orders(self) -> None:
        """Go by what stands now, and judge what is stored by it."""
        asked, self._reloading = self._reloading, False
        if asked:
            supervisor.is_reloading()
        if self._standing.follow(time.monotonic(), asked=asked):
            self._outdated = True
            self._pulse.figures.reloads += 1
        if asked:
            supervisor.is_ready()
        if self._outdated:
            self._beat("re-judging")
            run_id = self._recorder.rejudge()
            self._outdated = False
            if run_id is not None:
                self._filing.tell_of_run(run_id)
                self._log.info("judged what is stored anew", run=run_id)

    def _take_batch(self) -> int:
        claims = self._ready()
        if self._left:
            self._pulse.bury(claims.take_back())
            self._held.forget_gone()
            moment = time.monotonic()
            for batch in claims.in_hand(lambda path: not self._held.waits(path, moment)):
                self._record(claims, batch)
            self._left = False
        moment = time.monotonic()
        self._queue.look(lambda file: self._is_wanted(claims, file, moment))
        self._pulse.figures.backlog = len(self._queue)
        whole = self._queue.choose()
        self._waiting = self._pulse.figures.backlog > len(whole)
        self._left = True
        if not whole:  # others may have left something: looked for when there is time
            return 0
        self._record(claims, claims.take(whole))
        self._left = False
        return len(whole)

    def _is_wanted(self, claims: Claims | InPlace, file: Candidate, moment: float) -> bool:
        if not claims.wants(file):
            return False
        return not (self._held and self._held.waits(self._inbox.folder / file.name, moment))

    def _ready(self) -> Claims | InPlace:
        """Return where to put claims; make it anew where the inbox is another one than before."""
        inode = self._inbox.folder.stat().st_ino
        if self._events:
            self._events.follow()
        if self._claims is None or inode != self._inode:
            if self._claims:
                with suppress(OSError):
                    self._claims.close()
            self._claims = None
            self._queue.forget()
            self._claims, self._inode = self._open_claims(), inode
            self._pulse.folder = self._claims.folder
        if time.monotonic() - self._touched >= _TOUCH_SECONDS:
            self._touched = time.monotonic()
            self._claims.touch()
        return self._claims

    def _record(self, claims: Claims | InPlace, drops: Sequence[Drop]) -> None:
        """Record a batch and file each of its files away."""
        if not drops:
            return
        self._beat("recording")
        began = time.monotonic()
        fates: list[Fate] = []
        for fate in self._recorder.record(drops):
            self._filing.file_away(claims, fate)
            fates.append(fate)
        claims.clear()
        seconds = time.monotonic() - began
        self._queue.adapt(seconds, len(fates))
        self._filing.tell(fates, seconds)

    def _wait(self) -> None:
        """Wait for an event, or until it is time to look; in trouble, until it is to try again."""
        if self.trouble:  # events do not mend it
            self._sleep(self._backoff.pause, Bell())
        elif self._waiting:
            self._sleep(max(0.05, min(self._inbox.settle / 4, _WITHOUT_EVENTS)), self._bell)
        elif self._standing.unsettled:
            self._sleep(_WITHOUT_EVENTS, self._bell)
        elif self._events and self._events.told and not self._inbox.recursive:
            self._sleep(self._rescan, self._bell)
        else:
            self._sleep(min(_WITHOUT_EVENTS, self._rescan), self._bell)

    def _sleep(self, seconds: float, bell: Bell) -> None:
        until = time.monotonic() + seconds
        while not (self.stopping or self._reloading) and (left := until - time.monotonic()) > 0:
            self._beat("waiting")
            if bell.wait(min(left, _WITHOUT_EVENTS)):
                return

    def _beat(self, state: str) -> None:
        trouble = self.trouble.message if self.trouble else ""
        self._pulse.beat(state, trouble=trouble, refused=self._standing.refused)

    def _end(self) -> None:
        supervisor.is_stopping()
        if self._events:
            self._events.close()
        if self._claims:
            self._pulse.folder = None
            with suppress(OSError):
                self._claims.close()
        self._beat(STOPPED)
