"""What a watcher asks the kernel to be told of."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from policycheck.watch.bell import Bell
from policycheck.watch.events import Events

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
_MOVED_FROM, _MOVED_TO, _CLOSE_WRITE = 0x40, 0x80, 0x08


def _masks(folder: Path) -> Iterator[int]:
    """Yield what this process has asked about a folder, as the kernel tells it."""
    inode = f"{folder.stat().st_ino:x}"
    for told in Path("/proc/self/fdinfo").iterdir():
        with suppress(FileNotFoundError):  # of the look itself
            asked = re.findall(
                rf"inotify wd:\w+ ino:{inode} .* mask:(\w+)", told.read_text("ascii")
            )
            for mask in asked:
                yield int(mask, 16)


def test_what_leaves_the_inbox_is_not_asked_about(tmp_path: Path) -> None:
    with closing(Events(tmp_path, Bell())) as events:
        events.follow()
        (mask,) = _masks(tmp_path)
        assert events.told
    assert mask & _MOVED_TO
    assert mask & _CLOSE_WRITE
    assert not mask & _MOVED_FROM
    assert not list(_masks(tmp_path))


def test_what_a_killed_watcher_left_of_its_trial_goes_with_the_next(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"kept")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / ".policycheck-probe").symlink_to(tmp_path / "elsewhere")
    with closing(Events(inbox, Bell())) as events:
        events.follow()
        assert events.told
    assert list(inbox.iterdir()) == []
    assert (tmp_path / "elsewhere").read_bytes() == b"kept"
