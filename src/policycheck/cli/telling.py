"""What a watcher does beside its work: tell people what is new, as `policycheck notify` does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from policycheck.cli.clock import now
from policycheck.cli.notify import open_office, open_senders
from policycheck.problems import PolicycheckError

if TYPE_CHECKING:
    from policycheck.watch.log import Log
    from policycheck.workspace import Settings

_PAUSE_SECONDS = 60.0
_END_SECONDS = 15.0
"""So long the end waits for a message that is being sent. One that is cut off is sent again."""


@contextmanager
def telling(settings: Callable[[], Settings], log: Log, *, once: bool) -> Iterator[None]:
    """Tell people once a minute, in a thread of its own; with `once`, a single time at the end.

    Recording never waits for it, and goes on whatever comes of it. settings: those of the moment.
    """
    teller = Teller(settings, log)
    if once:
        yield
        teller.tell()
        return
    ended = threading.Event()
    thread = threading.Thread(target=_tell_until, args=(teller, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(_END_SECONDS)


def _tell_until(teller: Teller, ended: threading.Event) -> None:
    teller.tell()
    while not ended.wait(_PAUSE_SECONDS):
        teller.tell()


class Teller:
    """Tells people what is new, and the log what came of it: a trouble once, until it changes."""

    def __init__(self, settings: Callable[[], Settings], log: Log) -> None:
        self._settings = settings
        self._log = log
        self._told: frozenset[tuple[str, str]] = frozenset()

    def tell(self) -> None:
        """Make the digests whose time has come, and send what waits."""
        settings = self._settings()
        if settings.notify is None:
            return
        try:
            troubles = self._tell(settings)
        except PolicycheckError as error:
            troubles = {("cannot tell", problem.message) for problem in error.problems}
        except Exception as error:  # whoever cannot be told, what is dropped is to be recorded
            troubles = {("cannot tell", f"{type(error).__name__}: {error}")}
        for event, reason in sorted(troubles - self._told):
            self._log.error(event, reason=reason)
        if self._told and not troubles:
            self._log.info("telling again")
        self._told = frozenset(troubles)

    def _tell(self, settings: Settings) -> set[tuple[str, str]]:
        from policycheck.notify import outgoing

        office, moment = open_office(settings), now()
        senders, problems = open_senders(settings)
        outgoing.fill_outbox(office, moment)
        delivery = outgoing.send_waiting(office, senders, moment)
        if delivery.messages:
            self._log.info("told", messages=delivery.messages, notices=delivery.notices)
        waiting = outgoing.list_waiting(office.store)
        new = frozenset(office.config.channels) - outgoing.list_begun(office.store, office.config)
        hint = "see `policycheck notify`, which shows what it would send, and --begin"
        troubles = {("cannot tell", problem.message) for problem in problems}
        troubles |= {("could not send", f"{w.channel}: {w.trouble}") for w in waiting if w.trouble}
        troubles |= {("nothing is sent through a new channel", f"{name}: {hint}") for name in new}
        return troubles
