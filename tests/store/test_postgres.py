"""What only PostgreSQL does: several that record at once, and connections that are cut."""

from __future__ import annotations

import select
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Connection
from toy import Toy
from toy_judge import Report

from policycheck.problems import ConnectionLostError, PolicycheckError
from policycheck.store.database import Store, open_store
from policycheck.store.faults import parse_url, shown
from postgres_server import Server

pytestmark = pytest.mark.postgres
_SOCKET = ".s.PGSQL.5432"


@pytest.fixture
def url(server: Server) -> str:
    return server.url(server.new_database())


def backend(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def cut(server: Server, number: int) -> None:
    with server.connect() as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 10000)", (number,))


def add_control(connection: Connection, name: str) -> None:
    connection.exec_driver_sql("INSERT INTO control VALUES ('memo', %s, 'low', 'must')", (name,))


def controls(store: Store) -> list[str]:
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT control FROM control ORDER BY 1")
        return [name for (name,) in rows]


def test_who_waited_too_long_is_told_for_whom(url: str) -> None:
    store = open_store(url)
    second = open_store(url, wait=0.05)
    with store.writing(), pytest.raises(PolicycheckError) as caught, second.writing():
        pass
    told = str(caught.value)
    assert " is locked by policycheck " in told
    assert " since 20" in told


def test_one_records_after_the_other_and_sees_what_it_did(url: str) -> None:
    store = open_store(url)

    def add_one(_: int) -> None:
        with store.writing() as connection:
            count = connection.exec_driver_sql("SELECT count(*) FROM control").scalar_one()
            add_control(connection, f"c{count}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_one, range(20)))
    assert len(controls(store)) == 20


def test_several_make_one_store(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(open_store, [url] * 4))
    assert controls(stores[0]) == []


def test_readers_see_one_moment_and_do_not_wait(url: str) -> None:
    store = open_store(url)
    with store.reading() as reading:
        count = "SELECT count(*) FROM control"
        assert reading.exec_driver_sql(count).scalar_one() == 0
        with store.writing() as connection:
            add_control(connection, "c1")
            assert controls(store) == []
        assert reading.exec_driver_sql(count).scalar_one() == 0
    assert controls(store) == ["c1"]


def test_a_cut_connection_is_said_and_leaves_nothing(server: Server, url: str) -> None:
    store = open_store(url)

    def write_and_be_cut() -> None:
        with store.writing() as connection:
            add_control(connection, "c1")
            cut(server, backend(connection))
            add_control(connection, "c2")

    with pytest.raises(ConnectionLostError) as caught:
        write_and_be_cut()
    assert "the connection to the store" in str(caught.value)
    assert "nothing was recorded; run it again" in str(caught.value)
    assert controls(store) == []


def test_a_connection_cut_before_the_commit_leaves_nothing(server: Server, url: str) -> None:
    store = open_store(url)

    def write_and_be_cut() -> None:
        with store.writing() as connection:
            add_control(connection, "c1")
            cut(server, backend(connection))

    with pytest.raises(ConnectionLostError):
        write_and_be_cut()
    assert controls(store) == []


class Deaf(Thread):
    """Stands between one client and the server, and keeps the answer to `COMMIT` from it."""

    def __init__(self, server: Server, folder: Path) -> None:
        super().__init__(daemon=True)
        self.server, self.folder = server, folder
        self.armed = False
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / _SOCKET))
        self.listener.listen()

    def run(self) -> None:
        while True:
            client, _ = self.listener.accept()
            with client, socket.socket(socket.AF_UNIX) as behind:
                behind.connect(str(self.server.folder / _SOCKET))
                self._pass_on(client, behind)

    def _pass_on(self, client: socket.socket, behind: socket.socket) -> None:
        committing = False
        while True:
            for ready in select.select([client, behind], [], [])[0]:
                data = ready.recv(1 << 16)
                if ready is client:
                    committing = self.armed and b"COMMIT" in data
                if not data or (ready is behind and committing):
                    self.armed = False
                    return
                (behind if ready is client else client).sendall(data)


def test_a_connection_cut_after_the_commit_is_found_to_have_committed(server: Server) -> None:
    with tempfile.TemporaryDirectory(prefix="pc-deaf-") as folder:
        deaf = Deaf(server, Path(folder))
        deaf.start()
        store = open_store(f"postgresql://postgres@/{server.new_database()}?host={folder}")
        with store.writing() as connection:
            add_control(connection, "c1")
            deaf.armed = True
        assert not deaf.armed
        assert controls(store) == ["c1"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("postgresql+psycopg://me:geheim@h/x", "postgresql+psycopg://me:***@h/x"),
        ("postgresql://h/x?password=geheim", "postgresql://h/x?password=%2A%2A%2A"),
        ("postgresql://h/x?a=b&sslpassword=geheim", "postgresql://h/x?a=b&sslpassword=%2A%2A%2A"),
    ],
)
def test_passwords_are_not_shown(given: str, told: str) -> None:
    assert shown(parse_url(given)) == told


@pytest.mark.parametrize(
    "given",
    [
        "postgresql://me:geheim@127.0.0.1:1/x",
        "postgresql+psycopg2://me:geheim@127.0.0.1/x",
        "postgresql://me:geheim@127.0.0.1:geheim/x",
        "postgresql://me:geheim@127.0.0.1:1/",
        "postgresql://me@127.0.0.1:1/x?password=geheim&nonsense=1",
    ],
)
def test_what_cannot_be_connected_to_is_refused_without_the_password(given: str) -> None:
    with pytest.raises(PolicycheckError) as caught:
        open_store(given)
    assert "geheim" not in str(caught.value)
    assert "help: " in str(caught.value)


def test_without_the_driver_is_said_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from policycheck.store.database import open_store\n"
        "try: open_store('postgresql://x/y')\n"
        "except Exception as error: print(error)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == [
        "error: a store in PostgreSQL needs psycopg, which is not here",
        "  = help: pip install 'policycheck[postgres]'",
    ]


def test_many_keys_are_one_question(url: str, tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    toy.url = url
    toy.audit(1, *(Report(device=f"d{n}") for n in range(40)))
    toy.audit(2, Report(device="d7", at=2, items=()))
    assert toy.rows("SELECT device_key FROM violation WHERE status = 'closed'") == [("d7",)]
