"""A file that cannot be read, or not to its end, is one problem; all others are read."""

import os
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from policycheck.inventory.base import Source
from policycheck.inventory.detect import READERS
from policycheck.inventory.files.digest import Digest
from policycheck.inventory.files.opening import Opener
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.area import Staging
from report_examples import FILES, FORMATS

TABLE = "device_id,platform,kind,name\n"
GONE = "cannot be read: no such file or directory"


@contextmanager
def nobody():
    """Let the system forbid what it forbids to others than root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def open_example(con, folder: Path, file: str) -> Source:
    ((_, _, source),) = Opener(con, folder, lambda size: None).open(FILES / file)
    assert isinstance(source, Source)
    return source


def vanish(source: Source, folder: Path) -> Source:
    """Return a source as it is where its file was there when it was looked at, and is no more."""
    path = folder / "gone"
    return replace(source, content=None, file=path, digest=Digest(path, lambda size: None))


@pytest.mark.wide
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.NAME)
def test_a_file_that_vanishes_costs_only_itself(tmp_path, reader):
    """Each reader is given an example twice: once gone, once as it is."""
    files = [file for file, name in FORMATS.items() if name == reader.NAME]
    for number, file in enumerate(files):
        scratch = tmp_path / str(number)
        scratch.mkdir()
        with duckdb.connect() as con:
            staging = Staging(con, scratch, scratch, "D-1", only_look=True)
            sound = replace(open_example(con, scratch, file), input_no=2)
            gone = replace(vanish(sound, scratch), input_no=1, path="gone.txt")
            for source in (gone, sound):
                staging.enter(source, reader)
            reader.read([gone, sound], staging)
            staging.finish(datetime(2026, 11, 22))
            told = [(p.message, p.severity) for p in staging.problems if "gone.txt" in p.message]
            assert told == [(f"gone.txt {GONE}", "error")]
            assert (staging.devices[1], staging.items[1], staging.records[1]) == (0, 0, 0)
            rejected = con.execute("SELECT * FROM rejected WHERE input_no = 1").fetchall()
            assert rejected == [(1, "gone.txt", None, GONE)]
            assert set(staging.formats) == {2}


def test_what_was_read_of_a_file_that_fails_later_does_not_count(read, tmp_path):
    """Its digest is taken of all its bytes, so it tells of a fault that no reader met."""
    path = tmp_path / "a.csv"
    path.write_text(TABLE + "D1,ios,app,A\n")
    with duckdb.connect() as con:
        staging = Staging(con, tmp_path, tmp_path)
        source = replace(open_example(con, tmp_path, "own.csv"), input_no=1, path="a.csv")
        reader = next(reader for reader in READERS if reader.NAME == "policycheck-table")
        staging.enter(source, reader)
        reader.read([source], staging)
        staging.refuse(1, "a.csv", UnreadableError("cannot be read: input/output error"))
        staging.finish(datetime(2026, 11, 22))
        assert con.execute("SELECT count(*) FROM report").fetchall() == [(0,)]
        assert con.execute("SELECT count(*) FROM listing").fetchall() == [(0,)]
        assert (staging.devices[1], staging.items[1]) == (0, 0)
        assert staging.records[1] == staging.rejects[1]


def test_an_error_of_the_disk_is_told_of_its_file(read, tmp_path):
    """Linux has a file that is an ordinary one and whose bytes give an input/output error."""
    broken = Path("/proc/self/mem")
    if not broken.exists():
        pytest.skip("this system has no /proc/self/mem")
    link = tmp_path / "broken.csv"
    link.symlink_to(broken)
    (tmp_path / "sound.csv").write_text(TABLE + "D1,ios,app,A\n")
    reading = read(link, tmp_path / "sound.csv")
    assert [line.format for line in reading.result.inputs] == ["", "policycheck-table"]
    (problem,) = reading.result.problems
    assert problem.message == f"{link} cannot be read: input/output error"
    assert reading.reports("device_id") == [("D1",)]


def let_in(folder: Path) -> None:
    """Let everybody write into a folder, and come to it."""
    folder.chmod(0o777)
    for above in folder.parents:
        mode = above.stat().st_mode
        if mode & 0o011 != 0o011:
            above.chmod(mode | 0o011)


@pytest.mark.parametrize("size", [1, 400_000])
def test_a_file_that_nobody_may_read(read, tmp_path, size):
    secret = tmp_path / "secret.csv"
    secret.write_text(TABLE + "D2,ios,app,A\n" * size)
    secret.chmod(0)
    sound = tmp_path / "sound.csv"
    sound.write_text(TABLE + "D1,ios,app,A\n")
    let_in(tmp_path)
    with nobody():
        reading = read(secret, sound)
    assert reading.result.inputs[0].sha256 == ""
    (problem,) = reading.result.problems
    assert problem.message == f"{secret} cannot be read: permission denied"
    assert reading.reports("device_id") == [("D1",)]


def test_a_folder_that_nobody_may_list_is_told(read, tmp_path):
    """It may hold half of the fleet: not a word of it would be a greener audit."""
    reports = tmp_path / "reports"
    (reports / "secret").mkdir(parents=True)
    (reports / "sound.csv").write_text(TABLE + "D1,ios,app,A\n")
    (reports / "secret" / "b.csv").write_text(TABLE + "D2,ios,app,A\n")
    (reports / "secret").chmod(0)
    let_in(tmp_path)
    with nobody():
        reading = read(reports)
    (problem,) = reading.result.problems
    assert problem.message == f"{reports / 'secret'} cannot be read: permission denied"
    assert reading.reports("device_id") == [("D1",)]
    (reports / "secret").chmod(0o700)
