"""Fleet's software as items: what an entry is, its identifier's type, what a host lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policycheck.inventory.documents.values import (
    NOTHING,
    Section,
    entries,
    filled,
    find,
    raw_text,
    text,
    time,
    user_of_path,
)

_IDENTIFIERS = {
    "apps": ("bundle_identifier", "macos_bundle"),
    "ios_apps": ("bundle_identifier", "ios_bundle"),
    "ipados_apps": ("bundle_identifier", "ios_bundle"),
    "android_apps": ("application_id", "android_package"),
    "programs": ("upgrade_code", "win_upgrade_code"),
    "chrome_extensions": ("extension_id", "chromium_app_id"),
    "firefox_addons": ("extension_id", "firefox_addon_id"),
    "deb_packages": ("name", "deb_package"),
    "rpm_packages": ("name", "rpm_package"),
    "homebrew_packages": ("name", "homebrew"),
}
"""Fleet's source (an osquery table) -> the field that identifies, and our type for it."""
_EXTENSIONS = ("chrome_extensions", "firefox_addons", "safari_extensions", "ie_extensions")
_NO_APPS = (
    "python_packages", "npm_packages", "atom_packages", "vscode_extensions",
    "jetbrains_plugins", "go_binaries",
)  # fmt: skip
"""Libraries and editors' plug-ins: no kind of item that a policy can speak of."""
_MOST_PATHS = 100


def read_software(software: Iterable[Section]) -> Iterator[dict[str, str]]:
    """Yield the items of a host's `software`, one for each place that it is installed in."""
    for entry in software:
        source = text(entry, "source")
        if source not in _NO_APPS:
            yield from _read_places(source, entry, entry)


def read_titles(titles: Iterable[Section]) -> Iterator[dict[str, str]]:
    """Yield the items of `/hosts/:id/software`: the installed versions, never what is offered."""
    for title in titles:
        source = text(title, "source")
        if source not in _NO_APPS:
            for version in entries(title, "installed_versions") or ():
                yield from _read_places(source, title, version)


def list_kinds(platform: str, ownership: str) -> dict[str, str]:
    """Return what a host of this platform lists, where it lists anything.

    osquery sees all of a computer. A phone says what its enrolment lets it say: of an Android
    device, and of a personal iPhone, only what is managed.
    """
    if platform in ("macos", "windows", "linux"):
        return {"app": "all", "browser_extension": "all"}
    if platform == "chromeos":
        return {"browser_extension": "managed"}
    is_whole = platform in ("ios", "ipados") and ownership != "personal_enrolled"
    return {"app": "all" if is_whole else "managed"}


def _read_places(source: str, title: Section, version: Section) -> Iterator[dict[str, str]]:
    field, type_ = _IDENTIFIERS.get(source, ("", ""))
    identifier = text(version, field) or text(title, field) if field else ""
    if source == "android_apps" and not identifier:
        identifier = text(version, "bundle_identifier") or text(title, "bundle_identifier")
    item = filled(
        kind="browser_extension" if source in _EXTENSIONS else "app",
        name=raw_text(title, "display_name") or raw_text(title, "name"),
        identifier=identifier,
        identifier_type=type_ if identifier else "",
        version=text(version, "version"),
        publisher=text(version, "vendor") or text(title, "vendor"),
        last_used_at=time(version, "last_opened_at"),
    )
    signers = {
        raw_text(signed, "installed_path"): text(signed, "team_identifier")
        for signed in entries(version, "signature_information") or ()
    }
    for path in _list_paths(version) or [""]:
        signer = signers.get(path) or (next(iter(signers.values())) if len(signers) == 1 else "")
        place = filled(path=path, signer=signer, os_user=user_of_path(path))
        yield {**item, **place}


def _list_paths(version: Section) -> list[str]:
    paths = find(version or NOTHING, "installed_paths")
    return [raw_text(path) for path in paths[:_MOST_PATHS]] if isinstance(paths, list) else []
