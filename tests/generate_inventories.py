"""Draws people files, and devices with their reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from chance import FLAGS, OTHER_KINDS, WORDS, Chance
from palette import COLOURS

LIKELY_COLOURS = tuple(
    name
    for start in ("wechat", "yixin", "wecom", "teams", "calc", *["some-"] * 3, *["wechat-n"] * 4)
    for name in COLOURS
    if name.startswith(start)
)
CHANNELS = ("tenpay", "tenpay-id", "alipay", "channel", "account", "some-channel")


def draw_people(chance: Chance, mark: str) -> list[dict]:
    """Draw up to four rows of a people file; keys are marked, so that files can be joined."""
    people: list[dict] = []
    for number in range(chance.stream.randint(0, 4)):
        person = {
            "person_id": f"{mark}p{number}" if chance.maybe(0.9) else None,
            "email": f"{mark}{chance.one('abcü')}@Example.com" if chance.maybe(0.7) else None,
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
