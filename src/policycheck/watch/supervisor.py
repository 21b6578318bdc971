"""What systemd is told: that a watcher is ready, lives, reloads, ends (see sd_notify(3))."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress

from policycheck.text import visible


def notify(*lines: str) -> None:
    """Send a datagram to the supervisor, if there is one. It is no matter if nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto("\n".join(lines).encode(), address.replace("@", "\0", 1))


def is_ready() -> None:
    """Say that it watches, at the start and after a reload."""
    notify("READY=1")


def is_reloading() -> None:
    """Say that it reads anew what it goes by."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def lives(status: str) -> None:
    """Say that it lives and what it does: to be called more often than WatchdogSec."""
    notify("WATCHDOG=1", f"STATUS={visible(status)}")


def is_stopping() -> None:
    """Say that it ends after the batch in hand."""
    notify("STOPPING=1")
