"""Words that several device managers share: platforms, and whose a device is."""

from __future__ import annotations

_PLATFORMS = (
    ("android", "android"), ("ipados", "ipados"), ("ipad", "ipados"), ("iphone", "ios"),
    ("ipod", "ios"), ("macos", "macos"), ("mac os", "macos"), ("appleosx", "macos"),
    ("mac", "macos"), ("ios", "ios"), ("winrt", "windows"), ("windows", "windows"),
    ("chrome", "chromeos"), ("linux", "linux"),
)  # fmt: skip
_OWNERS = {
    "byod": "personal_enrolled", "company": "corporate", "c": "corporate", "s": "corporate",
    "e": "personal_enrolled", "corporate": "corporate", "personal": "personal_enrolled",
}  # fmt: skip


def tell_platform(*words: str) -> str:
    """Return the platform that the words speak of, the first of them first; "" for none."""
    for said in words:
        known = (platform for word, platform in _PLATFORMS if word in said.lower())
        if platform := next(known, ""):
            return platform
    return ""


def tell_owner(word: str) -> str:
    """Return whose a managed device is; "" where that is not said."""
    return _OWNERS.get(word.lower(), "")


def bundle_type(platform: str) -> str:
    """Return what an app's identifier is on a platform."""
    types = {"android": "android_package", "ios": "ios_bundle", "ipados": "ios_bundle",
             "macos": "macos_bundle"}  # fmt: skip
    return types.get(platform, "")
