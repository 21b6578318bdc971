"""The report as one HTML page, to be opened, searched, printed and kept.

The page asks nothing of anywhere: style, program and data are in it, and its content security
policy lets nothing else in. The findings lie in it as compressed columns (see `columns`), which
its program (`assets/`) lays out as a table; everything else is there without a program, too.
"""

from __future__ import annotations

from typing import TextIO

from policycheck.report.content import Content
from policycheck.report.forms import PLAIN, Look

TITLE = "one HTML page, for people"
SUFFIX = ".html"
ENCODING = "utf-8"
NEEDS: tuple[str, ...] = ()


def write(content: Content, stream: TextIO, look: Look = PLAIN) -> None:
    """Write the page; `look.language` is that of its words."""
    from policycheck.report.html.page import write_page  # not for --help: it reads policies

    write_page(content, stream, look.language)
