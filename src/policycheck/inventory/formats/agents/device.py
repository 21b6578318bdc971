"""What an agent's XML says of its device."""

from __future__ import annotations

import re

from policycheck.inventory.formats.agents.document import Document
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.staging.columns import UNSET_SERIALS

_SOURCES = (
    ("fusioninventory", "fusioninventory"),
    ("glpi", "glpi-agent"),
    ("ocs", "ocs"),
)
"""How VERSIONCLIENT starts (lower case) -> source. OCS does not write one into its local files."""
_PLATFORMS = (
    ("android", "android"), ("chrome", "chromeos"), ("windows", "windows"), ("mswin", "windows"),
    ("macos", "macos"), ("mac os", "macos"), ("darwin", "macos"), ("ipados", "ipados"),
    ("ios", "ios"), ("harmony", "harmonyos"), ("linux", "linux"), ("ubuntu", "linux"),
    ("debian", "linux"), ("red hat", "linux"), ("centos", "linux"), ("suse", "linux"),
    ("fedora", "linux"),
)  # fmt: skip
_FORMS = {
    "laptop": ("laptop", "notebook", "portable", "sub notebook", "convertible", "detachable"),
    "desktop": ("desktop", "low profile desktop", "tower", "mini tower", "all in one", "mini pc"),
    "tablet": ("tablet",),
}
_LOG_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)\Z")
_OFFSET = re.compile(r"[+-]\d{2}:?\d{2}\Z")
_NO_USER = ("", "wtmp", "reboot", "shutdown", "n/a", "none", "unknown", "(unknown)", "-")
"""What agents write for a user where they found none; `wtmp` is the end of last(1)."""


def read_device(document: Document) -> dict[str, str]:
    """Return the device's columns as texts; what is not said is not there.

    Raises:
        UnreadableError: where nothing names the device.
    """
    name = document.first("HARDWARE", "NAME")
    serial = document.first("BIOS", "SSN")
    udid = document.first("HARDWARE", "UUID")
    named = [document.top.get("DEVICEID", ""), name, *filter(_is_set, (serial, udid))]
    device_id = next(filter(None, named), "")
    if not device_id:
        raise UnreadableError("names no device: no DEVICEID, NAME, SSN or UUID")
    columns = {
        "device_id": device_id,
        "name": name,
        "serial": serial,
        "udid": udid,
        "platform": _read_platform(document),
        "form": _read_form(document),
        "os_version": document.first("OPERATINGSYSTEM", "VERSION")
        or document.first("HARDWARE", "OSVERSION"),
        "manufacturer": document.first("BIOS", "SMANUFACTURER"),
        "model": document.first("BIOS", "SMODEL"),
        "user_id": _read_user(document),
        "reported_at": _read_time(document),
    }
    return {column: text for column, text in columns.items() if text}


def _is_set(identity: str) -> bool:
    return identity.lower() not in UNSET_SERIALS


def read_device_attributes(document: Document) -> dict[str, str]:
    """Return the tags that the company gave, and the workgroup."""
    tags = {
        f"{info.get('KEYNAME', '').lower()}": info.get("KEYVALUE", "")
        for info in document.sections.get("ACCOUNTINFO", ())
    }
    tags["workgroup"] = document.first("HARDWARE", "WORKGROUP")
    return {name: text for name, text in tags.items() if name and text}


def name_source(document: Document) -> str:
    """Return the source by the agent's name; "" where it does not give one."""
    client = document.top.get("VERSIONCLIENT", "").lower()
    return next((source for start, source in _SOURCES if client.startswith(start)), "")


def _read_platform(document: Document) -> str:
    said = " ".join(
        (
            document.first("OPERATINGSYSTEM", "NAME"),
            document.first("HARDWARE", "OSNAME"),
            document.first("OPERATINGSYSTEM", "KERNEL_NAME"),
        )
    ).lower()
    return next((platform for word, platform in _PLATFORMS if word in said), "")


def _read_form(document: Document) -> str:
    chassis = (document.first("HARDWARE", "CHASSIS_TYPE") or document.first("BIOS", "TYPE")).lower()
    return next((form for form, words in _FORMS.items() if chassis in words), "")


def _read_user(document: Document) -> str:
    """Return the one user that the agent names; with several, nobody can tell."""
    for name in ("LASTLOGGEDUSER", "USERID"):
        user = document.first("HARDWARE", name)
        if user.lower() not in _NO_USER and "/" not in user:
            return user
    logins = {user.get("LOGIN", "") for user in document.sections.get("USERS", ())}
    logins = {login for login in logins if login.lower() not in _NO_USER}
    return logins.pop() if len(logins) == 1 else ""


def _read_time(document: Document) -> str:
    """Return when the inventory was made, if its zone is told: the agent writes local time."""
    made = _LOG_DATE.match(document.first("ACCESSLOG", "LOGDATE"))
    offset = _OFFSET.match(document.first("OPERATINGSYSTEM", "TIMEZONE_OFFSET"))
    return f"{made[1]}T{made[2]}{offset[0]}" if made and offset else ""
