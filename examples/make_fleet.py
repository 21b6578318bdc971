"""Make the example fleet: `python examples/make_fleet.py` rewrites `examples/fleet/`.

300 invented devices of an invented branch of JD.com, a month after its memo of 26 August
2013. Seeded, and without a clock: the same bytes every time. The crowd is drawn here; the
devices with a story of their own, which `examples/README.md` tells, are in `stories.py`.

The calendar is 2013's; the formats are today's, and so is WeCom, which came later.
"""

from __future__ import annotations

import argparse
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import reports
import stories
from fleet import Device, Item, Person
from stock import BASE, DEBIAN, MESSENGERS, MORE, YIXIN, App

AS_OF = datetime(2013, 9, 30, tzinfo=UTC)
SEED = 20130826
FAMILY = {
    "王": "wang", "李": "li", "张": "zhang", "刘": "liu", "陈": "chen", "杨": "yang",
    "黄": "huang", "赵": "zhao", "吴": "wu", "周": "zhou", "徐": "xu", "孙": "sun",
}  # fmt: skip
GIVEN = {
    "伟": "wei", "芳": "fang", "娜": "na", "敏": "min", "静": "jing", "磊": "lei", "洋": "yang",
    "艳": "yan", "勇": "yong", "杰": "jie", "娟": "juan", "涛": "tao", "明": "ming",
    "超": "chao", "霞": "xia", "平": "ping", "刚": "gang", "桂英": "guiying", "建华": "jianhua",
    "晓东": "xiaodong", "雨桐": "yutong", "子涵": "zihan", "秀兰": "xiulan", "志强": "zhiqiang",
}  # fmt: skip
DEPARTMENTS = ("物流部", "采销部", "研发部", "财务部", "客服部", "人力资源部")
IDENTIFIER_TYPES = {"android": "android_package", "ios": "ios_bundle", "macos": "macos_bundle"}
WINDOWS_MODELS = ("ThinkPad T430", "Latitude E6430", "OptiPlex 7010", "ProBook 4441s")
PHONES = {
    "android": (("Samsung", "GT-I9300"), ("Xiaomi", "MI 2S"), ("Huawei", "P6-C00"),
                ("Lenovo", "K900")),
    "ios": (("Apple", "iPhone 4S"), ("Apple", "iPhone 5"), ("Apple", "iPhone 5s")),
}  # fmt: skip
OS_VERSIONS = {
    "android": ("4.0.4", "4.1.2", "4.2.2"),
    "ios": ("6.1.3", "6.1.4", "7.0.2"),
    "windows": ("6.1.7601", "6.2.9200"),
    "macos": ("10.8.5", "10.7.5"),
    "linux": ("Debian GNU/Linux 7.1 (wheezy)",),
}


def main() -> None:
    """Write everything into `--out`, by default the folder of the committed files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "fleet")
    out = parser.parse_args().out
    draw = random.Random(SEED)
    people = crowd(draw)
    owner = iter(people)
    made = {"intune": (200, office_device), "phones": (60, phone), "suzhou": (28, suzhou_phone),
            "agents": (8, workstation)}  # fmt: skip
    told = {"intune": stories.INTUNE, "phones": stories.PHONES, "suzhou": stories.SUZHOU,
            "agents": stories.AGENTS}  # fmt: skip
    fleets = {"checkouts": stories.CHECKOUTS}
    for name, (count, make) in made.items():
        first = len(told[name]) + 1
        drawn = [make(draw, number, next(owner)) for number in range(first, count + 1)]
        fleets[name] = [*told[name], *drawn]
    reports.write(out, fleets, [*stories.PEOPLE, *people])


def crowd(draw: random.Random) -> list[Person]:
    """Draw different people: of twenty, fourteen employees, five partners, a contractor."""
    names = [(family, given) for family in FAMILY for given in GIVEN]
    draw.shuffle(names)
    return [somebody(draw, number, *name) for number, name in enumerate(names)]


def somebody(draw: random.Random, number: int, family: str, given: str) -> Person:
    """Draw what one person is to the company, and where."""
    kind = "contractor" if number % 20 == 19 else "partner" if number % 4 == 2 else "employee"
    login = f"{GIVEN[given]}.{FAMILY[family]}"
    return Person(
        login,
        f"{login}@{'example.cn' if kind == 'employee' else 'example.com'}",
        family + given,
        kind,
        draw.choice(DEPARTMENTS),
        draw.choice(("北京", "北京", "上海", "广州")),
    )


def office_device(draw: random.Random, number: int, person: Person) -> Device:
    """Draw a machine that Intune manages: mostly Windows, some Macs."""
    platform = "macos" if number % 8 == 1 else "windows"
    return Device(
        device_id=stories.guid(number),
        name=f"{'MB' if platform == 'macos' else 'PC'}-{number:04d}",
        serial=f"EXPC{number:06d}",
        platform=platform,
        form="laptop",
        os_version=draw.choice(OS_VERSIONS[platform]),
        model="MacBook Air" if platform == "macos" else draw.choice(WINDOWS_MODELS),
        ownership="corporate",
        user_id=person.email,
        reported_at=seen(draw),
        listing="all",
        items=stock(draw, platform, approved=draw.random() < 0.8, share=0.3),
    )


def phone(draw: random.Random, number: int, person: Person) -> Device:
    """Draw a phone: the company's own, or a private one of which only a part is listed."""
    platform = "ios" if number % 5 < 2 else "android"
    private = number % 7 == 3
    maker, model = draw.choice(PHONES[platform])
    items = stock(draw, platform, approved=draw.random() < 0.9, share=0.45)
    if private:
        items = [item for item in items if item.name in {"京东", "易信"}]
    return Device(
        device_id=f"phone-{number:04d}",
        name=f"{person.name}的手机" if platform == "android" else f"{person.name}的 iPhone",
        serial=f"EXPH{number:06d}",
        platform=platform,
        form="phone",
        os_version=draw.choice(OS_VERSIONS[platform]),
        manufacturer=maker,
        model=model,
        ownership="personal_enrolled" if private else "corporate",
        user_id=person.email,
        reported_at=seen(draw),
        listing="managed" if private else "all",
        items=items,
    )


def suzhou_phone(draw: random.Random, number: int, person: Person) -> Device:
    """Draw a courier's handset of the Suzhou subsidiary, all of them Android."""
    maker, model = draw.choice(PHONES["android"])
    return Device(
        device_id=f"SZ-{number:04d}",
        name=f"苏州仓{number:03d}号终端",
        serial=f"EXSZ{number:06d}",
        platform="android",
        form="phone",
        os_version=draw.choice(OS_VERSIONS["android"]),
        manufacturer=maker,
        model=model,
        ownership="corporate",
        user_id=person.person_id,
        reported_at=seen(draw),
        listing="all",
        items=stock(draw, "android", approved=draw.random() < 0.7, share=0.4),
    )


def workstation(draw: random.Random, number: int, person: Person) -> Device:
    """Draw a developer's Debian machine, of which an agent reports every package."""
    packages = [
        stories.package(name, f"1.{draw.randint(0, 9)}-{draw.randint(1, 4)}")
        for name in sorted(draw.sample(DEBIAN, 30))
    ]
    return Device(
        device_id=f"ws-{number:02d}-2013-09-{draw.randint(20, 29)}-08-00-0{number}",
        name=f"ws-{number:02d}",
        serial=f"EXWS{number:06d}",
        platform="linux",
        form="desktop",
        os_version=OS_VERSIONS["linux"][0],
        ownership=None,
        user_id=person.person_id,
        reported_at=seen(draw),
        listing="all",
        items=packages,
    )


def stock(draw: random.Random, platform: str, *, approved: bool, share: float) -> list[Item]:
    """Draw a device's apps; `share` is how likely it carries an unapproved messenger."""
    more = MORE[platform]
    apps = [*BASE[platform], *draw.sample(more, draw.randint(len(more) // 3, len(more)))]
    if approved:
        apps.append(YIXIN[platform])
    if draw.random() < share:
        messengers, weights = zip(*MESSENGERS[platform], strict=True)
        apps += sorted(set(draw.choices(messengers, weights, k=draw.choice((1, 1, 2)))))
    return [item_of(platform, app) for app in apps]


def item_of(platform: str, app: App) -> Item:
    """Return the app as it is listed on the platform."""
    return Item(
        name=app.name,
        identifier=app.identifier or None,
        identifier_type=IDENTIFIER_TYPES.get(platform) if app.identifier else None,
        publisher=app.publisher or None,
        version=app.version,
        store_category=app.store_category or None,
    )


def seen(draw: random.Random) -> datetime:
    """Draw when the device last reported: within the week before `AS_OF`."""
    return AS_OF - timedelta(minutes=draw.randrange(60, 7 * 24 * 60))


if __name__ == "__main__":
    main()
