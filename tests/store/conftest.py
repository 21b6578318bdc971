"""Where the tests' stores are made: each test of a store runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import toy

from policycheck.store.database import open_store
from postgres_server import Server, running_server

_TEMPLATE = "empty_store"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server with an empty store to copy: that takes a twentieth of the time to make one."""
    with running_server() as running:
        with running.connect() as connection:
            connection.execute(f"CREATE DATABASE {_TEMPLATE}")
        open_store(running.url(_TEMPLATE))
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def each_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let toys have their stores in each kind of database; return which."""
    if request.param == "postgresql":
        running: Server = request.getfixturevalue("server")
        made = lambda _: running.url(running.new_database(_TEMPLATE))  # noqa: E731
        monkeypatch.setattr(toy, "make_store", made)
    return str(request.param)
