"""Draws policies, as the dicts that their YAML holds."""

from __future__ import annotations

from collections.abc import Sequence

from chance import FLAGS, OTHER_KINDS, TYPES, VERSIONS, WORDS, Chance
from generate_where import draw_where
from kleene import Where
from palette import APPS, LISTS, PARENTS

DAYS = ("2026-06-29", "2026-06-30", "2026-07-01", "2026-07-02")
ZONES = ("UTC", "Asia/Shanghai", "America/New_York")
VENDORS = tuple(sorted({app.vendor for app in APPS.values()}))
GROUPS = ("tencent", "bytedance", "meta", "alibaba", "ant", "netease")
GLOBS = ("*", "We?hat", "*messenger*", "com.tencent.*", "微*", "te*pay", "C*r", "TENPAY")
LIKELY = ("wechat", "yixin", "wecom", "microsoft-teams", "whatsapp")
PAINTED = {
    "item.name": ("微信", "Ｗｅｃｈａｔ", "calculator"),
    "item.identifier": ("com.tencent.mm", "COM.example.zap", "TENPAY"),
    "item.identifier_type": ("android_package", "msix_pfn"),
    "item.publisher": ("tencent", "Example "),
}
"""What policies ask of the columns that an item has by its colour."""
ASKED = WORDS | PAINTED
TIMES = ("device.reported_at", "device.received_at", "item.installed_at")
FLEET = [name for name in (*ASKED, *TIMES) if name.startswith(("device.", "person."))]
ITEMS = [name for name in (*ASKED, *TIMES) if name.startswith(("item.", "app."))]


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
    kinds = ("forbid", "forbid", "forbid", "only", "require", "require", "attest", "attest")
    kind = chance.one(kinds)
    if kind == "attest":
        control["attest"] = {"statement": "s", "by": chance.one(("issuer", "person", "device"))}
        if chance.maybe(0.7):
            control["attest"]["contradicted_by"] = {"category": "messaging"}
        elif chance.maybe(0.7):
            control["attest"]["contradicted_by"] = draw_selector(chance, wheres)
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
    if chance.maybe(0.1):
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
