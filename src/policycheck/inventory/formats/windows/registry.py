"""Windows registry exports (`.reg`) of the Uninstall keys: what is in "Apps & features".

Programs register under three hives: machine, the machine's 32-bit half, and the user; each is
exported by itself, and what came from the Store is in none of them. So such a report proves
presence, never absence: its list counts as `managed`. As each hive is a source of its own,
three exports of one device are judged together.

The n-th record is the n-th key below an Uninstall key.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.files.decode import not_in
from policycheck.inventory.formats.item_list import Entry, ItemList, add_list
from policycheck.inventory.formats.windows.registry_text import Values, read_keys
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "windows-registry"
SOURCE = "windows-registry"
TITLE = "Windows registry export (.reg) of the Uninstall keys"
LOOKS_FOR = "text that starts with Windows Registry Editor or REGEDIT4"
FACTS = Facts(
    forms="text",
    reports="state",
    names_device="no",
    listing="app=managed",
    says="identifier name version publisher path os_user",
    identifiers="win_uninstall_key",
)

_STARTS = ("Windows Registry Editor Version", "REGEDIT4")
_KEY = re.compile(
    r"(?P<hive>HKEY_[A-Z_]+)\\(?:(?P<sid>S-[\d-]+)(?:_Classes)?\\)?(?P<software>.*\\)?"
    r"CurrentVersion\\Uninstall\\(?P<name>[^\\]+)",
    re.IGNORECASE,
)
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PLACEHOLDER = re.compile(r"\$\{\{.*\}\}|%\w+%")


def claims(head: Head) -> bool:
    """Claim what starts as the registry editor's exports do."""
    return head.form in ("text", "table") and head.start.startswith(_STARTS)


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Read one device from each source."""
    for source in sources:
        try:
            add_list(source, _read_one(source), staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


def _read_one(source: Source) -> ItemList:
    entries: list[Entry] = []
    hives: set[str] = set()
    for key, values in read_keys(source.lines()):
        found = _KEY.fullmatch(key)
        if found is None:
            continue
        hives.add(_name_hive(found))
        if values is None:
            entries.append(Entry(len(entries) + 1, {}, fault=not_in(source.encoding)))
        else:
            entries.append(_read_entry(len(entries) + 1, found, values))
    if not hives:
        hint = r"export HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
        raise UnreadableError("is a registry export without an Uninstall key", hint)
    name = f"{SOURCE}-{hives.pop()}" if len(hives) == 1 else SOURCE
    return ItemList(entries, {"app": "managed"}, {"platform": "windows"}, source=name)


def _name_hive(key: re.Match[str]) -> str:
    if key["hive"].upper() in ("HKEY_CURRENT_USER", "HKEY_USERS"):
        return "user"
    is_half = "wow6432node" in (key["software"] or "").lower()
    return "machine32" if is_half else "machine"


def _read_entry(record: int, key: re.Match[str], values: Values) -> Entry:
    hive = _name_hive(key)
    item = {
        "kind": "app",
        "identifier": key["name"],
        "identifier_type": "win_uninstall_key",
        "name": clean_name(values.get("displayname", "")),
        "version": values.get("displayversion", ""),
        "publisher": values.get("publisher", ""),
        "path": values.get("installlocation", ""),
        "os_user": key["sid"] or "",
        "installed_at": read_day(values.get("installdate", "")),
    }
    attributes = {"hive": hive}
    if values.get("systemcomponent") == "1":
        attributes["hidden"] = "true"
    return Entry(record, item, attributes)


def clean_name(name: str) -> str:
    """Return a program's name; "" for a variable that its installer never filled in."""
    return "" if _PLACEHOLDER.fullmatch(name) else name


def read_day(text: str) -> str:
    """Return `yyyymmdd` as a date; "" for anything else, which depends on the system's language."""
    found = _DATE.fullmatch(text)
    return "-".join(found.groups()) if found else ""
