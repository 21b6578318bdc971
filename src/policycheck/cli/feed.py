"""Events as JSON lines, from where the last reader stopped: for a SIEM."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.cli.output import standard_output, unfinished_file
from policycheck.problems import PolicycheckError, Problem, quote

if TYPE_CHECKING:
    from policycheck.report.pseudonyms import Pseudonyms
    from policycheck.store.database import Store


def print_feed(
    store: Store, since: str, cursor_file: Path | None, names: Pseudonyms | None = None
) -> None:
    """Print the events after a cursor: that of `since`, else of the file, else all.

    The file's cursor moves on only when every line was taken: a reader that goes away gets them
    again. names: pseudonyms to tell instead.
    """
    from policycheck.report.json_report import encode_document, format_time
    from policycheck.store.feed import read_feed

    cursor, taken = since or _read(cursor_file), False
    with store.reading() as connection, standard_output("utf-8") as stream:
        for event in read_feed(connection, cursor):
            told = event if names is None else names.event(event)
            line = {**told._asdict(), "at": format_time(event.at)}
            stream.write(f"{encode_document(line)}\n")
            cursor = event.cursor
        stream.flush()
        taken = True
    if cursor_file is not None and taken and cursor:
        with unfinished_file(cursor_file, "utf-8") as file:
            file.write(f"{cursor}\n")


def _read(path: Path | None) -> str:
    """Return the cursor in a file; one that is not there yet begins at the first event."""
    if path is None or not path.exists():
        return ""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError as error:
        message = f"cannot read the cursor {quote(str(path))}: {error.strerror}"
        raise PolicycheckError([Problem(message, None)]) from error
