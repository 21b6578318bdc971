"""The report as a PDF of a few pages, to be signed and filed: PDF/A-2b, in English or Chinese.

It tells the state of the rule and its evidence, and the most urgent of the findings; all of them
are in the other forms.
"""

from __future__ import annotations

from typing import TextIO

from policycheck.report.content import Content
from policycheck.report.forms import PLAIN, Look

TITLE = "a PDF of a few pages, to be signed"
SUFFIX = ".pdf"
ENCODING = None
NEEDS = ("typst", "pylopdf_fonts_zh_cn")


def write(content: Content, stream: TextIO, look: Look = PLAIN) -> None:
    """Write the PDF to the stream's buffer; `look.language` is that of its words."""
    from policycheck.report.pdf.document import compile_pdf  # not for --help: the extra `reports`

    stream.buffer.write(compile_pdf(content, look.language))
