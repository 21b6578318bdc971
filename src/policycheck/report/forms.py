"""What a report form is. A module is one, if it has these names (`report/__init__.py`)."""

from __future__ import annotations

from typing import NamedTuple, Protocol, TextIO

from policycheck.report.content import Content

LANGUAGES = ("en", "zh")
"""Of the forms that have several."""


class Look(NamedTuple):
    """How a report for people is to look. Forms for programs do not care."""

    width: int | None = None
    """Columns; None takes the terminal's, or 80 where there is none."""
    colour: bool = False
    limit: int = 20
    """How many findings of each verdict are told one by one."""
    more: str = "--export FILE.csv lists them all"
    """Where the rest can be read."""
    language: str = "en"
    """One of `LANGUAGES`."""
    raw: bool = False
    """CSV: the texts as they are, even where a spreadsheet would take one for a formula."""
    bom: bool = False
    """CSV: a mark at the start, without which Excel takes Chinese for something else."""


PLAIN = Look()


class Form(Protocol):
    """A report form: a module with a title, a file suffix, an encoding, needs and `write`."""

    @property
    def TITLE(self) -> str:  # noqa: N802 - a module's constant
        """A few words, for `--help`."""

    @property
    def SUFFIX(self) -> str:  # noqa: N802
        """By which `--export FILE` chooses it."""

    @property
    def ENCODING(self) -> str | None:  # noqa: N802
        """Of an exported file; none for a form of bytes, which writes to `stream.buffer`."""

    @property
    def NEEDS(self) -> tuple[str, ...]:  # noqa: N802
        """The modules that it imports beyond the core: those of the extra `reports`."""

    def write(self, content: Content, stream: TextIO, look: Look = PLAIN) -> None:
        """Write a content to a stream."""
