"""An app as the catalogue knows it: its names, its identifiers, its kin.

Frozen data only. The files under `rules/apps/` become these by `load`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from policycheck.model import SERVICE_KINDS

PLATFORMS_BY_TYPE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "android_package": ("android",),
        "ios_bundle": ("ios",),
        "macos_bundle": ("macos",),
        "apple_team_id": (),
        "winget_id": ("windows",),
        "win_uninstall_name": ("windows",),
        "win_uninstall_key": ("windows",),
        "win_upgrade_code": ("windows",),
        "msix_pfn": ("windows",),
        "msstore_id": ("windows",),
        "flatpak_id": ("linux",),
        "deb_package": ("linux",),
        "rpm_package": ("linux",),
        "snap_name": ("linux",),
        "homebrew": ("macos", "linux"),
        "harmony_bundle": ("harmonyos",),
        "chromium_app_id": ("windows", "macos", "linux", "chromeos"),
        "firefox_addon_id": ("windows", "macos", "linux", "android"),
        "url_scheme": (),
    }
)
"""Where an identifier type is at home: nowhere, for what names no installed app."""
BROWSER_TYPES = frozenset({"chromium_app_id", "firefox_addon_id"})
"""What tells a web app or a browser extension, and never an installed app."""
BROWSER_KINDS = frozenset({"web_app", "browser_extension"})


@dataclass(frozen=True, slots=True)
class Identifier:
    """One string by which a system lists the app, and where that was read."""

    type: str
    value: str
    platforms: tuple[str, ...]
    """Implied by the type, unless the rule narrows it."""
    source: str
    memory: bool = False
    """True where nobody could name a public file that says so."""
    shared_with: tuple[str, ...] = ()
    """Other apps that use the very same string."""


@dataclass(frozen=True, slots=True)
class App:
    """One product, whatever its editions and platforms are called."""

    app_id: str
    names: tuple[str, ...]
    """All names, the one to show first; the distinctive ones are among them."""
    categories: tuple[str, ...]
    vendor: str
    distinctive: tuple[str, ...] = ()
    """Names so unlike any other that the name alone is enough."""
    identifiers: tuple[Identifier, ...] = ()
    client_of: tuple[str, ...] = ()
    """The apps whose service a modified client or a wrapper opens."""
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    formerly: tuple[str, ...] = ()
    """Ids that this app had, which keep the lives of its violations."""
    note: str = ""

    @property
    def name(self) -> str:
        """The name to show."""
        return self.names[0]

    def tellable(self, platform: str | None, kind: str, *, names: bool) -> bool:
        """Say whether a report could have shown this app, had it been there.

        `names` tells whether the report carries names at all. Only then does a
        distinctive name help; a payment channel or an account is nothing but its name.
        """
        if kind in SERVICE_KINDS:
            return names
        if names and self.distinctive:
            return True
        home = "ios" if platform == "ipados" else platform
        return any(_tells(row, home, kind, names) for row in self.identifiers)


def _tells(row: Identifier, platform: str | None, kind: str, names: bool) -> bool:
    if platform not in row.platforms or (row.type in BROWSER_TYPES) != (kind in BROWSER_KINDS):
        return False
    return names or row.type != "win_uninstall_name"
