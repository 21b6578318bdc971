"""A PostgreSQL server for tests: Debian's binaries, in a folder of its own, on a socket.

No port is opened and nothing is made durable. As root it runs as Debian's user `postgres`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

_QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
_FOLDERS = "/usr/lib/postgresql"
_NO_PORT = "listen_addresses="
_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_NOT_TIDY = ("autovacuum=off",)
"""It would go round thousands of databases, each of them gone before it needs that."""


def binaries() -> Path | None:
    """Return the folder of the newest server's programs, None where none is installed."""
    found = [path.parent for path in Path(_FOLDERS).glob("*/bin/initdb")]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


@dataclass
class Server:
    """A server that runs, reached through its socket's folder."""

    folder: Path
    command: list[Any]
    process: subprocess.Popen[bytes]
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            dbname=database, user="postgres", host=str(self.folder), autocommit=True
        )

    def new_database(self, template: str = "template1") -> str:
        """Make a database and return its name."""
        name = f"store_{next(self.numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop it meanwhile."""
        self.process.send_signal(signal.SIGINT)  # a fast shutdown
        self.process.wait()
        yield
        self.process = _start(self.command, self.folder)
        _wait_until_it_answers(self, self.process)


def _start(command: list[Any], folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=folder, **_run_as(), **_QUIET)


def _run_as() -> dict[str, Any]:
    """Say as whom the server runs: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[Server]:
    """Run a server. Skips the test where none is installed.

    What is measured has to be durable.
    """
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pc-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    try:
        locale = ["--no-locale", "--encoding=UTF8"]
        initdb = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]
        subprocess.run([*initdb, *locale], check=True, cwd=folder, **_run_as(), **_QUIET)
        settings = (_NO_PORT, *(() if durable else (*_NOT_DURABLE, *_NOT_TIDY)))
        options = [word for setting in settings for word in ("-c", setting)]
        command = [programs / "postgres", "-D", data, "-k", folder, *options]
        server = Server(folder, command, _start(command, folder))
        try:
            _wait_until_it_answers(server, server.process)
            yield server
        finally:
            server.process.send_signal(signal.SIGINT)
            server.process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_it_answers(server: Server, process: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            if process.poll() is not None:
                raise
        else:
            return
