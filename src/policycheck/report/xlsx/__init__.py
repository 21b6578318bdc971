"""The report as an Excel workbook: for people who sort, filter and count on.

No cell is ever a formula, whatever a device or an app is called; moments are real dates, in UTC.
"""

from __future__ import annotations

from typing import TextIO

from policycheck.report.content import Content
from policycheck.report.forms import PLAIN, Look

TITLE = "an Excel workbook, for people"
SUFFIX = ".xlsx"
ENCODING = None
NEEDS = ("xlsxwriter",)


def write(content: Content, stream: TextIO, look: Look = PLAIN) -> None:
    """Write the workbook to the stream's buffer; `look.language` is that of its words."""
    from policycheck.report.xlsx.sheets import write_book  # not for --help: the extra `reports`

    write_book(content, stream.buffer, look.language)
