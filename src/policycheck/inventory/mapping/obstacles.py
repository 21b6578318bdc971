"""Why no mapping reads a table or JSON, though its headers are understood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from policycheck.inventory.mapping.headers import Meaning, match_headers, spell_header
from policycheck.problems import quote

_COUNTED = (
    "count total devices devicecount numberofdevices installeddevices installeddevicecount"
    " exposeddevices exposedmachines installedmachines computers computercount numberofcomputers"
    " machines machinecount hosts hostcount hostscount endpoints endpointcount installs"
    " installcount installations installationcount numberofinstallations numberofinstalls"
    " 安装数量 安装数 安装量 安装台数 安装次数 安装终端数 安装设备数 终端数 终端数量 设备数"
    " 设备数量 电脑数量 计算机数量 台数 数量"
    " anzahl anzahlgeräte geräteanzahl installationen nombre nombredappareils"
    " インストール数 デバイス数 端末数 台数"
)
"""Headers of sums: Defender's `Exposed devices` and `installedMachines` (Microsoft's reference of
its software API), Intune's `DeviceCount`, and what other tools call the same."""
_NUMBERED = re.compile(r"\.0\.|\.0$")
_DEVICES = frozenset({"devices", "manageddevices", "computers", "machines", "hosts", "endpoints"})
_IDENTITIES = ("device_id", "serial", "udid", "name")

_COUNTS = frozenset(_COUNTED.split())

Obstacle = tuple[str, str]
"""A message and a hint."""


def names_device(found: Mapping[Meaning, str]) -> bool:
    """Tell whether one of the columns that were found names a device."""
    return any(("device", name) in found for name in _IDENTITIES)


def find_obstacle(headers: Iterable[str], items: str = "") -> Obstacle | None:
    """Return why no mapping can read what has these headers (or paths), if so.

    `items` is the path of the list in each record.
    """
    names = tuple(headers)
    if spell_header(items)[1] in _DEVICES:
        return (
            f"lists devices within each app, in {quote(items)}: a mapping"
            " reads apps within devices",
            "export it by device, or with one line for each device and app",
        )
    found = match_headers(names, items)
    item = found.get(("item", "name")) or found.get(("item", "identifier"))
    if item and _NUMBERED.search(item):
        return (
            f"has the apps of a device side by side, in columns such as {quote(item)}",
            "export it as JSON, or with one line for each app",
        )
    if item is None or names_device(found) or ("device", "user_id") in found:
        return None
    count = next((name for name in names if _COUNTS.intersection(spell_header(name))), "")
    if not count:
        return None
    return (
        f"counts what is installed in its column {quote(count)} and names no device",
        "export the rows behind it, with the device's name",
    )
