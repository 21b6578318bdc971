"""What wakes a watcher up: events of the file system where it has them, else the clock alone.

An event only says that it is time to look; what there is, the next look tells. On network shares
and overlays others' writing raises no events, so whether they come is tried out where that can be.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from watchdog.events import (
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from policycheck.watch.bell import Bell

if sys.platform == "linux":
    from watchdog.observers.inotify import InotifyEmitter
    from watchdog.observers.inotify_c import InotifyConstants, Mask

logging.getLogger("watchdog").addHandler(logging.NullHandler())  # its remarks are not ours to tell
_PROBE_SECONDS = 2.0
_SILENT = ("nfs", "cifs", "smb", "fuse", "9p", "overlay", "virtiofs", "ceph", "gluster", "vboxsf")
"""How kinds of file systems begin that tell nothing, or not of what other machines write."""
_MOUNTS = Path("/proc/self/mounts")


class _Ringer(FileSystemEventHandler):
    """Rings the bell at every event: what happened is not kept, so nothing can pile up."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in {"opened", "closed_no_write"}:  # our own looking
            self._bell.ring()


if sys.platform == "linux":
    _WANTED = [FileCreatedEvent, FileMovedEvent, FileClosedEvent]
    """Asked of the kernel: without it, each file that we open and close would tell us of that."""

    class _Arrivals(InotifyEmitter):
        """Hears of what comes into a folder; that a file leaves it is mostly our own claim.

        Its three threads would take a third as long for that as the claim itself.
        """

        def get_event_mask_from_filter(self) -> Mask:
            return Mask(super().get_event_mask_from_filter() & ~InotifyConstants.IN_MOVED_FROM)

    def _make_observer() -> BaseObserver:
        return BaseObserver(_Arrivals)

else:
    _WANTED = None
    _make_observer = Observer


class Events:
    """Rings a bell whenever something happens in a folder, as far as its file system tells."""

    def __init__(self, folder: Path, bell: Bell) -> None:
        self._folder = folder
        self._bell = bell
        self._observer: BaseObserver | None = None
        self._inode = 0

        self.told = False
        """Whether every change raises an event; else one has to look often."""

    def follow(self) -> None:
        """Begin, or begin anew where the folder is another one than before.

        After a folder was deleted its observer is silent for good, and says that it is alive.
        Raises OSError where there is no folder.
        """
        inode = self._folder.stat().st_ino
        if inode == self._inode:
            return
        self.close()
        self._inode = inode
        observer = _make_observer()
        observer.schedule(_Ringer(self._bell), str(self._folder), event_filter=_WANTED)
        try:
            observer.start()
        except OSError:  # no watch is left on this machine
            return
        self._observer = observer
        silent = kind_of_file_system(self._folder).startswith(_SILENT)
        self.told = not silent and self._is_heard()

    def _is_heard(self) -> bool:
        """Write a file and wait for its event; where none may be written, trust.

        It is called the same at each start: what a watcher left that was killed here goes with it.
        """
        self._bell.hush()
        probe = self._folder / ".policycheck-probe"
        with suppress(OSError):  # it may not be written, or there is no room
            try:
                probe.unlink(missing_ok=True)
                probe.touch(exist_ok=False)  # which follows no link
                return self._bell.wait(_PROBE_SECONDS)
            finally:
                probe.unlink(missing_ok=True)
        return True

    def close(self) -> None:
        """End."""
        if self._observer:
            self._observer.stop()
            self._observer.join()
        self._observer = None
        self.told = False


def kind_of_file_system(folder: Path) -> str:
    """Return the kind of file system that a folder lies on, as Linux calls it; else ""."""
    if sys.platform != "linux":
        return ""
    mounts = _MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    return _kind(str(folder.resolve()), [mount.split(" ")[1:3] for mount in mounts])


def _kind(folder: str, mounts: Sequence[Sequence[str]]) -> str:
    best = ("", "")
    for place, kind in mounts:
        path = place.encode("ascii", "backslashreplace").decode("unicode_escape")
        if f"{folder}/".startswith(f"{path.rstrip('/')}/") and len(path) >= len(best[0]):
            best = (path, kind)
    return best[1]
