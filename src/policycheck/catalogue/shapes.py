"""What an identifier of each type looks like: what cannot be one is a slip of the pen.

Only what the system itself enforces is asked for, so that no real identifier is refused:
Android's application id has a dot and segments that begin with a letter; a bundle id has letters,
digits, hyphens, dots (and, in practice, underscores); Debian's and Snap's names follow their
policies; Chromium writes a 128-bit hash with the letters a to p; MSIX ends in 13 characters of
base 32.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_GUID = r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}"
_JAVA = r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+"
_BUNDLE = r"[A-Za-z0-9._-]+"
_WINGET = r"[^\s\\/:*?\"<>|.\x00-\x1f]+"


@dataclass(frozen=True, slots=True)
class Shape:
    """A type's pattern, for the whole text, and the same in words."""

    pattern: re.Pattern[str]
    words: str

    def fits(self, value: str) -> bool:
        """Say whether a text can be such an identifier; blanks around it never belong to it."""
        return value == value.strip() and self.pattern.fullmatch(value) is not None


def _shape(pattern: str, words: str) -> Shape:
    return Shape(re.compile(pattern, re.ASCII), words)


_APPLE = _shape(_BUNDLE, "letters, digits, dots and hyphens, like com.example.chat")
_DOTTED = _shape(_JAVA, "words of letters and digits with a dot between, like com.example.chat")
SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "android_package": _DOTTED,
        "harmony_bundle": _DOTTED,
        "ios_bundle": _APPLE,
        "macos_bundle": _APPLE,
        "apple_team_id": _shape(r"[A-Z0-9]{10}", "ten capitals and digits, like 5A4RE8SF68"),
        "winget_id": _shape(
            rf"{_WINGET}(?:\.{_WINGET})+", "a publisher and a package, like Example.Chat"
        ),
        "win_uninstall_name": _shape(r"[^\x00-\x1f]+", "the name that Windows shows"),
        "win_uninstall_key": _shape(
            r"[^\\\x00-\x1f]+", "the last part of the registry path, without a backslash"
        ),
        "win_upgrade_code": _shape(
            _GUID, "a GUID in braces, like {2520D616-7877-3480-B075-42C8D1CF1334}"
        ),
        "msix_pfn": _shape(
            r"[A-Za-z0-9.-]{3,50}_[a-hj-km-np-tv-z0-9]{13}",
            "a name, a low line and 13 small letters and digits, like MSTeams_8wekyb3d8bbwe",
        ),
        "msstore_id": _shape(r"[0-9A-Z]{12}", "twelve capitals and digits, like 9NBDXK71NK08"),
        "flatpak_id": _shape(
            r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*){2,}",
            "three words, like org.example.Chat",
        ),
        "deb_package": _shape(
            r"[a-z0-9][a-z0-9+.-]+", "small letters, digits, +, - and dots, like example-chat"
        ),
        "rpm_package": _shape(
            r"[A-Za-z0-9][A-Za-z0-9._+-]*", "letters, digits, dots, +, - and low lines"
        ),
        "snap_name": _shape(
            r"(?=.{1,40}$)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*",
            "at most 40 small letters, digits and single hyphens, like example-chat",
        ),
        "homebrew": _shape(
            r"(?:[\w-]+/[\w-]+/)?[a-z0-9][a-z0-9@.+_-]*", "a cask or formula, like example-chat"
        ),
        "chromium_app_id": _shape(r"[a-p]{32}", "32 letters from a to p"),
        "firefox_addon_id": _shape(
            rf"{_GUID}|[\w.-]*@[\w.-]+", "a GUID in braces, or like chat@example.com"
        ),
        "url_scheme": _shape(
            r"[A-Za-z][A-Za-z0-9+.-]*", "what stands before the colon, like example-chat"
        ),
    }
)
