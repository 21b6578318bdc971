"""What can go wrong with a database, in words that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from policycheck.problems import PolicycheckError, Problem

_SQLITE_FAULTS = {
    "database is locked": (
        "the store {url} is locked by another policycheck",
        "wait until it is done; an audit holds the lock while it judges and records",
    ),
    "file is not a database": (
        "{url} is not a SQLite database",
        "name another file with --store, or move that one away",
    ),
    "unable to open database file": (
        "cannot open the store {url}",
        "is it a file that may be written, in a folder that may be written?",
    ),
    "readonly database": ("the store {url} may not be written", "check the file's permissions"),
    "disk is full": ("no room left on the disk of the store {url}", "nothing was recorded"),
    "disk I/O error": ("the disk of the store {url} fails", "nothing was recorded"),
    "malformed": (
        "the store {url} is damaged",
        "restore it from a backup; the facts beside it are not concerned",
    ),
}


def fault(message: str, hint: str = "") -> PolicycheckError:
    """Make the user's error of one problem without a place."""
    return PolicycheckError([Problem(message, None, hint=hint)])


def parse_url(text: str) -> URL:
    """Parse a store's URL; a bad one is the user's mistake."""
    try:
        return make_url(text)
    except ArgumentError:
        raise fault(
            "the store is not given as a URL", "write sqlite:///FILE, or postgresql+psycopg://..."
        ) from None


def shown(url: URL) -> str:
    """Return a URL for people to read, without its password."""
    return url.render_as_string(hide_password=True)


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn what the user can do something about into words; all else stays our bug."""
    try:
        yield
    except DBAPIError as error:
        for sign, (message, hint) in _SQLITE_FAULTS.items():
            if sign in str(error.orig):
                raise fault(message.format(url=shown(url)), hint) from error
        raise
