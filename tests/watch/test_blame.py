"""Whose fault it is: a file's, the machine's or ours. Only the first may reject a file."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from policycheck.store.archive import Archive
from policycheck.store.database import open_store
from policycheck.store.facts import Facts
from policycheck.watch.batch import Fate, Recorder, Trouble
from policycheck.watch.drop import Drop
from policycheck.watch.held import Held

Fails = Callable[[Drop], Exception | None]


def recorder(folder: Path, in_audit: Fails, in_reading: Fails = lambda _: None) -> Recorder:
    """Return a recorder whose audits and readers fail where they are told to."""

    @contextmanager
    def audit(drops: Sequence[Drop]) -> Iterator[SimpleNamespace]:
        for drop in drops:
            if error := in_audit(drop):
                raise error
        with duckdb.connect() as con:
            con.execute("CREATE TABLE rejected(path VARCHAR, record BIGINT, reason VARCHAR)")
            inputs = [SimpleNamespace(path=d.name, sha256=d.sha256, format="own") for d in drops]
            yield SimpleNamespace(inputs=inputs, con=con, run_id=1)

    def look(drop: Drop) -> None:
        if error := in_reading(drop):
            raise error

    archive = Archive(open_store("sqlite:///store.db", folder), Facts(folder / "facts"))
    return Recorder(archive, audit, look, lambda: nullcontext(None))


def drops(folder: Path, count: int) -> list[Drop]:
    digests = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(count)]
    return [Drop(folder / f"{n}", f"{n}", 1, digest) for n, digest in enumerate(digests)]


def only(name: str, error: Exception) -> Fails:
    return lambda drop: error if drop.name == name else None


def by_name(fates: Iterator[Fate]) -> dict[str, Fate]:
    return {fate.drop.name: fate for fate in fates}


def test_a_file_that_its_reader_cannot_take_is_rejected_alone(tmp_path: Path) -> None:
    spoils = only("5", KeyError("x"))
    told = by_name(recorder(tmp_path, spoils, spoils).record(drops(tmp_path, 9)))
    assert "bug in policycheck: KeyError" in told.pop("5").reason
    assert {(fate.reason, fate.held, fate.run_id) for fate in told.values()} == {("", "", 1)}


@pytest.mark.parametrize(
    "error", [KeyError("x"), OSError(errno.EIO, "Input/output error"), MemoryError()], ids=repr
)
def test_what_can_be_read_or_fails_by_the_machine_is_held(tmp_path: Path, error: Exception) -> None:
    told = by_name(recorder(tmp_path, only("5", error)).record(drops(tmp_path, 9)))
    held = told.pop("5")
    assert (held.reason, held.held != "") == ("", True)
    assert (held.bug is error) == isinstance(error, KeyError)
    assert {(fate.reason, fate.held) for fate in told.values()} == {("", "")}


def test_where_everything_fails_nothing_is_rejected(tmp_path: Path) -> None:
    def fails(_: Drop) -> Exception:
        return KeyError("x")

    fates = recorder(tmp_path, fails, fails).record(drops(tmp_path, 40))
    with pytest.raises(Trouble) as trouble:
        list(fates)
    assert "this is a bug in policycheck" in trouble.value.problem.message
    assert isinstance(trouble.value.bug, KeyError)


def test_a_full_disk_is_nobodys_fault(tmp_path: Path) -> None:
    full = only("5", OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(Trouble, match="no space left"):
        list(recorder(tmp_path, full).record(drops(tmp_path, 9)))


def test_what_is_unreadable_from_the_start_is_held(tmp_path: Path) -> None:
    bad = Drop(tmp_path / "x", "x", 0, "", unreadable="cannot be read: Input/output error")
    told = by_name(recorder(tmp_path, lambda _: None).record([bad, *drops(tmp_path, 2)]))
    assert told["x"].held == "cannot be read: Input/output error"
    assert told["0"].run_id == 1


def test_a_held_file_is_tried_ever_more_rarely() -> None:
    held, place = Held(), Path("x")
    assert held.hold(place, 0)
    assert (held.waits(place, 59), held.waits(place, 60)) == (True, False)
    assert not held.hold(place, 60)
    assert (held.waits(place, 179), held.waits(place, 180)) == (True, False)
    held.release(place)
    assert (held.waits(place, 60), len(held)) == (False, 0)


def test_held_files_that_are_gone_are_not_counted_for_ever(tmp_path: Path) -> None:
    held = Held()
    held.hold(tmp_path, 0)
    held.hold(tmp_path / "gone", 0)
    held.forget_gone()
    assert len(held) == 1
    assert held.waits(tmp_path, 1)
