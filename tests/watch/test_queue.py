"""Which files a batch gets, and how often the inbox is looked at for that."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from policycheck.watch.inbox import Candidate, Inbox, Manner
from policycheck.watch.queue import Pace, Queue


class SlowInbox(Inbox):
    """One that holds so much that a look takes its time."""

    looks = 0

    def look(self, moment: float) -> list[Candidate]:
        self.looks += 1
        time.sleep(0.2)
        return super().look(moment)


def everything(_: Candidate) -> bool:
    return True


def fill(folder: Path, count: int) -> Inbox:
    for number in range(count):
        (folder / f"{number:03}.json").write_text("{}")
    return Inbox(folder, Manner(settle=0))


def take_all(queue: Queue, remove: Callable[[str], object]) -> list[list[str]]:
    """Take batch after batch until nothing comes any more."""
    batches: list[list[str]] = []
    while True:
        queue.look(everything)
        batch = [file.name for file in queue.choose()]
        if not batch:
            return batches
        batches.append(batch)
        for name in batch:
            remove(name)


def test_a_burst_is_not_looked_at_anew_for_each_batch(tmp_path: Path) -> None:
    fill(tmp_path, 60)
    inbox = SlowInbox(tmp_path, Manner(settle=0))
    queue = Queue(inbox, Pace(files=4))
    batches = take_all(queue, lambda name: (tmp_path / name).unlink())
    assert sorted(name for batch in batches for name in batch) == [
        f"{n:03}.json" for n in range(60)
    ]
    assert inbox.looks < len(batches)


def test_a_batch_has_places_for_what_came_last(tmp_path: Path) -> None:
    queue = Queue(fill(tmp_path, 60), Pace(files=20))
    queue.look(everything)
    names = [file.name for file in queue.choose()]
    assert names == ["058.json", "059.json", *(f"{n:03}.json" for n in range(18))]
    assert len(queue) == 40


def test_what_others_took_or_changed_since_the_look_is_not_chosen(tmp_path: Path) -> None:
    inbox = fill(tmp_path, 3)
    (tmp_path / "empty.json").touch()
    queue = Queue(inbox, Pace())
    queue.look(everything)
    (tmp_path / "000.json").unlink()
    (tmp_path / "empty.json").write_text("{}")
    assert [file.name for file in queue.choose()] == ["001.json", "002.json"]


def test_a_batch_that_took_too_long_is_halved_and_grows_again(tmp_path: Path) -> None:
    queue = Queue(fill(tmp_path, 1000), Pace(files=800, seconds=5))
    queue.look(everything)
    queue.adapt(9, 800)
    assert len(queue.choose()) == 400
    queue.adapt(1, 400)
    assert len(queue.choose()) == 600  # all that is left
