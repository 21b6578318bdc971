"""What can go wrong with a database, in words that say what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from policycheck.problems import PolicycheckError, Problem

_SQLITE = "sqlite:///"
_FAULTS = {
    "database is locked": (
        "the store {store} is locked by another policycheck",
        "wait until it is done: an audit holds the lock while it judges and records",
    ),
    "file is not a database": (
        "{store} is not a SQLite database",
        "name another file with --store, or move that one away",
    ),
    "unable to open database file": (
        "cannot open the store {store}",
        "may its file and its folder be written?",
    ),
    "readonly database": (
        "the store {store} may not be written",
        "may its file and its folder be written?",
    ),
    "disk is full": ("no room is left on the disk of the store {store}", "nothing was recorded"),
    "disk I/O error": ("the disk of the store {store} fails", "nothing was recorded"),
    "malformed": ("the store {store} is damaged", "bring it back from a backup"),
}
"""What SQLite's messages contain, and what they mean to the user."""


def fault(message: str, hint: str = "") -> PolicycheckError:
    """Make the user's error of one problem without a place."""
    return PolicycheckError([Problem(message, None, hint=hint)])


def parse_url(text: str) -> URL:
    """Parse a store's URL; a bad one is the user's mistake.

    Behind `sqlite:///` stands a file's name as it is: a folder may be called `50%20` or `what?`.
    """
    if text.startswith(_SQLITE):
        return URL.create("sqlite", database=text.removeprefix(_SQLITE))
    try:
        return make_url(text)
    except ArgumentError:
        raise fault("the store is not given as a URL", "write sqlite:///FILE") from None


def shown(url: URL) -> str:
    """Return a URL for people to read: without its password, and a file as it is called."""
    told = url.render_as_string(hide_password=True)
    return unquote(told) if url.get_backend_name() == "sqlite" else told


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn what the user can do something about into words; all else stays our bug."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        for sign, (message, hint) in _FAULTS.items():
            if sign in str(error):
                raise fault(message.format(store=shown(url)), hint) from error
        raise
