"""What a watcher sleeps by: rung by events of the file system, and by signals."""

from __future__ import annotations

from contextlib import suppress
from queue import Empty, SimpleQueue


class Bell:
    """Wakes whoever waits for it, and may be rung anywhere, also where a signal is handled.

    A signal is handled in the midst of what its thread does. There a threading.Event is no help: a
    handler that sets the one that its own thread begins to wait for waits for that thread, for
    ever. The queue takes and gives in one step (see `SimpleQueue.put` in Python's library).
    """

    def __init__(self) -> None:
        self._rung: SimpleQueue[None] = SimpleQueue()

    def ring(self) -> None:
        """Wake who waits, or who will wait next; ringing twice is as ringing once."""
        if self._rung.empty():
            self._rung.put(None)

    def hush(self) -> None:
        """Forget that it was rung."""
        with suppress(Empty):
            while True:
                self._rung.get_nowait()

    def wait(self, seconds: float) -> bool:
        """Wait until it is rung, but not longer; tell whether it was. That it was is forgotten."""
        try:
            self._rung.get(timeout=seconds)
        except Empty:
            return False
        return True
