"""What an Android phone's shell says: users, properties and packages, in one vocabulary.

Android runs a work profile and cloned apps as users of their own: 10 and up are profiles or
second users, and what makers call dual or twin apps lives in a user with a number that they
reserved for it.
"""

from __future__ import annotations

import re

PACKAGE = re.compile(r"[A-Za-z]\w*(?:\.\w+)*")
_PROPERTY = re.compile(r"\[(ro\.[\w.]+)\]: \[(.*)\]")
_PROPERTIES = {
    "ro.serialno": "serial",
    "ro.boot.serialno": "serial",
    "ro.product.model": "model",
    "ro.product.manufacturer": "manufacturer",
    "ro.build.version.release": "os_version",
}
_CLONES = (*range(95, 100), 128, 999)
"""Users that makers keep for cloned apps: Samsung's, Huawei's, and everybody else's."""
_USERS_APART = 100_000
_SYSTEM_FOLDERS = (
    "/system/", "/system_ext/", "/product/", "/vendor/", "/odm/", "/oem/", "/apex/", "/preload/",
)  # fmt: skip


def read_property(line: str) -> tuple[str, str] | None:
    """Return a device's column and its text, where a line of `getprop` says it."""
    found = _PROPERTY.fullmatch(line.strip())
    if found is None or found[1] not in _PROPERTIES or found[2].lower() in ("", "unknown"):
        return None
    return _PROPERTIES[found[1]], found[2]


def name_profile(user: int) -> str:
    """Return the profile that a user is; "" for user 0, which may be anybody's."""
    if user in _CLONES:
        return "clone"
    return "work" if user >= 10 else ""


def user_of(uid: int) -> int:
    """Return the user that an app's uid belongs to."""
    return uid // _USERS_APART


def is_system_path(path: str) -> bool:
    """Tell whether a path lies in the system's image. An updated system app does not."""
    return path.startswith(_SYSTEM_FOLDERS)
