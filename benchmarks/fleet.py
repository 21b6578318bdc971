"""Make a seeded fleet of Intune's shape: `python benchmarks/fleet.py --devices 70000`.

Writes three files into `benchmarks/data/DEVICES/`, the same bytes for the same arguments:

- `AppInvRawData.csv`: one install a row, in the column order of Microsoft's documentation,
  the rows of a device together; about 86 rows a device. Three columns that no reader of
  ours uses (OSDescription, UserId, UserName) stay empty: filled, they would make the
  file half as large again, and every scan of it as much longer.
- `Devices.csv`: one device a row; 95 of 100 corporate, the rest personal.
- `people.csv`: the person of each device, a tenth of them partners.

About 20,000 distinct apps: those of `known_apps.py` and invented ones. Plain Python and
`random.Random`, no third-party package, so that the bytes do not depend on a version.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from known_apps import APPROVED, MESSENGERS, OTHERS

DATA = Path(__file__).parent / "data"
APPS = 20_000


@dataclass(frozen=True)
class Shape:
    """What is on the devices of a fleet."""

    installs: tuple[int, int]
    """Fewest and most apps of a device, before its messengers."""
    messengers: tuple[tuple[int, ...], tuple[int, ...]]
    """How many unapproved messengers, and the weights."""


OFFICE = Shape((54, 111), ((0, 1, 2, 3, 4, 5), (5, 17, 28, 28, 14, 8)))
"""2.53 unapproved messengers on average."""
SCANNERS = Shape((4, 12), ((0, 1, 2), (85, 12, 3)))
"""A million handhelds: few apps, and on one in seven a messenger."""

COLUMNS = [
    "ApplicationKey", "ApplicationName", "ApplicationPublisher", "ApplicationShortVersion",
    "ApplicationVersion", "DeviceId", "DeviceName", "EmailAddress", "OSDescription",
    "OSVersion", "Platform", "UserId", "UserName",
]  # fmt: skip
DEVICE_COLUMNS = [
    "DeviceId", "DeviceName", "OwnerType", "Ownership", "LastContact", "SerialNumber", "Model",
    "OS", "OSVersion", "UPN", "UserEmail", "UserName",
]  # fmt: skip
PLATFORMS = {
    # weight, OS versions, models, prefix of the device's name
    "Windows": (60, ["10.0.19045.4529", "10.0.22631.3737", "10.0.26100.1742"],
                ["ThinkPad T14", "Latitude 5440", "OptiPlex 7010", "EliteBook 840"], "PC"),
    "iOS": (20, ["17.6.1", "18.1", "18.2"], ["iPhone 13", "iPhone 15", "iPhone 16"], "IP"),
    "Android": (12, ["13", "14", "15"], ["23127PN0CC", "SM-S9210", "PGT-AN10"], "AN"),
    "macOS": (8, ["14.6 (23G80)", "15.1 (24B83)"], ["MacBook Pro", "MacBook Air"], "MB"),
}  # fmt: skip
SURNAMES = "li wang zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo"
GIVEN = "na wei fang jing lei yan tao ming juan jie qiang min bo hui peng xin yu chao ling hong"
FIRST = (
    "Blue Swift Silver Open Smart Clear North Easy Bright Rapid Green Solid Prime Light Quick "
    "Global Simple Deep Fine Grand Core Delta Nova Terra Vita Orbit Pixel Cobalt Ivory Maple"
)
SECOND = (
    "Invoice Ledger Payroll Scanner Printer Driver Font Backup Archive Label Barcode Warehouse "
    "Route Fleet Budget Tax Photo Video Audio Notes Calendar Map Weather Translate Reader Player "
    "Compiler Monitor Cleaner Firewall Token Certificate Survey Training Catalog Design CAD"
)
THIRD = "Manager Studio Pro Suite Viewer Toolkit Client Agent Helper Express Desk Lite Plus"
LEGAL = ["Inc.", "Ltd.", "GmbH", "LLC", "Co., Ltd.", "S.A."]


@dataclass(frozen=True)
class Pool:
    """What can be installed on one platform: ready-made row beginnings and their weights."""

    apps: list[int]
    rows: list[str]
    cumulative: list[float]
    distinct: int


def main() -> None:
    """Read the arguments and write the three files, unless they are there already."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, default=70_000)
    parser.add_argument("--seed", type=int, default=2013)
    arguments = parser.parse_args()
    started = time.perf_counter()
    folder = make(arguments.devices, arguments.seed)
    size = (folder / "AppInvRawData.csv").stat().st_size
    print(f"{folder}: {size / 1e9:.2f} GB in {time.perf_counter() - started:.0f} s")


def make(devices: int, seed: int = 2013, shape: Shape = OFFICE) -> Path:
    """Write the fleet of so many devices and return its folder; keep one that is there."""
    folder = DATA / (str(devices) if shape == OFFICE else f"{devices}-scanners")
    if (folder / "people.csv").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(seed)
    pools = {platform: pool(draw, platform) for platform in PLATFORMS}
    messengers = {platform: messenger_pool(draw, platform) for platform in PLATFORMS}
    approved = {platform: approved_rows(draw, platform) for platform in PLATFORMS}
    with (
        (folder / "AppInvRawData.csv").open("w", encoding="utf-8", newline="") as installs,
        (folder / "Devices.csv").open("w", encoding="utf-8", newline="") as owners,
    ):
        installs.write(",".join(COLUMNS) + "\r\n")
        write_device = csv.writer(owners).writerow
        write_device(DEVICE_COLUMNS)
        for number, device in enumerate(devices_of(draw, devices)):
            write_device([device[column] for column in DEVICE_COLUMNS])
            platform = str(device["OS"])
            rows = list(picked(draw, pools[platform], draw.randint(*shape.installs)))
            rows += picked(draw, messengers[platform], draw.choices(*shape.messengers)[0])
            if number % 20 < 17:
                rows.append(draw.choice(approved[platform]))
            end = row_end(device)
            installs.write(end.join(rows) + end)
    write_people(folder / "people.csv", devices)
    return folder


def picked(draw: random.Random, pool: Pool, count: int) -> Iterator[str]:
    """Yield `count` rows of the pool, no app twice, by weight."""
    count = min(count, pool.distinct)
    seen: set[int] = set()
    for place in itertools.chain.from_iterable(
        draw.choices(range(len(pool.rows)), cum_weights=pool.cumulative, k=count + 8)
        for _ in range(6)
    ):
        if len(seen) == count:
            return
        if pool.apps[place] not in seen:
            seen.add(pool.apps[place])
            yield pool.rows[place]


def pool(draw: random.Random, platform: str) -> Pool:
    """All apps of a platform, known and invented, each in one to five versions."""
    share = PLATFORMS[platform][0] / 100
    apps = [(name, publisher, float(weight)) for name, publisher, on, weight in OTHERS
            if on == platform]  # fmt: skip
    names = invented_names(draw, round(APPS * share) - len(apps))
    apps += [(name, publisher, 4000 / (rank + 12) ** 0.75)
             for rank, (name, publisher) in enumerate(names)]  # fmt: skip
    return pool_of(draw, platform, apps)


def messenger_pool(draw: random.Random, platform: str) -> Pool:
    apps = [(name, publisher, float(weight)) for _, name, publisher, on, weight in MESSENGERS
            if on == platform]  # fmt: skip
    return pool_of(draw, platform, apps)


def approved_rows(draw: random.Random, platform: str) -> list[str]:
    apps = [(name, publisher, 1.0) for _, name, publisher, on in APPROVED if on == platform]
    return pool_of(draw, platform, apps).rows


def pool_of(draw: random.Random, platform: str, apps: list[tuple[str, str, float]]) -> Pool:
    numbers, rows, weights = [], [], []
    for number, (name, publisher, weight) in enumerate(apps):
        for version in versions(draw):
            numbers.append(number)
            rows.append(row_start(platform, name, publisher, version))
            weights.append(weight)
    return Pool(numbers, rows, list(itertools.accumulate(weights)), len(apps))


def versions(draw: random.Random) -> list[str]:
    major, minor = draw.randint(1, 24), draw.randint(0, 9)
    return [
        f"{major}.{minor}.{step * 3 + draw.randint(0, 2)}" for step in range(draw.randint(1, 5))
    ]


def invented_names(draw: random.Random, count: int) -> list[tuple[str, str]]:
    """So many (name, publisher), every name once; a few look like messengers nobody knows."""
    names = [f"{first} {second} {third}" for first in FIRST.split() for second in SECOND.split()
             for third in THIRD.split()]  # fmt: skip
    draw.shuffle(names)
    names[40:240:20] = [f"{first} Messenger" for first in FIRST.split()[:10]]
    publishers = [f"{first}{second.lower()} {draw.choice(LEGAL)}"
                  for first in FIRST.split() for second in SECOND.split()]  # fmt: skip
    return [(name, draw.choice(publishers) if draw.random() > 0.12 else "")
            for name in names[:count]]  # fmt: skip


def row_start(platform: str, name: str, publisher: str, version: str) -> str:
    key = hashlib.sha256("\x1f".join((platform, name, publisher, version)).encode()).hexdigest()
    short = version.rpartition(".")[0] if platform in {"iOS", "macOS"} else ""
    return ",".join([key, quoted(name), quoted(publisher), short, version, ""])


def row_end(device: dict[str, str]) -> str:
    return ",".join(quoted(text) for text in (
        device["DeviceId"], device["DeviceName"], device["UserEmail"], "",
        device["OSVersion"], device["OS"], "", "",
    )) + "\r\n"  # fmt: skip


def quoted(text: str) -> str:
    return f'"{text}"' if "," in text or '"' in text else text


def devices_of(draw: random.Random, count: int) -> Iterator[dict[str, str]]:
    """Yield the devices; one in a hundred has no user, one in twenty is personal."""
    platforms, weights = list(PLATFORMS), [PLATFORMS[name][0] for name in PLATFORMS]
    for number in range(count):
        platform = draw.choices(platforms, weights)[0]
        _, os_versions, models, prefix = PLATFORMS[platform]
        email, name = ("", "") if number % 100 == 57 else user(number)
        personal = draw.random() < 0.05
        day, second = draw.randint(1, 29), draw.randrange(86_400)
        yield {
            "DeviceId": guid(draw),
            "DeviceName": f"{prefix}-{number:05d}",
            "OwnerType": "2" if personal else "1",
            "Ownership": "Personal" if personal else "Corporate",
            "LastContact": f"2026-06-{day:02d} {second // 3600:02d}:{second // 60 % 60:02d}"
            f":{second % 60:02d}.0000000",
            "SerialNumber": f"EX{number:08d}",
            "Model": draw.choice(models),
            "OS": platform,
            "OSVersion": draw.choice(os_versions),
            "UPN": email,
            "UserEmail": email,
            "UserName": name,
        }


def user(number: int) -> tuple[str, str]:
    surnames, given = SURNAMES.split(), GIVEN.split()
    surname, first = surnames[number % 20], given[number // 20 % 20]
    return f"{first}.{surname}{number}@example.com", f"{first.title()} {surname.title()}"


def guid(draw: random.Random) -> str:
    text = f"{draw.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"


def write_people(path: Path, count: int) -> None:
    departments = ["Logistics", "Retail", "Finance", "Technology", "Customer service", "Legal"]
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write(["person_id", "email", "name", "type", "department"])
        for number in range(count):
            email, name = user(number)
            kind = "partner" if number % 10 == 3 else "employee"
            write([f"E{number:06d}", email, name, kind, departments[number % 6]])


if __name__ == "__main__":
    main()
