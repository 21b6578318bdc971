"""A store in PostgreSQL: for several machines that record and read at once.

Whoever records takes one lock for the whole store (an advisory lock of the transaction), judges
and records; another that wants to record waits until that is done. So nothing is lost and nothing
can deadlock. Readers take no lock, see one moment, and never wait.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, Engine, RootTransaction, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from policycheck.problems import ConnectionLostError, PolicycheckError, Problem
from policycheck.store.faults import fault, shown

if TYPE_CHECKING:
    import psycopg

WAIT_SECONDS = 600.0
"""How long to wait for another that records: an audit of a large fleet may take minutes."""
_CONNECT_SECONDS = 10
_FORM = "postgresql+psycopg://USER@HOST/DATABASE"
_DRIVERS = {"postgresql", "postgresql+psycopg"}

_LOCKED = 0x706F6C69
"""Tells our advisory locks from other programs'; the other half of the key is the schema."""
_SCHEMA = "(SELECT oid::bigint::integer FROM pg_namespace WHERE nspname = current_schema())"
_TAKE = f"SELECT pg_advisory_xact_lock({_LOCKED}, {_SCHEMA})"
_HOLDER = text(
    "SELECT a.pid, a.application_name, a.xact_start"
    " FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()"
    f" AND l.classid = {_LOCKED} AND l.objid = {_SCHEMA}"
)

_LOST = {"57P01", "57P02", "57P03", "57P05"}
"""The server, or its administrator, closed the connection."""
_CUT = ("terminating connection", "server closed the connection")
"""What the server says of it before there is a connection that a state could come through."""
_TIMED_OUT = "55P03"
_FAULTS = {
    "40001": ("{store} was changed by another meanwhile", "nothing was recorded; run it again"),
    "40P01": ("{store} was locked by another", "nothing was recorded; run it again"),
    "42501": ("the store {store} may not be used so by this user", "ask who administers it"),
    "25006": ("the store {store} may only be read", "a standby cannot be recorded in"),
    "53100": ("no room is left on the disk of the store {store}", "nothing was recorded"),
    "53300": ("the server of {store} has no connection left", "run it again later"),
}
"""SQLSTATE -> what it means to the user."""


def locate(url: URL) -> URL:
    """Name the driver, which the user need not."""
    if url.drivername not in _DRIVERS:
        raise fault(f"no kind of store is called {url.drivername}", f"write {_FORM}")
    if not url.database:
        hint = f"write {_FORM}"
        raise fault(f"the store {shown(url)} names no database", hint)
    return url.set(drivername="postgresql+psycopg")


def connect(url: URL, wait: float) -> Engine:
    """Return the engine of a located URL; `wait` for the lock is in seconds.

    Raises PolicycheckError where the driver is not installed.
    """
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        hint = "pip install 'policycheck[postgres]'"
        raise fault("a store in PostgreSQL needs psycopg, which is not here", hint) from error
    arguments: dict[str, object] = {
        "application_name": f"policycheck {os.getpid()} on {socket.gethostname()}"[:63],
    }
    if "connect_timeout" not in url.query:
        arguments["connect_timeout"] = _CONNECT_SECONDS
    # no error quotes what is stored: it is of people, and is not for logs
    engine = create_engine(url, poolclass=NullPool, connect_args=arguments, hide_parameters=True)
    engine.update_execution_options(wait=wait)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: psycopg.Connection, _: ConnectionPoolEntry) -> None:
    """Let times be told in UTC, as SQLite holds them."""
    connection.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def _begin(connection: Connection) -> None:
    """Readers see one moment; a writer waits for the lock, then sees what is committed."""
    options = connection.get_execution_options()
    if not options.get("write_lock", False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return
    milliseconds = max(1, int(1000 * options["wait"]))
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
    connection.exec_driver_sql(_TAKE)


def commit(engine: Engine, connection: Connection, transaction: RootTransaction) -> None:
    """Commit. Where the connection is lost in between, find out whether that was done."""
    number = connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one()
    try:
        transaction.commit()
    except DBAPIError as error:
        if not (_is_lost(error) and _is_committed(engine, str(number))):
            raise


def _is_committed(engine: Engine, number: str) -> bool:
    """Ask for a transaction's end. Who has the lock knows that it is over."""
    try:
        with engine.connect() as connection:
            connection.execution_options(write_lock=True)
            status = connection.exec_driver_sql("SELECT pg_xact_status(%s::xid8)", (number,))
            return status.scalar() == "committed"
    except DBAPIError as error:
        message = f"the connection to {shown(engine.url)} was lost while the run was committed"
        hint = "see with `policycheck store info` whether it is recorded before running it again"
        raise fault(message, hint) from error


def explain(engine: Engine, error: Exception) -> PolicycheckError | None:
    """Return in words what the user can do something about; None for our bugs."""
    store = shown(engine.url)
    if _is_lost(error):
        return _lost(engine)
    state = _state(error)
    if state == _TIMED_OUT:
        hint = "wait until it is done: an audit holds the lock while it judges and records"
        return fault(f"the store {store} is locked by {_holder(engine)}", hint)
    message, hint = _FAULTS.get(state, ("", ""))
    return fault(message.format(store=store), hint) if message else None


def _lost(engine: Engine) -> PolicycheckError:
    message = f"the connection to the store {shown(engine.url)} was lost"
    return ConnectionLostError([Problem(message, None, "nothing was recorded; run it again")])


def refused(engine: Engine, error: Exception) -> PolicycheckError:
    """Say why there is no connection; one that was cut while it was made is a lost one."""
    if _state(error) in _LOST or any(sign in str(error) for sign in _CUT):
        return _lost(engine)
    told = str(getattr(error, "orig", error)).strip().splitlines() or ["no reason is given"]
    reason = told[-1].rpartition("FATAL:")[2].strip()
    message = f"cannot connect to the store {shown(engine.url)}: {reason}"
    return fault(message, "is the server there, and do user, password and database exist?")


def _holder(engine: Engine) -> str:
    with engine.connect() as connection:
        row = connection.execute(_HOLDER).first()
    if row is None:
        return "another policycheck"
    number, who, since = row
    name = who or f"process {number} of the server"
    return f"{name} since {since:%Y-%m-%d %H:%M:%S} UTC" if since else name


def _state(error: Exception) -> str:
    """Return the SQLSTATE that the server gave, if it gave one."""
    return str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")


def _is_lost(error: Exception) -> bool:
    import psycopg

    cause = getattr(error, "orig", error)
    if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    state = _state(error)
    return not state or state in _LOST or state.startswith("08")
