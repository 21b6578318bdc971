"""A store's URL, and what is said where something is wrong with a store."""

from __future__ import annotations

from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from policycheck.problems import PolicycheckError, Problem

_SQLITE = "sqlite:///"
_SECRETS = ("password", "sslpassword", "scram_client_key", "oauth_client_secret")
"""Parameters behind a URL's `?` that nobody is to read."""


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
    except (ArgumentError, ValueError):  # neither told on: they quote what may be a password
        hint = "write sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE"
        raise fault("the store is not given as a URL", hint) from None


def shown(url: URL) -> str:
    """Return a URL for people to read: without its password, and a file as it is called."""
    hidden = {name: "***" for name in url.query if name.lower() in _SECRETS}
    told = url.update_query_dict(hidden).render_as_string(hide_password=True)
    return unquote(told) if url.get_backend_name() == "sqlite" else told
