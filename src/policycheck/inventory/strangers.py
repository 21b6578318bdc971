"""What is no inventory, though who wrote it is known: said by name, with what to export."""

from __future__ import annotations

import re
from dataclasses import dataclass

from policycheck.inventory.base import Form, Head

_APPS_BY_DEVICE = "export AppInvRawData: Apps > Monitor > Discovered apps > Export"
_INTUNE_JSON = "is Intune's report as JSON, which is not read"
_JAMF_SEARCH = "export the search as CSV: Jamf Pro's own export is read"
_ASK_DEVICE = "send it InstalledApplicationList, and save the answer"


@dataclass(frozen=True)
class Stranger:
    """A kind of file that is told from others, and why it cannot be used."""

    form: Form
    message: str
    hint: str
    paths: frozenset[str] = frozenset()
    """Keys of JSON, with those above them, that stand together."""
    root: str = ""
    """The root of XML."""
    start: re.Pattern[str] | None = None
    """What the text begins with or holds soon."""

    def fits(self, head: Head) -> bool:
        """Tell whether a head looks like it."""
        if head.form != self.form or not self.paths <= {*head.paths, *head.columns}:
            return False
        if self.root and head.root != self.root:
            return False
        return self.start is None or self.start.search(head.start) is not None


STRANGERS = (
    Stranger(
        "json",
        _INTUNE_JSON,
        f"{_APPS_BY_DEVICE}, as CSV",
        frozenset({"Schema", "Values", "TotalRowCount"}),
    ),
    Stranger(
        "json",
        _INTUNE_JSON,
        f"{_APPS_BY_DEVICE}, as CSV",
        frozenset({"ApplicationKey", "ApplicationName"}),
    ),
    Stranger(
        "json",
        "is Intune's list of devices with restricted apps: what breaks a list in Intune, not what"
        " there is",
        _APPS_BY_DEVICE,
        frozenset({"value.restrictedAppsState"}),
    ),
    Stranger(
        "json",
        "is Google's count of installed apps: it counts devices and names none",
        "export the devices of Admin SDK with projection=FULL",
        frozenset({"installedApps.appId", "installedApps.displayName"}),
    ),
    Stranger(
        "json",
        "is Fleet's list of who uses a host, and names no host",
        "export the host: end_users stands in it",
        frozenset({"device_mapping"}),
    ),
    Stranger(
        "json",
        "is a check-in of a device at its MDM server, without a list of apps",
        _ASK_DEVICE,
        frozenset({"checkin_event"}),
    ),
    Stranger(
        "xml",
        "is a check-in of a device at its MDM server, without a list of apps",
        _ASK_DEVICE,
        root="plist",
        start=re.compile(r"<key>MessageType</key>"),
    ),
    Stranger(
        "xml",
        "is a device's answer NotNow: it was locked, or busy",
        "its server asks it again; save the later answer",
        root="plist",
        start=re.compile(r"<string>NotNow</string>"),
    ),
    Stranger(
        "xml",
        "is a device's answer to an MDM command, without a list of apps",
        _ASK_DEVICE,
        root="plist",
        start=re.compile(r"<key>CommandUUID</key>"),
    ),
    Stranger(
        "xml",
        "is PDQ's export of definitions, not of computers",
        "run a report with the computers' applications, and save it as CSV",
        root="AdminArsenal.Export",
    ),
    Stranger(
        "xml",
        "is Jamf Pro's advanced search from its API, which is not read",
        _JAMF_SEARCH,
        root="advanced_computer_search",
    ),
    Stranger(
        "xml",
        "is Jamf Pro's advanced search from its API, which is not read",
        _JAMF_SEARCH,
        root="advanced_mobile_device_search",
    ),
    Stranger(
        "json",
        "is Jamf Pro's advanced search from its API, which is not read",
        _JAMF_SEARCH,
        frozenset({"advanced_computer_search.computers"}),
    ),
    Stranger(
        "text",
        "has a header with a line break within a name",
        "take the line breaks out of its header: a header is one line",
        start=re.compile(r'\A(?:[^"\n]|"[^"\n]*")*+"[^"\n]*\n[^"]*"[^\n]*[,;\t|]'),
    ),
    Stranger(
        "text",
        "holds no list: winget found nothing",
        "run winget list without a filter",
        start=re.compile(r"^No installed package found"),
    ),
)


def find_stranger(head: Head) -> Stranger | None:
    """Return what a head looks like, if it is one of these; the first counts."""
    return next((stranger for stranger in STRANGERS if stranger.fits(head)), None)
