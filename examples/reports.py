"""Write the fleet as the systems would export it: one function for each format."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

from fleet import Device, Item, Person

INTUNE_NAMES = {"windows": "Windows", "macos": "macOS"}
INTUNE_COLUMNS = (
    "ApplicationKey", "ApplicationName", "ApplicationPublisher", "ApplicationShortVersion",
    "ApplicationVersion", "DeviceId", "DeviceName", "EmailAddress", "OSDescription",
    "OSVersion", "Platform", "UserId", "UserName",
)  # fmt: skip
INTUNE_DEVICE_COLUMNS = (
    "DeviceId", "DeviceName", "OwnerType", "Ownership", "LastContact", "SerialNumber", "Model",
    "OS", "OSVersion", "UPN", "UserEmail", "UserName",
)  # fmt: skip
TABLE_COLUMNS = (
    "device_id", "device_name", "serial", "platform", "form", "os_version", "manufacturer",
    "model", "ownership", "user_id", "reported_at", "device.attributes.仓库", "listing", "kind",
    "identifier", "identifier_type", "name", "version", "store_category", "profile",
)  # fmt: skip


def write(out: Path, fleets: Mapping[str, list[Device]], people: Iterable[Person]) -> None:
    """Write `people.csv` and the reports of `inbox/` below `out`."""
    inbox = out / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    write_people(out / "people.csv", people)
    names = {person.email: person.name for person in people}
    write_intune_apps(inbox / "intune-apps.zip", fleets["intune"], names)
    write_intune_devices(inbox / "intune-devices.csv", fleets["intune"], names)
    write_ndjson(inbox / "phones.ndjson", fleets["phones"], "phone-mdm")
    write_ndjson(inbox / "checkouts.ndjson", fleets["checkouts"], "checkout-configuration")
    write_table(inbox / "suzhou.csv", fleets["suzhou"])
    for number, device in enumerate(fleets["agents"]):
        text = ocs_xml(device) if number % 3 == 2 else agent_xml(device)
        (inbox / f"{device.name}.xml").write_text(text, encoding="utf-8", newline="\n")


def write_people(path: Path, people: Iterable[Person]) -> None:
    """Write the people file, whose header is the names of the person table."""
    rows = [asdict(person) for person in people]
    path.write_bytes(_csv(list(rows[0]), (list(row.values()) for row in rows)).encode())


def write_intune_apps(path: Path, devices: list[Device], names: Mapping[str, str]) -> None:
    """Write Intune's AppInvRawData report, in a ZIP as the admin centre hands it out."""
    rows = [
        [_key(device, item), item.name, item.publisher, "", item.version, device.device_id,
         device.name, device.user_id, INTUNE_NAMES[device.platform], device.os_version,
         INTUNE_NAMES[device.platform], "", names.get(device.user_id or "")]
        for device in devices for item in device.items
    ]  # fmt: skip
    entry = zipfile.ZipInfo("AppInvRawData.csv", date_time=(2013, 9, 30, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "\ufeff" + _csv(INTUNE_COLUMNS, rows))


def write_intune_devices(path: Path, devices: list[Device], names: Mapping[str, str]) -> None:
    """Write Intune's Devices report: who owns which device, and when it last reported."""
    rows = [
        [device.device_id, device.name, "1", "Corporate",
         device.reported_at.strftime("%Y-%m-%d %H:%M:%S.0000000"), device.serial, device.model,
         INTUNE_NAMES[device.platform], device.os_version, device.user_id, device.user_id,
         names.get(device.user_id or "")]
        for device in devices
    ]  # fmt: skip
    path.write_bytes(_csv(INTUNE_DEVICE_COLUMNS, rows).encode("utf-8-sig"))


def write_ndjson(path: Path, devices: list[Device], source: str) -> None:
    """Write our own format, one device a line; what is not known is left out."""
    lines = []
    for device in devices:
        fields = {**asdict(replace(device, items=[])), "reported_at": _time(device.reported_at)}
        kind = "payment_channel" if device.form == "service" else "app"
        fields["listing"] = {kind: device.listing} if device.listing else {}
        fields["items"] = [_known(asdict(item)) for item in device.items]
        lines.append(json.dumps({"source": source, **_known(fields)}, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def write_table(path: Path, devices: list[Device]) -> None:
    """Write our own format as a table in GB18030, one item a row, as Chinese Excel saves it.

    One row does not say whose it is: it can only be rejected.
    """
    rows = [
        [device.device_id, device.name, device.serial, device.platform, device.form,
         device.os_version, device.manufacturer, device.model, device.ownership, device.user_id,
         _time(device.reported_at), "苏州一号仓", f"app={device.listing}", item.kind,
         item.identifier, item.identifier_type, item.name, item.version, item.store_category,
         item.profile]
        for device in devices for item in device.items
    ]  # fmt: skip
    rows[40] = ["", "", "", *rows[40][3:]]
    path.write_bytes(_csv(TABLE_COLUMNS, rows).encode("gb18030"))


def agent_xml(device: Device) -> str:
    """Return the device as FusionInventory's and GLPI's agents write it."""
    seen = device.reported_at.strftime("%Y-%m-%d %H:%M:%S")
    return _request(
        device,
        ("ACCESSLOG", {"LOGDATE": seen}),
        ("BIOS", {"SMANUFACTURER": "Dell Inc.", "SMODEL": "OptiPlex 7010", "SSN": device.serial}),
        ("HARDWARE", {"LASTLOGGEDUSER": device.user_id, "NAME": device.name,
                      "OSNAME": device.os_version, "OSVERSION": "3.2.0-4-amd64"}),
        ("OPERATINGSYSTEM", {"FULL_NAME": device.os_version, "KERNEL_NAME": "linux",
                             "NAME": "Debian GNU/Linux", "VERSION": "7.1"}),
        *(("SOFTWARES", {"ARCH": "amd64", "FROM": "deb", "NAME": item.name,
                         "PUBLISHER": "Debian", "VERSION": item.version})
          for item in device.items),
        ("USERS", {"LOGIN": device.user_id}),
    ).replace(
        "  </CONTENT>",
        "    <VERSIONCLIENT>FusionInventory-Agent_v2.3.1</VERSIONCLIENT>\n  </CONTENT>",
    )  # fmt: skip


def ocs_xml(device: Device) -> str:
    """Return the device as OCS Inventory's Unix agent writes it: without the time of its report."""
    return _request(
        device,
        ("BIOS", {"SMANUFACTURER": "Dell Inc.", "SMODEL": "OptiPlex 7010", "SSN": device.serial}),
        ("HARDWARE", {"LASTLOGGEDUSER": device.user_id, "NAME": device.name,
                      "OSCOMMENTS": device.os_version, "OSNAME": "Debian GNU/Linux 7",
                      "OSVERSION": "7"}),
        *(("SOFTWARES", {"ARCHITECTURE": "amd64", "COMMENTS": "", "FROM": "deb",
                         "INSTALLDATE": "2013/06/03 09:12:40", "NAME": item.name,
                         "VERSION": item.version})
          for item in device.items),
    )  # fmt: skip


def _request(device: Device, *sections: tuple[str, Mapping[str, str | None]]) -> str:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<REQUEST>", "  <CONTENT>"]
    for name, fields in sections:
        lines.append(f"    <{name}>")
        lines += [f"      <{tag}>{escape(text or '')}</{tag}>" for tag, text in fields.items()]
        lines.append(f"    </{name}>")
    lines += ["  </CONTENT>", f"  <DEVICEID>{device.device_id}</DEVICEID>"]
    return "\n".join([*lines, "  <QUERY>INVENTORY</QUERY>", "</REQUEST>", ""])


def _key(device: Device, item: Item) -> str:
    parts = (device.platform, item.name or "", item.publisher or "", item.version or "")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _csv(header: Iterable[str], rows: Iterable[Iterable[str | None]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _known(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
