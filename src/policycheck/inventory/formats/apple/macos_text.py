"""system_profiler's plain text, as its JSON would have it.

A data type's heading stands at the margin, an app's name four blanks in, its fields six. Dates
are written as the system's language has them; they are not read.
"""

from __future__ import annotations

import re

from policycheck.inventory.base import MAX_RECORD, Source
from policycheck.inventory.files.decode import not_in
from policycheck.inventory.report_file import UnreadableError

_START = re.compile(r"(?:[A-Z][A-Za-z ]+:\s*\n\s*\n {4}\S)")
_FIRST_FIELD = re.compile(
    r"^ {6}(?:Version|Location|Last Modified|Get Info String): ", re.MULTILINE
)
_NAME = re.compile(r" {4}(\S.*?): *$")
_FIELD = re.compile(r" {6}([A-Za-z][\w ()/-]*?): (.*)$")
_FIELDS = {
    "Version": "version", "Location": "path", "Obtained from": "obtained_from",
    "Serial Number (system)": "serial_number", "Serial Number": "serial_number",
    "Hardware UUID": "platform_UUID", "Model Identifier": "machine_model",
    "Model Name": "machine_name", "System Version": "os_version",
}  # fmt: skip
_TYPES = {
    "Applications": "SPApplicationsDataType", "Hardware": "SPHardwareDataType",
    "Software": "SPSoftwareDataType",
}  # fmt: skip
_MOST_ENTRIES = 1_000_000


def is_profiler_text(start: str) -> bool:
    """Tell the report by a heading, an entry below it, and a field that apps or Macs have."""
    if not _START.match(start.replace("\r\n", "\n")):
        return False
    headings = ("Applications:", "Hardware:", "Software:")
    return start.startswith(headings) and (
        _FIRST_FIELD.search(start) is not None or "      Serial Number" in start
    )


def read_text(source: Source) -> dict[str, list[dict[str, object]]]:
    """Return the entries of each data type.

    Raises:
        UnreadableError: where it is no such text, or too much of it.
    """
    types: dict[str, list[dict[str, object]]] = {}
    entries: list[dict[str, object]] = []
    count = 0
    for number, raw in enumerate(source.lines(), 1):
        if len(raw) > MAX_RECORD // 4:
            raise UnreadableError(f"has a line longer than {MAX_RECORD // 4} bytes: line {number}")
        line = _decode(raw, number, source.encoding)
        if line[:1].strip():
            entries = types.setdefault(_TYPES.get(line.rstrip(":"), line), [])
        elif name := _NAME.match(line):
            entries.append({"_name": name[1]})
            count += 1
        elif entries and (field := _FIELD.match(line)):
            _add_field(entries[-1], field[1], field[2].strip())
        if count > _MOST_ENTRIES:
            raise UnreadableError(f"has more than {_MOST_ENTRIES} entries")
    return types


def _decode(raw: bytes, number: int, encoding: str) -> str:
    try:
        line = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{not_in(encoding)} in line {number}") from error
    if "\x00" in line:
        raise UnreadableError(f"holds a NUL character in line {number}")
    return line


def _add_field(entry: dict[str, object], name: str, said: str) -> None:
    if name == "Signed by":
        entry["signed_by"] = [said.split("), ")[0] + (")" if "), " in said else "")]
    elif name in _FIELDS:
        entry.setdefault(_FIELDS[name], said)
