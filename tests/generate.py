"""Draws policies, and inventories to judge by them, from one stream of chance.

Nulls stand everywhere, but chance is biased: drawn evenly, nearly every device would end
as `scope` or `stale`, and what follows would never be asked. `Chance` is the `random.Random`
of a seed, or Hypothesis's, which can shrink.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

from cases import Case
from generate_where import draw_where
from kleene import Where
from palette import APPS, COLOURS, LISTS, PARENTS

T = TypeVar("T")
MOMENTS = (
    datetime(2026, 6, 30, 16, 30, tzinfo=UTC),
    datetime(2026, 6, 30, 16, 0, tzinfo=UTC),
    datetime(2026, 6, 30, 4, 0, tzinfo=UTC),
    datetime(2026, 6, 30, 23, 59, 59, 999999, tzinfo=UTC),
)
"""Around midnight in Shanghai, New York and Greenwich."""
DAYS = ("2026-06-29", "2026-06-30", "2026-07-01", "2026-07-02")
ZONES = ("UTC", "Asia/Shanghai", "America/New_York")
TYPES = ("employee", "partner", "Contractor")
VERSIONS = ("7.9", "8", "8.0", "8.0.30", "9.1-beta", "10", "unknown", "0.0")
"""Versions in an inventory; a policy asks for those that can be parsed."""
WORDS = {
    "device.platform": ("android", "ios", "ipados", "windows", "macos", "linux", "other"),
    "device.form": ("phone", "tablet", "laptop", "service"),
    "device.ownership": ("corporate", "personal", "personal_enrolled"),
    "device.manufacturer": ("Acme", "Ａｃｍｅ", "Globex"),
    "device.model": ("X1", "x1 ", "Y2"),
    "device.os_version": VERSIONS,
    "device.managed": ("true", "false"),
    "device.attributes.site": ("beijing", "Ｂｅｉｊｉｎｇ", "Xi'an", "100%"),
    "person.type": TYPES,
    "person.department": ("sales", "R&D", "Straße"),
    "person.grade": ("A", "b"),
    "person.groups": ("traders", "Sales", "ＳＡＬＥＳ", "ops"),
    "person.attributes.cost": ("low", "high"),
    "item.profile": ("work", "personal", "clone"),
    "item.system": ("true", "false"),
    "item.install_source": ("store", "adb", "a_b", "Stör"),
    "item.version": VERSIONS,
    "item.attributes.channel": ("beta", "stable"),
    "app.app_id": tuple(APPS),
    "app.categories": tuple(PARENTS),
    "app.vendor": ("tencent", "microsoft", "ant", "strangers"),
    "app.vendor_group": ("tencent", "meta", "ant"),
    "app.vendor_country": ("cn", "us"),
    "app.confidence": ("exact", "likely", "possible"),
    "app.attributes.encryption": ("none", "transport", "end-to-end"),
}
"""What a column is drawn from, in inventories and in policies alike."""
PAINTED = {
    "item.name": ("微信", "Ｗｅｃｈａｔ", "calculator"),
    "item.identifier": ("com.tencent.mm", "COM.example.zap", "TENPAY"),
    "item.identifier_type": ("android_package", "msix_pfn"),
    "item.publisher": ("tencent", "Example "),
}
"""What policies ask of the columns that an item has by its colour."""
ASKED = WORDS | PAINTED
TIMES = ("device.reported_at", "device.received_at", "item.installed_at")
FLAGS = ("device.managed", "item.system")
FLEET = [name for name in (*ASKED, *TIMES) if name.startswith(("device.", "person."))]
ITEMS = [name for name in (*ASKED, *TIMES) if name.startswith(("item.", "app."))]
VENDORS = tuple(sorted({app.vendor for app in APPS.values()}))
GROUPS = ("tencent", "bytedance", "meta", "alibaba", "ant", "netease")
GLOBS = ("*", "We?hat", "*messenger*", "com.tencent.*", "微*", "te*pay", "C*r", "TENPAY")
LIKELY = ("wechat", "yixin", "wecom", "microsoft-teams", "whatsapp")
LIKELY_COLOURS = tuple(
    name
    for start in ("wechat", "yixin", "wecom", "teams", "calc", *["some-"] * 3, *["wechat-n"] * 4)
    for name in COLOURS
    if name.startswith(start)
)
CHANNELS = ("tenpay", "tenpay-id", "alipay", "channel", "account", "some-channel")
OTHER_KINDS = ("web_app", "browser_extension", "payment_channel", "account")


class Chance:
    """Draws, from a stream of random numbers."""

    def __init__(self, stream: Random) -> None:
        self.stream = stream

    def maybe(self, share: float) -> bool:
        return self.stream.random() < share

    def one(self, things: Sequence[T]) -> T:
        return things[self.stream.randrange(len(things))]

    def some(self, things: Sequence[T], most: int, least: int = 1) -> list[T]:
        return [self.one(things) for _ in range(self.stream.randint(least, most))]

    def one_or_more(self, things: Sequence[str], most: int = 2) -> str | list[str]:
        chosen = list(dict.fromkeys(self.some(things, most)))
        return chosen[0] if len(chosen) == 1 and self.maybe(0.7) else chosen


# policies


def draw_policy(chance: Chance, name: str, wheres: dict[str, Where]) -> dict:
    """Draw a policy of one to three controls; the trees of its `where` go into `wheres`."""
    policy: dict = {
        "language": "1",
        "policy": name,
        "title": name,
        "issuer": f"issuer of {name}",
        "status": "active" if chance.maybe(0.93) else chance.one(("draft", "withdrawn")),
        "applies_to": _draw_scope(chance),
    }
    if chance.maybe(0.6):
        policy["timezone"] = chance.one(ZONES)
    if chance.maybe(0.85):
        policy["stale_after"] = chance.one(("30d", "48h"))
    policy |= _draw_dates(chance, 0.06)
    if chance.maybe(0.1):
        policy["except"] = [_draw_exception(chance)]
    policy["controls"] = [
        draw_control(chance, f"control-{number}", wheres)
        for number in range(chance.stream.randint(1, 3))
    ]
    return policy


def draw_control(chance: Chance, name: str, wheres: dict[str, Where]) -> dict:
    """Draw a control of any kind."""
    control: dict = {
        "id": name,
        "clause": "They said so.",
        "severity": chance.one(("high", "low")),
        "obligation": chance.one(("must", "must", "should")),
    }
    kind = chance.one(("forbid", "forbid", "forbid", "only", "require", "require", "attest"))
    if kind == "attest":
        control["attest"] = {"statement": "s", "by": chance.one(("issuer", "person", "device"))}
    elif kind == "only":
        among = draw_selector(chance, wheres)
        control["only"] = {"apps": chance.some(tuple(APPS), 3), "among": among}
    else:
        control[kind] = draw_selector(chance, wheres)
    if kind == "forbid" and chance.maybe(0.3):
        control["except_apps"] = chance.some(tuple(APPS), 3)
    if kind == "require" and chance.maybe(0.4):
        control["per"] = "person"
    if kind in ("forbid", "only") and chance.maybe(0.6):
        control["indication"] = _draw_indication(chance)
    if chance.maybe(0.2):
        control["applies_to"] = _draw_scope(chance)
    if chance.maybe(0.12):
        control["except"] = [_draw_exception(chance) for _ in range(chance.stream.randint(1, 2))]
    return control | _draw_dates(chance, 0.03)


def _draw_dates(chance: Chance, share: float) -> dict:
    dates = {}
    if chance.maybe(share):
        dates["effective_from"] = chance.one(DAYS)
    if chance.maybe(share):
        dates["effective_until"] = chance.one(DAYS)
    if len(dates) == 2 and dates["effective_until"] < dates["effective_from"]:
        del dates["effective_until"]
    return dates


def _draw_exception(chance: Chance) -> dict:
    exception = {"when": draw_map(chance, FLEET), "reason": "r"}
    if chance.maybe(0.4):
        exception["until"] = chance.one(DAYS)
    return exception


def _draw_scope(chance: Chance) -> dict | list:
    if chance.maybe(0.6):
        return {}
    if chance.maybe(0.7):
        return {"person.type": chance.one_or_more(("employee", "employee", *TYPES))}
    return draw_condition(chance, FLEET)


def _draw_indication(chance: Chance) -> object:
    if chance.maybe(0.5):
        return "always"
    return draw_condition(chance, FLEET + ITEMS)


def draw_condition(chance: Chance, columns: Sequence[str]) -> dict | list:
    """Draw a MAP, or a list of them."""
    if chance.maybe(0.2):
        return [draw_map(chance, columns), draw_map(chance, columns)]
    return draw_map(chance, columns)


def draw_map(chance: Chance, columns: Sequence[str]) -> dict:
    return {name: draw_asked(chance, name) for name in chance.some(columns, 2)}


def draw_asked(chance: Chance, name: str) -> object:
    """Draw what a MAP asks of a column."""
    if name in TIMES:
        day = chance.one((*DAYS, "2026-06-30T16:00:00+00:00"))
        return {chance.one(("before", "after")): day}
    if name.endswith("version") and chance.maybe(0.7):
        asked = {chance.one(("below", "at_least")): chance.one(VERSIONS[:6])}
        return asked | ({"at_least": "7.9"} if chance.maybe(0.2) else {})
    words = ASKED[name]
    if name not in FLAGS and chance.maybe(0.1):
        word = chance.one(words)
        return {"like": chance.one((word[:2] + "*", "*" + word[2:], "?" * len(word)))}
    plain = chance.one_or_more(words)
    return {"not": plain} if chance.maybe(0.2) else plain


def draw_selector(chance: Chance, wheres: dict[str, Where]) -> dict | list:
    """Draw a selector of one or two maps."""
    if chance.maybe(0.2):
        return [draw_term(chance, wheres), draw_term(chance, wheres)]
    return draw_term(chance, wheres)


def draw_term(chance: Chance, wheres: dict[str, Where]) -> dict:
    """Draw one map of a selector; `app` stands beside no other key that means apps."""
    term: dict = {}
    if chance.maybe(0.3):
        if chance.maybe(0.1):
            term["list"] = chance.one(("foreign-im", "any-im"))
        term["app"] = chance.one_or_more(("wechat", "wechat", "whatsapp", "yixin", *LIKELY, *APPS))
    elif chance.maybe(0.85):
        drawn = {
            "category": chance.one_or_more((*["messaging"] * 5, "im", *PARENTS)),
            "vendor": chance.one_or_more(("tencent", *VENDORS)),
            "vendor_group": chance.one_or_more(("tencent", "tencent", *GROUPS)),
            "list": chance.one_or_more((*LISTS, "any-im", "foreign-im")),
        }
        keys = chance.some(("category", "category", "category", *drawn), 2)
        term |= {key: drawn[key] for key in keys[: 1 if chance.maybe(0.8) else 2]}
    if chance.maybe(0.25):
        term["kind"] = chance.one_or_more(("app", "app", "app", *OTHER_KINDS), 3)
    if not term or chance.maybe(0.3):
        term |= _draw_extra(chance, wheres)
    return term


def _draw_extra(chance: Chance, wheres: dict[str, Where]) -> dict:
    key = chance.one(("version", "version", "glob", "where", "column", "column"))
    if key == "version":
        return {"version": _draw_spec(chance)}
    if key == "glob":
        return {chance.one(("name", "identifier", "publisher")): chance.one_or_more(GLOBS)}
    if key == "where":
        tree = draw_where(chance, ASKED, FLAGS, VERSIONS[:6])
        wheres[tree.sql()] = tree
        return {"where": tree.sql()}
    return draw_map(chance, ITEMS)


def _draw_spec(chance: Chance) -> str | list[str]:
    parts = [
        chance.one(("<", "<=", ">", ">=", "=", "!=")) + version
        for version in chance.some(VERSIONS[:6], 2)
    ]
    return ",".join(parts) if chance.maybe(0.8) else parts


# inventories


def draw_people(chance: Chance, mark: str) -> list[dict]:
    """Draw up to four rows of a people file; keys are marked, so that files can be joined."""
    people: list[dict] = []
    for number in range(chance.stream.randint(0, 4)):
        person = {
            "person_id": f"{mark}p{number}" if chance.maybe(0.9) else None,
            "email": f"{mark}{chance.one('abc')}@Example.com" if chance.maybe(0.7) else None,
            "name": f"{mark}name{number}",
            **_columns(chance, "person", 0.9),
        }
        if chance.maybe(0.7):
            person["type"] = "employee"
        if people and person["person_id"] and chance.maybe(0.1):
            person["email"] = people[-1]["person_id"]
        if person["person_id"] or person["email"]:
            people.append(person)
    return people


def draw_device(chance: Chance, name: str, people: Sequence[dict], as_of: datetime) -> dict:
    """Draw a device with one to three reports, of different sources."""
    keys = [p[key] for p in people for key in ("person_id", "email") if p[key]]
    keys += [p["name"] for p in people if chance.maybe(0.1)]
    about = _columns(chance, "device", 0.8)
    if keys and chance.maybe(0.9):
        about["user_id"] = chance.one((str.upper, str.lower, str.strip))(chance.one(keys))
    if chance.maybe(0.6):
        about |= {"platform": "android", "form": "phone", "ownership": "personal"}
    sources = ("agent", "Intune", "mdm")[: chance.one((1, 1, 1, 2, 2, 3))]
    reports = [
        _draw_report(chance, source, about if chance.maybe(0.8) else {}, as_of)
        for source in sources
    ]
    return {"device_id": name, "reports": reports}


def _draw_report(chance: Chance, source: str, about: dict, as_of: datetime) -> dict:
    about = {name: value for name, value in about.items() if chance.maybe(0.9)}
    if chance.maybe(0.15):
        about |= _columns(chance, "device", 0.3)
    colours = LIKELY_COLOURS if chance.maybe(0.6) else tuple(COLOURS)
    if about.get("form") == "service" and chance.maybe(0.8):
        colours = CHANNELS
    items = [_draw_item(chance, colours) for _ in range(chance.one((0, 1, 1, 2, 3, 5)))]
    return {
        **about,
        "source": source,
        "reported_at": _draw_time(chance, as_of) if chance.maybe(0.92) else None,
        "received_at": as_of - timedelta(days=chance.one((0, 0, 1, 31))),
        "listing": _draw_listing(chance),
        "items": items + items[:1] if chance.maybe(0.1) else items,
    }


def _draw_time(chance: Chance, as_of: datetime) -> datetime:
    """Draw an age: fresh, on the very edge of stale or of now, stale, or of the future."""
    if chance.maybe(0.65):
        return as_of - timedelta(hours=chance.stream.randint(1, 40))
    edge = as_of - timedelta(days=chance.one((0, 2, 30)))
    if chance.maybe(0.3):
        return edge + timedelta(microseconds=chance.one((-1, 0, 0, 1)))
    return as_of - timedelta(days=chance.stream.randint(3, 60))


def _draw_listing(chance: Chance) -> dict:
    listing = {}
    if chance.maybe(0.9):
        listing["app"] = chance.one((*["all"] * 7, "managed", None))
    for kind in OTHER_KINDS:
        if chance.maybe(0.35):
            listing[kind] = chance.one(("all", "all", "managed", None))
    return listing


def _draw_item(chance: Chance, colours: Sequence[str]) -> dict:
    item = {**COLOURS[chance.one(colours)].columns, **_columns(chance, "item", 0.6)}
    if chance.maybe(0.5):
        item["installed_at"] = datetime(2026, 6, 30, chance.one((3, 4, 15, 16)), tzinfo=UTC)
    return item


def _columns(chance: Chance, table: str, known: float) -> dict:
    """Draw the columns of a table, each known with a chance, the rest left out."""
    row: dict = {}
    for full in WORDS:
        name = full.removeprefix(f"{table}.")
        if name == full or not chance.maybe(known):
            continue
        word = chance.one(WORDS[full])
        if name == "groups":
            row[name] = list(dict.fromkeys(chance.some(WORDS[full], 2)))
        elif full in FLAGS:
            row[name] = word == "true"
        elif name.startswith("attributes."):
            row["attributes"] = {name.removeprefix("attributes."): word}
        else:
            row[name] = word
    return row


def draw_inventory(chance: Chance, mark: str, as_of: datetime) -> tuple[list[dict], list[dict]]:
    """Draw a people file and one to three devices; all their keys begin with the mark."""
    people = draw_people(chance, mark)
    devices = [
        draw_device(chance, f"{mark}d{number}", people, as_of)
        for number in range(chance.one((1, 1, 2, 3)))
    ]
    return people, devices


def draw_case(stream: Random, policies: int = 1, inventories: int = 1) -> Case:
    """Draw so many policies and so many inventories, to be judged each by each."""
    chance = Chance(stream)
    as_of = chance.one(MOMENTS)
    wheres: dict[str, Where] = {}
    drawn = [draw_policy(chance, f"policy-{n}", wheres) for n in range(policies)]
    fleets = [draw_inventory(chance, f"{n}.", as_of) for n in range(inventories)]
    people = [person for group, _ in fleets for person in group]
    devices = [device for _, group in fleets for device in group]
    return Case(drawn, people, devices, as_of, wheres, drafts=chance.maybe(0.2))
