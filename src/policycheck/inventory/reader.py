"""What a reader is: a module for one family of reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from policycheck.inventory.base import Facts, Format, Head, Source
from policycheck.inventory.staging.area import Staging


class Reader(Format, Protocol):
    """A module that reads one family of reports. Modules fit this by their names."""

    def claims(self, head: Head) -> bool:
        """Tell whether this looks like one of mine. Looks at content, never at names."""
        ...

    def read(self, sources: Sequence[Source], staging: Staging) -> None:
        """Put all rows of my sources into the staging area.

        Gets every source that it claimed in one call, because some formats spread one
        report over several files. Refuses a source by `staging.refuse`.
        """
        ...


class FormatReader(Reader, Protocol):
    """A reader that is built in."""

    FACTS: Facts
    """What its reports can say."""
