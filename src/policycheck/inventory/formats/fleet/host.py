"""What Fleet says of a host itself."""

from __future__ import annotations

from policycheck.inventory.documents.values import (
    apple_form,
    entries,
    filled,
    first_text,
    section,
    text,
    time,
    version_number,
)

PLATFORMS = {
    "darwin": "macos", "windows": "windows", "ios": "ios", "ipados": "ipados",
    "android": "android", "chrome": "chromeos",
}  # fmt: skip
LINUX = (
    "linux", "ubuntu", "debian", "rhel", "centos", "fedora", "sles", "kali", "gentoo", "amzn",
    "pop", "arch", "linuxmint", "void", "nixos", "endeavouros", "manjaro", "manjaro-arm",
    "opensuse-leap", "opensuse-tumbleweed", "tuxedo", "neon", "archarm", "rocky", "almalinux",
)  # fmt: skip
"""The platforms that osquery gives Linux: its distribution's id."""
_NEVER = "2000-01-01T00:00:00Z"
"""What Fleet writes where a host has not answered yet."""
_FORMS = {"ios": "phone", "ipados": "tablet"}


def read_host(host: object) -> dict[str, str]:
    """Return the device's columns as texts."""
    platform = _read_platform(host)
    model = text(host, "hardware_model")
    enrolled = text(host, "mdm", "enrollment_status").lower()
    return filled(
        device_id=text(host, "id"),
        serial=text(host, "hardware_serial"),
        udid=text(host, "uuid"),
        name=first_text(host, "computer_name", "display_name", "hostname", "display_text"),
        platform=platform,
        form=_FORMS.get(platform) or apple_form(model),
        os_version=version_number(text(host, "os_version")),
        manufacturer=text(host, "hardware_vendor"),
        model=model,
        ownership="personal_enrolled" if "personal" in enrolled else "",
        managed="true" if enrolled.startswith("on") else "false" if enrolled == "off" else "",
        user_id=_read_user(host),
        reported_at=_read_time(host),
    )


def read_host_attributes(host: object) -> dict[str, str]:
    """Return the team, which policies may ask for."""
    return filled(team=text(host, "team_name"))


def _read_platform(host: object) -> str:
    platform = text(host, "platform").lower()
    if platform in LINUX or text(host, "platform_like").lower() in ("debian", "rhel", "suse"):
        return "linux"
    return PLATFORMS.get(platform, "")


def _read_user(host: object) -> str:
    """Return the one person that Fleet ties to the host; with several, nobody can tell."""
    users = {text(user, "idp_username") for user in entries(host, "end_users") or ()}
    if not users - {""}:
        mapped = section(host).get("device_mapping")
        users = {text(user, "email") for user in entries({"users": mapped}, "users") or ()}
    users.discard("")
    return users.pop() if len(users) == 1 else ""


def _read_time(host: object) -> str:
    """Return when the newest of what is said was learnt; for software, when that was."""
    times = ["detail_updated_at", "seen_time"]
    if entries(host, "software"):
        times.insert(0, "software_updated_at")
    found = (time(host, name) for name in times)
    return next((said for said in found if said and said != _NEVER), "")
