"""Make a seeded fleet of many distinct items: `python benchmarks/variety.py --items 200000`.

Writes `benchmarks/data/variety-ITEMS/inventory.csv` in policycheck's own table format, the same
bytes for the same arguments: 20,000 phones and computers, some 50 items on each. A few hundred
items are everywhere, most are on one to ten devices, as in a fleet of private phones. Names come
from word lists in several languages, three publishers in four have one or a few products; one item
in a hundred looks like a messenger nobody has described, one in two hundred bears a known name.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections.abc import Iterator
from pathlib import Path

from fleet import DATA, FIRST, LEGAL, SECOND, THIRD
from known_apps import MESSENGERS

DEVICES = 20_000
EVERYWHERE = 300
"""So many items are common; a device has about half of its items among them."""
PUBLISHERS = 40_000
CHINESE = (
    "云 快 天 星 乐 智 易 微 美 好 小 大 新 聚 优 极 易购 地图 天气 相机 输入法 音乐 视频 记账"
    " 日历 阅读"
)
CHATTY = [
    "Messenger",
    "Chat",
    "聊天",
    "Мессенджер",
    "メッセンジャー",
    "Talk Messenger",
    "密聊",
    "Chatroom",
]
HEADER = [
    "device_id", "platform", "ownership", "reported_at", "listing", "kind", "identifier",
    "identifier_type", "name", "version", "publisher", "store_category",
]  # fmt: skip
PLATFORMS = {
    # weight, type of identifier, what identifiers begin with
    "android": (55, "android_package", "com"),
    "ios": (25, "ios_bundle", "com"),
    "windows": (20, "winget_id", ""),
}
CATEGORIES = ["Tools", "Games", "Education", "Finance", "Shopping", "Photography", "", "", ""]

Item = tuple[str, str, str, str, str]
"""Identifier, its type, name, publisher, store category."""


def main() -> None:
    """Read the arguments and write the file, unless it is there already."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=2013)
    arguments = parser.parse_args()
    started = time.perf_counter()
    path = make(arguments.items, arguments.seed)
    print(f"{path}: {path.stat().st_size / 1e6:.0f} MB in {time.perf_counter() - started:.0f} s")


def make(items: int, seed: int = 2013) -> Path:
    """Write the fleet with so many distinct items and return its file; keep one that is there."""
    path = DATA / f"variety-{items}" / "inventory.csv"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    draw = random.Random(seed)
    pools = {
        platform: list(items_of(draw, platform, items * PLATFORMS[platform][0] // 100))
        for platform in PLATFORMS
    }
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file)
        write.writerow(HEADER)
        for device in devices_of(draw, pools):
            write.writerows(device)
    unfinished.rename(path)
    return path


def items_of(draw: random.Random, platform: str, count: int) -> Iterator[Item]:
    """Yield so many items of a platform, no identifier twice."""
    _, type_, domain = PLATFORMS[platform]
    known = [(name, publisher) for _, name, publisher, *_ in MESSENGERS]
    for number in range(count):
        name, publisher = invented(draw), publisher_of(draw)
        category = draw.choice(CATEGORIES)
        if number % 100 == 37:
            name = f"{draw.choice(FIRST.split())} {draw.choice(CHATTY)}"
            category = draw.choice(["Communication", "Social Networking", ""])
        elif number % 200 == 11:
            name, _ = draw.choice(known)
        maker = "".join(filter(str.isascii, publisher.split()[0].lower())) or f"maker{number}"
        identifier = f"{domain}.{maker}.app{number}" if domain else f"{maker.title()}.App{number}"
        yield identifier, type_, name, publisher, category


def invented(draw: random.Random) -> str:
    if draw.random() < 0.3:
        return "".join(draw.choices(CHINESE.split(), k=draw.randint(2, 4)))
    words = [draw.choice(FIRST.split()), draw.choice(SECOND.split()), draw.choice(THIRD.split())]
    return f"{' '.join(words)} {draw.randrange(1000)}"


def publisher_of(draw: random.Random) -> str:
    if draw.random() < 0.02:
        return draw.choice(MESSENGERS)[2]
    number = draw.randrange(PUBLISHERS)
    return f"{FIRST.split()[number % 30]}{number} {LEGAL[number % len(LEGAL)]}"


def devices_of(
    draw: random.Random, pools: dict[str, list[Item]]
) -> Iterator[list[tuple[str, ...]]]:
    """Yield the rows of each device; in turn they show every item at least once."""
    weights = [PLATFORMS[platform][0] for platform in PLATFORMS]
    shown = dict.fromkeys(pools, 0)
    for number in range(DEVICES):
        platform = draw.choices(list(PLATFORMS), weights)[0]
        pool = pools[platform]
        share = -(-len(pool) * 100 // (DEVICES * PLATFORMS[platform][0])) + 1
        new = [pool[(shown[platform] + step) % len(pool)] for step in range(share)]
        shown[platform] += share
        items = {
            *new,
            *draw.choices(pool[:EVERYWHERE], k=22),
            *(pool[int(len(pool) * draw.random() ** 3)] for _ in range(16)),
        }
        start = (f"DEV-{number:05d}", platform, "corporate", "2026-06-01T08:00:00Z", "app=all")
        yield [
            (*start, "app", identifier, type_, name, f"{number % 9}.{number % 7}", maker, category)
            for identifier, type_, name, maker, category in sorted(items)
        ]


if __name__ == "__main__":
    main()
