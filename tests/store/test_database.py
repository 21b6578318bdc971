"""Opening, making, refusing, locking and upgrading a store."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel
from toy import Toy
from toy_judge import Report

from policycheck.problems import PolicycheckError
from policycheck.store.database import Store, check_revision, open_store, upgrade_store
from policycheck.store.faults import parse_url
from policycheck.store.info import describe_store
from policycheck.store.revisions import HEAD, REVISIONS, migration_folder


def refusal(url: str, folder: Path | None = None) -> str:
    with pytest.raises(PolicycheckError) as caught:
        open_store(url, folder, wait=0.05)
    return str(caught.value)


def test_a_store_is_made_where_there_is_none(tmp_path) -> None:
    open_store("sqlite:///store.db", tmp_path)
    assert (tmp_path / "store.db").is_file()
    assert describe_store(open_store("sqlite:///store.db", tmp_path)).revision == HEAD


def test_an_empty_file_becomes_a_store(tmp_path) -> None:
    (tmp_path / "store.db").touch()
    open_store("sqlite:///store.db", tmp_path)


@pytest.mark.parametrize("name", ["a?b=1", "50%20", "a'b", "#1"])
def test_a_file_is_called_as_it_is_written(name: str, tmp_path) -> None:
    (tmp_path / name).mkdir()
    open_store(f"sqlite:///{name}/store.db", tmp_path)
    assert (tmp_path / name / "store.db").is_file()


def test_a_store_that_lost_its_revision_is_damaged(tmp_path) -> None:
    store = open_store("sqlite:///store.db", tmp_path)
    with store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
    assert "is damaged" in refusal("sqlite:///store.db", tmp_path)


def test_a_store_that_was_emptied_is_told_from_a_table_that_we_misspelt(tmp_path) -> None:
    store = open_store("sqlite:///store.db", tmp_path)
    misspelt = "SELECT * FROM violatoin"
    with pytest.raises(OperationalError, match="violatoin"), store.reading() as connection:
        connection.exec_driver_sql(misspelt)
    (tmp_path / "store.db").unlink()
    with pytest.raises(PolicycheckError, match="is empty"), store.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM violation")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("policycheck.db", "error: the store is not given as a URL"),
        ("sqlite://", "error: a store in memory would be gone at the end"),
        ("sqlite:///:memory:", "error: a store in memory would be gone at the end"),
        ("mysql://root:secret@host/x", "error: no kind of store is called mysql"),
        ("sqlite:///nowhere/store.db", "error: there is no folder {folder}/nowhere for the store"),
        ("sqlite:///here", "error: the store {folder}/here is a folder"),
        ("sqlite:///text.db", "error: sqlite:///{folder}/text.db is not a SQLite database"),
        (
            "sqlite:///other.db",
            "error: sqlite:///{folder}/other.db is a database, but not a store of policycheck",
        ),
    ],
)
def test_what_cannot_be_a_store(url: str, message: str, tmp_path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "text.db").write_text("not a database, but long enough to be looked at" * 9)
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE customer(id INTEGER)")
    other.close()
    told = refusal(url, tmp_path)
    assert told.splitlines()[0] == message.format(folder=tmp_path)
    assert "secret" not in told


def set_revision(store: Store, revision: str) -> None:
    with store.writing() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")


def test_a_newer_store_is_refused(tmp_path) -> None:
    store = open_store("sqlite:///store.db", tmp_path)
    set_revision(store, "9999")
    assert "was made by a newer policycheck (revision 9999)" in refusal(str(store.url))
    with pytest.raises(PolicycheckError, match="newer"):
        upgrade_store(str(store.url))


def test_an_older_store_is_refused_with_what_to_do() -> None:
    with pytest.raises(PolicycheckError) as caught:
        check_revision(parse_url("sqlite:///store.db"), "0001", ("0001", "0002"))
    assert str(caught.value) == (
        "error: the store sqlite:///store.db was made by an older policycheck (revision 0001)\n"
        "  = help: run `policycheck store upgrade`, after a backup"
    )


def test_there_is_nothing_to_upgrade_where_there_is_no_store(tmp_path) -> None:
    with pytest.raises(PolicycheckError, match="there is no store"):
        upgrade_store("sqlite:///store.db", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_upgrade_keeps_what_is_stored(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, Report(serial="S1"))
    before = toy.rows("SELECT * FROM violation")
    assert upgrade_store(toy.url) == (HEAD, HEAD)
    assert toy.rows("SELECT * FROM violation") == before
    toy.audit(2, Report(serial="S1", at=2, items=()))
    assert toy.events() == ["1 opened report", "2 closed report resolved"]


def migrated(folder: Path) -> Store:
    """Make a store as one of the first revision would have come to be one of today's."""
    (folder / "migrated.db").touch()
    upgrade_store("sqlite:///migrated.db", folder)
    return open_store("sqlite:///migrated.db", folder)


def without_rowid(connection: Connection) -> list[str]:
    rows = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%' ORDER BY 1"
    )
    return [name for (name,) in rows.fetchall()]


@pytest.mark.filterwarnings(
    "ignore:Skipped unsupported reflection", "ignore:autogenerate skipping metadata-specified"
)
def test_models_and_migrations_agree(tmp_path) -> None:
    with migrated(tmp_path).reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
        assert without_rowid(connection) == ["alias", "device", "device_source", "episode"]


def describe(store: Store) -> dict[str, object]:
    """Describe every table: columns, keys, indexes; in whatever order they came to be."""
    with store.reading() as connection:
        found = inspect(connection)
        told: dict[str, object] = {"without rowid": without_rowid(connection)}
        for table in found.get_table_names():
            columns = [
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in found.get_columns(table)
            ]
            keys = [found.get_pk_constraint(table), *found.get_foreign_keys(table)]
            indexes = found.get_indexes(table)
            told[table] = (sorted(columns), sorted(map(str, keys)), sorted(map(str, indexes)))
        told["revision"] = connection.exec_driver_sql("SELECT * FROM alembic_version").all()
    return told


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
def test_a_new_store_is_what_migrations_make(tmp_path) -> None:
    new = describe(open_store("sqlite:///store.db", tmp_path))
    assert "violation" in new
    assert new == describe(migrated(tmp_path))


def test_the_revisions_told_by_file_names_are_alembic_s() -> None:
    scripts = ScriptDirectory(str(migration_folder()))
    told = tuple(script.revision for script in reversed(list(scripts.walk_revisions())))
    assert told == REVISIONS


def test_opening_a_store_that_is_there_needs_no_alembic(tmp_path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    open_store(url)
    code = (
        "import sys; from policycheck.store.database import open_store;"
        f" open_store({url!r}); print('alembic' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_identity_and_lives_need_no_database_library() -> None:
    code = (
        "import sys, policycheck.store.identity, policycheck.store.lives;"
        " print(sorted({'sqlmodel', 'sqlalchemy', 'alembic'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path) -> None:
    store = open_store("sqlite:///store.db", tmp_path)
    second = open_store("sqlite:///store.db", tmp_path, wait=0.05)
    with store.writing(), pytest.raises(PolicycheckError) as caught, second.writing():
        pass
    assert f" is locked by process {os.getpid()} on {socket.gethostname()} since 20" in str(
        caught.value
    )
    with second.writing():
        pass  # and the lock is free again
    assert not (tmp_path / "store.db-writer").exists()


def test_a_file_that_another_makes_a_store_of_is_waited_for(tmp_path) -> None:
    """For its journal's kind SQLite itself does not wait: of two at once, one was turned away."""
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None, check_same_thread=False)
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(PolicycheckError, match="is locked by another policycheck"):
            open_store("sqlite:///store.db", tmp_path, wait=0.05)
        released = threading.Timer(0.2, other.rollback)
        released.start()
        open_store("sqlite:///store.db", tmp_path)
        released.join()


def test_a_writer_that_was_killed_locks_nobody_out(tmp_path) -> None:
    (tmp_path / "store.db-writer").write_text("process 1 on elsewhere\n")
    with open_store("sqlite:///store.db", tmp_path, wait=0.05).writing():
        pass


def test_readers_do_not_wait_for_the_writer(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, Report())
    with toy.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM violation")
        assert toy.rows("SELECT count(*) FROM violation") == [(1,)]


def test_what_fails_leaves_nothing_behind(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, Report())
    before = toy.rows("SELECT * FROM run")

    def delete_and_fail() -> None:
        with toy.store.writing() as connection:
            connection.exec_driver_sql("DELETE FROM run")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        delete_and_fail()
    assert toy.rows("SELECT * FROM run") == before


def test_a_store_in_numbers(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, Report(), Report(device="d2"))
    toy.audit(2, replace(Report(items=()), at=2))
    info = describe_store(toy.store)
    assert info.url == toy.url
    assert info.violations == {"closed": 1, "open": 1}
    assert dict(info.rows) == {
        "run": 2, "report": 3, "rejection": 0, "device": 2, "violation": 2, "event": 3,
    }  # fmt: skip
    assert info.bytes > 4096


def test_an_error_of_the_database_quotes_nothing_that_is_stored(tmp_path: Path) -> None:
    store = open_store("sqlite:///store.db", tmp_path)
    statement = text("INSERT INTO device(nothing) VALUES (:who)")
    with store.reading() as connection, pytest.raises(OperationalError) as caught:
        connection.execute(statement, {"who": "ann@example.com"})
    assert "ann@example.com" not in str(caught.value)
