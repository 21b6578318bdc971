"""osquery's tables of installed things: told by their columns, and their rows as items.

A query's name is free text and a result names no table, so a row is told by columns that only one
table has. The query's name helps only where it holds a table's name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from policycheck.inventory.documents.values import filled, first_text, text, user_of_path

APPS, PROGRAMS, DEBS, RPMS = "apps", "programs", "deb_packages", "rpm_packages"
HOMEBREW, CHROME, FIREFOX = "homebrew_packages", "chrome_extensions", "firefox_addons"

_MARKS: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = tuple(
    (table, frozenset(needed), frozenset(telling))
    for table, needed, telling in (
        (CHROME, {"identifier", "name"}, {"browser_type", "from_webstore", "update_url",
                                          "permissions", "referenced"}),
        (FIREFOX, {"identifier", "name"}, {"creator", "autoupdate", "source_url"}),
        (APPS, {"name"}, {"bundle_identifier", "bundle_short_version", "bundle_executable"}),
        (PROGRAMS, {"name"}, {"identifying_number", "uninstall_string", "install_source",
                              "upgrade_code", "package_family_name", "install_location"}),
        (DEBS, {"name", "version"}, {"maintainer", "revision", "section", "priority"}),
        (RPMS, {"name", "version"}, {"release", "sha1", "package_group", "install_time"}),
        (HOMEBREW, {"name", "path", "version"}, {"type", "app_name", "auto_updates", "prefix"}),
    )
)  # fmt: skip
"""Table, columns that must be there, and columns of which one tells it; the first match counts."""
TABLES = tuple(table for table, _, _ in _MARKS)
PLATFORMS = {APPS: "macos", PROGRAMS: "windows", DEBS: "linux", RPMS: "linux"}
_HOMEBREW_PATH = re.compile(r"/(?:Cellar|Caskroom)(?:/|$)")
_BYTES = re.compile(r"(?:\\x[0-9A-Fa-f]{2})+")
_NOT_INSTALLED = ("deinstall", "purge", "config-files", "not-installed")


def tell_table(name: str, row: Mapping[str, object]) -> str:
    """Return the table that a row is of; "" for one that lists nothing installed."""
    columns = row.keys()
    for table, needed, telling in _MARKS:
        if needed <= columns and telling & columns:
            if table == HOMEBREW and not _HOMEBREW_PATH.search(text(row, "path")):
                continue
            return table
    return table_of_name(name) if "name" in columns else ""


def tell_rows(columns: Collection[str]) -> str:
    """Return the table that a bare list of rows is of, by two columns at least; "" for none."""
    if "format" in columns:  # Wazuh's word for where a package comes from
        return ""
    return next(
        (
            table
            for table, needed, telling in _MARKS
            if needed <= set(columns) and len(telling.intersection(columns)) > 1
        ),
        "",
    )


def list_kinds(told: Collection[str], whole: Collection[str]) -> dict[str, str]:
    """Return what tables list: all apps by the system's own table, all add-ons by both.

    `whole` are those of the tables that are told whole.
    """
    kinds = {}
    if set(told) - {CHROME, FIREFOX}:
        kinds["app"] = "all" if {APPS, PROGRAMS, DEBS, RPMS}.intersection(whole) else "managed"
    if {CHROME, FIREFOX}.intersection(told):
        kinds["browser_extension"] = "all" if {CHROME, FIREFOX} <= set(whole) else "managed"
    return kinds


def table_of_name(name: str) -> str:
    """Return the table whose name the query's name holds as words of its own; "" for none."""
    found = [
        table for table in TABLES if re.search(rf"(?:^|[^a-z]){table}(?:$|[^a-z_])", name.lower())
    ]
    return found[0] if len(found) == 1 else ""


def read_item(table: str, row: Mapping[str, object]) -> dict[str, str]:
    """Return a row as an item; empty where it says that nothing is installed."""
    if table == DEBS and any(word in text(row, "status") for word in _NOT_INSTALLED):
        return {}
    type_, identifier = _identify(table, row)
    is_extension = table in (CHROME, FIREFOX)
    path = first_text(row, "path", "install_location")
    return filled(
        kind="browser_extension" if is_extension else "app",
        name=_unescape(text(row, "display_name") or text(row, "name")),
        identifier=identifier,
        identifier_type=type_ if identifier else "",
        version=first_text(row, "bundle_short_version", "version", "bundle_version"),
        publisher=_unescape(first_text(row, "publisher", "vendor", "author", "creator")),
        path=path,
        os_user=first_text(row, "username", "user") or user_of_path(path),
        last_used_at=_read_seconds(text(row, "last_opened_time")),
        installed_at=_read_seconds(text(row, "install_time")) or _read_day(row),
    )


def _unescape(said: str) -> str:
    r"""Return a text in which an old osquery wrote bytes beyond ASCII as `\xC2\xA9`."""
    return _BYTES.sub(_decode_bytes, said) if "\\x" in said else said


def _decode_bytes(found: re.Match[str]) -> str:
    try:
        return bytes.fromhex(found[0].replace("\\x", "")).decode()
    except UnicodeDecodeError:
        return found[0]


def _identify(table: str, row: Mapping[str, object]) -> tuple[str, str]:
    if table == PROGRAMS:
        columns = {
            "package_family_name": "msix_pfn",
            "upgrade_code": "win_upgrade_code",
            "identifying_number": "win_uninstall_key",
        }
        column = next((column for column in columns if text(row, column)), "")
        return (columns[column], text(row, column)) if column else ("", "")
    column, type_ = {
        APPS: ("bundle_identifier", "macos_bundle"),
        DEBS: ("name", "deb_package"),
        RPMS: ("name", "rpm_package"),
        HOMEBREW: ("name", "homebrew"),
        CHROME: ("identifier", "chromium_app_id"),
        FIREFOX: ("identifier", "firefox_addon_id"),
    }[table]
    return type_, text(row, column)


def _read_day(row: Mapping[str, object]) -> str:
    found = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text(row, "install_date"))
    return "-".join(found.groups()) if found else ""


def _read_seconds(said: str) -> str:
    return read_moment(int(float(said))) if re.fullmatch(r"\d{9,10}(?:\.\d{1,9})?", said) else ""


def read_moment(seconds: int) -> str:
    """Return seconds since 1970 as ISO 8601; "" for none."""
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds > 0 else ""
