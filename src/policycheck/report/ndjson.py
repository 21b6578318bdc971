"""The JSON report line by line: for tools that take a stream of objects, and for `jq`.

Each line is an object with a `type`: first `audit`, then what stands in the lists of the JSON
form, in its order and with the same fields (`audit.schema.json`).
"""

from __future__ import annotations

from typing import TextIO

from policycheck import __version__
from policycheck.report.content import Content
from policycheck.report.forms import PLAIN, Look
from policycheck.report.json_report import SCHEMA_VERSION, Encoder, encode_lists

TITLE = "JSON lines, for programs"
SUFFIX = ".ndjson"
ENCODING = "utf-8"
NEEDS: tuple[str, ...] = ()


def write(content: Content, stream: TextIO, look: Look = PLAIN) -> None:
    """Write a line for the audit, and one for each thing that it tells."""
    encode = Encoder()
    head = content.digests.get("chain")
    more = f', "head": {encode[head]}' if head else ""
    more += f', "selection": {encode[content.selection]}' if content.selection else ""
    stream.write(
        f'{{"type": "audit", "schema_version": {SCHEMA_VERSION},'
        f' "policycheck": {encode[__version__]}, "as_of": {encode[content.as_of]}{more}}}\n'
    )
    for lines in encode_lists(content, encode):
        head = f'{{"type": "{lines.singular}", '
        for chunk in lines.chunks:
            stream.writelines(f"{head}{each[1:]}\n" for each in chunk)
