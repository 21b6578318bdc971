"""The table of the design's section 6, and a row for every sentence that is settled below it.

A row reads: the control (as YAML; it may also name keys of the policy), the device, and what
is told of it. `told` writes an answer as one line: the verdict, its reasons, and after the
bar the findings by subject; `c` is the control itself, `(stale)` the flag.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from kleene import (
    Attribute,
    Both,
    Coalesced,
    Either,
    Equals,
    Flag,
    Has,
    In,
    Not,
    VersionAtLeast,
    Where,
)
from palette import COLOURS

AS_OF = datetime(2026, 6, 30, 16, 30, tzinfo=UTC)
"""Half past midnight of 1 July in Shanghai."""
POLICY_KEYS = (
    "status", "applies_to", "effective_from", "effective_until", "timezone", "stale_after",
    "except", "issuer",
)  # fmt: skip
EMPLOYEE = {"person_id": "ann", "email": "ann@example.com", "type": "employee"}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    title: str
    control: str
    devices: tuple[dict, ...]
    told: str
    policy: str = "{}"
    people: tuple[dict, ...] = (EMPLOYEE,)
    wheres: Mapping[str, Where] = field(default_factory=dict)
    words: tuple[dict, ...] = ()
    """Attestations of the row's control."""


def item(colour: str, **columns: object) -> dict:
    """Make an item of a colour of the palette, with columns that the catalogue does not see."""
    return {**COLOURS[colour].columns, **columns}


def report(*items: str | dict, days: float = 1, listing: object = "all", **columns) -> dict:
    """Make a report of that age; `listing` is one visibility of apps, or a whole listing."""
    return {
        "source": "agent",
        "reported_at": AS_OF - timedelta(days=days),
        "received_at": AS_OF,
        "listing": listing if isinstance(listing, dict) else {"app": listing},
        "items": [item(each) if isinstance(each, str) else each for each in items],
        **columns,
    }


def phone(*items: str | dict, **columns: object) -> dict:
    """Make Ann's Android phone, with one report."""
    about = {"platform": "android", "form": "phone", "user_id": "ann@example.com"}
    return {"device_id": "phone", "reports": [report(*items, **(about | columns))]}


def seen_by(**reports: dict) -> dict:
    """Make a phone with several reports, by source."""
    about = {"platform": "android", "form": "phone", "user_id": "ann@example.com"}
    made = [{**about, **each, "source": source} for source, each in reports.items()]
    return {"device_id": "phone", "reports": made}


def where(tree: Where) -> dict[str, Where]:
    return {tree.sql(): tree}


WECHAT = "forbid: {app: wechat}"
OLD_WECHAT = 'forbid: {app: wechat, version: "<8"}'
MESSAGING = "forbid: {category: messaging}"
ONLY_YIXIN = "only: {apps: [yixin], among: {category: messaging}}"
YIXIN = "require: {app: yixin}"
PERSONAL = "{device.ownership: [personal, personal_enrolled, personal_with_access]}"
EMPLOYEES = "{applies_to: {person.type: employee}}"
ZONE = "timezone: Asia/Shanghai"
NOT_TOLD = "unknown unrecognisable | c: unrecognisable"
CHANNEL = "{app: tenpay, kind: payment_channel}"


def service(*items: str | dict, listing: object = None, **columns: object) -> dict:
    """Make a shop's checkout."""
    listed = {"payment_channel": "all"} if listing is None else listing
    about = {"platform": "other", "form": "service"}
    made = report(*items, listing=listed, **(about | columns))
    return {"device_id": "checkout", "reports": [made]}


def row(title: str, control: str, devices: dict | list[dict], told: str, **more: object) -> Row:
    made = devices if isinstance(devices, list) else [devices]
    return Row(title, control, tuple(made), told, **more)


DESIGN = [
    row("1", WECHAT, phone("wechat"), "violation | wechat"),
    row("2", WECHAT, phone("calculator"), "pass"),
    row("3", WECHAT, phone("wechat", listing="managed"), "violation | wechat"),
    row("4", WECHAT, phone("calculator", listing="managed"),
        "unknown partial_visibility | c: partial_visibility"),
    row("5", WECHAT, phone(listing={}), "unknown not_listed | c: not_listed"),
    row("6", WECHAT, phone("calculator", days=40), "unknown stale | c: stale (stale)"),
    row("7", WECHAT, phone("wechat", days=40), "violation (stale) | wechat (stale)"),
    row("8", WECHAT, phone("wechat"), "unknown scope [person.type] | c: scope",
        policy=EMPLOYEES, people=({**EMPLOYEE, "type": None},)),
    row("9", WECHAT, phone("wechat"), "not_applicable",
        policy=EMPLOYEES, people=({**EMPLOYEE, "type": "partner"},)),
    row("10", f"{{{WECHAT}, except: [{{when: {{device.form: phone}}, reason: r}}]}}",
        phone("wechat"), "not_applicable (excused)"),
    row("11", f"{{{WECHAT}, except: [{{when: {{device.model: X1}}, reason: r}}]}}",
        phone("wechat"), "violation | wechat"),
    row("12", WECHAT, phone("wechat-lookalike"), "unknown suspected | wechat: suspected"),
    row("13", OLD_WECHAT, phone("wechat"), "unknown missing_field | wechat: missing_field"),
    row("14", OLD_WECHAT, phone(item("wechat", version="9.0"), item("wechat", profile="clone")),
        "unknown missing_field | wechat: missing_field"),
    row("15", "forbid: {app: wechat, item.profile: work}",
        phone(item("wechat", profile="personal")), "pass"),
    row("16", "forbid: {vendor_group: tencent}", phone("calculator"), "pass"),
    row("17", MESSAGING, phone("some-messenger"),
        "unknown unclassified | com.example.zap: unclassified"),
    row("18", f"{{{MESSAGING}, except_apps: [microsoft-teams]}}", phone("teams"), "pass"),
    row("19", "forbid: {app: lanxin}", phone("calculator", platform="ios"), NOT_TOLD),
    row("20", ONLY_YIXIN, phone("yixin", "wecom"), "violation | wecom"),
    row("21", ONLY_YIXIN, phone("wechat", "some-messenger"),
        "violation | com.example.zap: unclassified, wechat"),
    row("22", YIXIN, phone("calculator"), "violation | c"),
    row("23", YIXIN, phone("calculator", listing="managed"),
        "unknown partial_visibility | c: partial_visibility"),
    row("24", YIXIN, phone("yixin", days=40), "unknown stale | c: stale (stale)"),
    row("25", "require: {app: [yixin, lanxin]}", phone("lanxin"), "pass"),
    row("26", f"{{{WECHAT}, indication: {PERSONAL}}}", phone("wechat", ownership="personal"),
        "unknown indication | wechat: indication"),
    row("27", f"{{{WECHAT}, indication: {PERSONAL}}}", phone("wechat"), "violation | wechat"),
    row("28", f"{{{WECHAT}, obligation: should}}", phone("wechat"), "violation | wechat"),
    row("29", "attest: {statement: s, by: issuer}", [phone(), service()],
        "unknown needs_attestation | c: needs_attestation"),
    row("30 withdrawn", WECHAT, phone("wechat"), "not_applicable", policy="{status: withdrawn}"),
    row("30 not yet", WECHAT, phone("wechat"), "not_applicable",
        policy="{effective_from: 2026-07-02, timezone: Asia/Shanghai}"),
]  # fmt: skip

APPROVAL = [
    row("merely named Yixin: not approved", ONLY_YIXIN, phone("yixin-named"),
        "unknown suspected | yixin: suspected"),
    row("likely is enough", f"{{{MESSAGING}, except_apps: [wechat]}}",
        phone("wechat-case", "wechat-distinctive"), "pass"),
    row("shared identifier, one approved", f"{{{MESSAGING}, except_apps: [lark]}}",
        phone("lark-or-feishu"), "pass"),
    row("shared identifier, one forbidden", "forbid: {app: [feishu, wechat]}",
        phone("lark-or-feishu"), "violation | feishu"),
    row("shared identifier, both", MESSAGING, phone("lark-or-feishu"), "violation | feishu, lark"),
    row("shared identifier, settled by name", "forbid: {app: [lark, wechat]}",
        phone("feishu", "wechat-lookalike"), "unknown suspected+unrecognisable "
        "| c: unrecognisable, wechat: suspected"),
    row("shared name", "forbid: {vendor: [tencent, telecom-italia]}", phone("tim-or-telecom"),
        "unknown suspected | tim: suspected, tim-telecom: suspected"),
    row("approval beats a glob", "{forbid: {name: '*'}, except_apps: [wechat]}",
        phone("wechat"), "pass"),
]  # fmt: skip

NULLS = [
    row("suspected and a null", OLD_WECHAT, phone("wechat-named"),
        "unknown missing_field+suspected | wechat: suspected"),
    row("suspected and a false", OLD_WECHAT, phone(item("wechat-named", version="8.0")), "pass"),
    row("unclassified and a null", 'forbid: {category: im, version: "<8"}',
        phone("some-messenger"), "unknown unclassified | com.example.zap: unclassified"),
    row("unclassified and a false", 'forbid: {category: im, version: "<8"}',
        phone(item("some-messenger", version="9")), "pass"),
    row("unclassified beside an app column", "forbid: {category: im, app.vendor_country: cn}",
        phone("some-messenger"), "pass"),
    row("unclassified beside a vendor", "forbid: {category: im, vendor: tencent}",
        phone("some-messenger"), "pass"),
    row("unclassified by one key of two", "forbid: {category: messaging, list: any-im}",
        phone("some-teamwork"), "pass"),
    row("unclassified by both keys", "forbid: {category: messaging, list: any-im}",
        phone("some-messenger"), "unknown unclassified | com.example.zap: unclassified"),
    row("unclassified beside app in where", "forbid: {category: im, where: W}",
        phone("some-messenger"), "pass",
        wheres=where(Coalesced("app.vendor", "x", "x"))),
    row("app column null", "forbid: {category: im, app.vendor_country: cn}", phone("telegram"),
        "unknown missing_field | telegram: missing_field"),
    row("app attribute", "forbid: {app.attributes.encryption: transport}",
        phone("telegram", "whatsapp"), "violation | telegram"),
    row("item attribute null", "forbid: {category: im, item.attributes.channel: beta}",
        phone(item("wechat", attributes={"other": "1"})),
        "unknown missing_field | wechat: missing_field"),
    row("item boolean", "forbid: {app: wechat, item.system: false}",
        phone(item("wechat", system=False), item("wechat", system=True)), "violation | wechat"),
    row("not over null", "forbid: {app: wechat, item.install_source: {not: store}}",
        phone("wechat"), "unknown missing_field | wechat: missing_field"),
    row("glob over null", "forbid: {name: 'We*'}", phone("wechat-unnamed"),
        "unknown missing_field | wechat: missing_field"),
    row("glob on an identifier, folded", "forbid: {identifier: 'COM.tencent.?m'}",
        phone("wechat"), "violation | wechat"),
    row("globs are certain", "forbid: {name: 'WeCh*'}", phone("wechat-named"),
        "violation | wechat"),
    row("a glob over null beside a version", "forbid: {name: 'We*', version: '<8'}",
        phone(item("wechat-unnamed", version="7")),
        "unknown missing_field | wechat: missing_field"),
    row("a glob over null beside a false one", "forbid: {name: 'We*', identifier: 'org.*'}",
        phone("wechat-unnamed"), "pass"),
    row("a glob beside app is not", "forbid: {name: 'WeCh*', app: wechat}",
        phone("wechat-named"), "unknown suspected | wechat: suspected"),
    row("subject without identifier", "forbid: {publisher: example}", phone("anonymous"),
        "violation | plain tool"),
    row("two maps, each its class", 'forbid: [{app: wechat, version: "<8"}, {name: 微*}]',
        phone("wechat", "wechat-unnamed"), "violation | wechat"),
    row("any element of a list column", "{forbid: {app: wechat}, applies_to: "
        "{person.groups: [traders, sales]}}", phone("wechat"), "violation | wechat",
        people=({**EMPLOYEE, "groups": ["hr", "Sales"]},)),
    row("an empty list column", "{forbid: {app: wechat}, applies_to: {person.groups: sales}}",
        phone("wechat"), "not_applicable", people=({**EMPLOYEE, "groups": ["hr"]},)),
    row("not over a list column", "{forbid: {app: wechat}, applies_to: "
        "{person.groups: {not: [sales]}}}", phone("wechat"), "not_applicable",
        people=({**EMPLOYEE, "groups": ["hr", "Sales"]},)),
    row("false and null is false", "{forbid: {app: wechat}, applies_to: "
        "{person.type: partner, person.grade: A}}", phone("wechat"), "not_applicable"),
    row("true or null is true", "{forbid: {app: wechat}, applies_to: "
        "[{person.type: employee}, {person.grade: A}]}", phone("wechat"), "violation | wechat"),
    row("false or null is null", "{forbid: {app: wechat}, applies_to: "
        "[{person.type: partner}, {person.grade: A, person.title: T}]}", phone("wechat"),
        "unknown scope [person.grade, person.title] | c: scope"),
    row("both scopes are named", "{forbid: {app: wechat}, applies_to: {device.attributes.site: b}}",
        phone("wechat", user_id=None),
        "unknown scope [device.attributes.site, person.type] | c: scope", policy=EMPLOYEES),
    row("nobody's device", WECHAT, phone("wechat", user_id="eve"),
        "unknown scope [person.type] | c: scope", policy=EMPLOYEES),
    row("by person_id, without case", WECHAT, phone("wechat", user_id="ANN "),
        "violation | wechat", policy=EMPLOYEES),
    row("e-mail before person_id", WECHAT, phone("wechat", user_id="bob"), "not_applicable",
        policy=EMPLOYEES, people=(EMPLOYEE | {"person_id": "bob", "email": None},
                                  {"person_id": "b", "email": "Bob", "type": "partner"})),
    row("a shared key is nobody's", WECHAT, phone("wechat"),
        "unknown scope [person.type] | c: scope", policy=EMPLOYEES,
        people=(EMPLOYEE, {"person_id": "bob", "email": "ANN@example.com", "type": "partner"})),
]  # fmt: skip

VERSIONS = [
    row("8 is 8.0", 'forbid: {app: wechat, version: "=8"}', phone(item("wechat", version="8.0")),
        "violation | wechat"),
    row("10 is above 9", 'forbid: {app: wechat, version: ">9.9"}',
        phone(item("wechat", version="10.0 beta")), "violation | wechat"),
    row("a range ends", 'forbid: {app: wechat, version: ">=8.0.30,<9"}',
        phone(item("wechat", version="8.0.9"), item("wechat", version="9.0.0")), "pass"),
    row("two ranges", 'forbid: {app: wechat, version: ["<8", ">9"]}',
        phone(item("wechat", version="9.1")), "violation | wechat"),
    row("unparsable is null", OLD_WECHAT, phone(item("wechat", version="beta 7")),
        "unknown missing_field | wechat: missing_field"),
    row("os version", "{forbid: {app: wechat}, applies_to: "
        "{device.os_version: {at_least: '9', below: '14.2'}}}",
        phone("wechat", os_version="14.1.9"), "violation | wechat"),
    row("os version unparsable", "{forbid: {app: wechat}, applies_to: "
        "{device.os_version: {below: '14.2'}}}", phone("wechat", os_version="Tiramisu"),
        "unknown scope | c: scope"),
]  # fmt: skip

_WHERE = "forbid: {where: W}"
WHERE = [
    row("null and false", _WHERE, phone("wechat"), "pass",
        wheres=where(Both(Equals("item.version", "8"), Equals("item.name", "x")))),
    row("null or true", _WHERE, phone("wechat"), "violation | wechat",
        wheres=where(Either(Equals("item.version", "8"), Equals("app.vendor", "tencent")))),
    row("not null", _WHERE, phone("wechat"), "unknown missing_field | wechat: missing_field",
        wheres=where(Not(In("item.profile", ("work", "clone"))))),
    row("different from null", "forbid: {app: wechat, where: W}", phone("wechat"),
        "unknown missing_field | wechat: missing_field",
        wheres=where(Equals("person.title", "Boss", same=False))),
    row("has", _WHERE, phone("wechat", "calculator"), "violation | wechat",
        wheres=where(Has("app.categories", "im"))),
    row("attribute", _WHERE, phone("calculator", attributes={"site": "Beijing "}),
        "violation | com.example.calculator", wheres=where(Attribute("device", "site", "beijing"))),
    row("version_at_least", _WHERE, phone(item("wechat", version="8.0.30")), "violation | wechat",
        wheres=where(VersionAtLeast("item.version", "8.0.4"))),
    row("a flag", _WHERE, phone(item("wechat", system=True), item("yixin", system=False)),
        "violation | wechat", wheres=where(Flag("item.system"))),
    row("an app column, unknown item", _WHERE, phone("calculator"), "pass",
        wheres=where(Not(Equals("app.vendor", "tencent")))),
    row("certain without app", _WHERE, phone("wechat-named"), "violation | wechat",
        wheres=where(Equals("item.name", "wechat"))),
    row("uncertain with app", _WHERE, phone("wechat-named"),
        "unknown suspected | wechat: suspected", wheres=where(Equals("app.vendor", "tencent"))),
]  # fmt: skip

CATEGORIES = [
    row("a look-alike serves the parents", MESSAGING, phone("some-teamwork"),
        "unknown unclassified | com.example.work: unclassified"),
    row("not the children", "forbid: {category: im}", phone("some-chat"), "pass"),
    row("a store category, no name", "forbid: {category: im}", phone("some-social"),
        "unknown unclassified | com.example.social: unclassified"),
    row("by name alone", MESSAGING, phone("some-messenger-unidentified"),
        "unknown unclassified | hello messenger: unclassified"),
    row("the tree", MESSAGING, phone("gbwhatsapp"), "violation | gbwhatsapp"),
    row("not beside the tree", MESSAGING, phone("tim-or-telecom"),
        "unknown suspected | tim: suspected"),
    row("a list", "forbid: {list: foreign-im}", phone("telegram", "wechat", "whatsapp"),
        "violation | telegram, whatsapp"),
    row("a list's category", "forbid: {list: any-im}", phone("some-messenger"),
        "unknown unclassified | com.example.zap: unclassified"),
    row("a list's category beside a vendor", "forbid: {list: foreign-im}", phone("some-messenger"),
        "pass"),
    row("a list that is over", "forbid: {list: expired}", phone("wechat", "some-messenger"),
        NOT_TOLD),
    row("a list that begins today in Shanghai", "forbid: {list: future}", phone("wechat"),
        "violation | wechat", policy=f"{{{ZONE}}}"),
    row("a list that begins tomorrow in London", "forbid: {list: future}", phone("wechat"),
        NOT_TOLD),
    row("ownership has dates", "forbid: {vendor_group: alibaba, kind: payment_channel}",
        service("alipay"), "violation | alipay"),
    row("ownership ends with the day in the zone",
        "forbid: {vendor_group: alibaba, kind: payment_channel}", service("alipay"), NOT_TOLD,
        policy=f"{{{ZONE}}}"),
    row("so does the app's column",
        "forbid: {app.vendor_group: alibaba, kind: payment_channel}", service("alipay"), "pass",
        policy=f"{{{ZONE}}}"),
    row("a vendor is its own group", "forbid: {vendor_group: ant, kind: payment_channel}",
        service("alipay"), "violation | alipay", policy=f"{{{ZONE}}}"),
]  # fmt: skip

TELLABLE = [
    row("ipados reads ios", WECHAT, phone("nameless", platform="ipados"), "pass"),
    row("no identifier, no names", "forbid: {app: yixin}", phone("nameless", platform="ios"),
        NOT_TOLD),
    row("no identifier, a distinctive name", "forbid: {app: yixin}",
        phone("calculator", platform="ios"), "pass"),
    row("an empty report carries names", "forbid: {app: yixin}", phone(platform="ios"), "pass"),
    row("a null platform needs a name", WECHAT, phone("nameless", platform=None), NOT_TOLD),
    row("a null platform, a name", WECHAT, phone("calculator", platform=None), "pass"),
    row("every app must be", "forbid: {app: [wechat, lanxin]}", phone("calculator"), NOT_TOLD),
    row("an app outside the list need not be",
        "forbid: {app: [whatsapp, lanxin], list: foreign-im}",
        phone("calculator"), "pass"),
    row("some app of the category must be", MESSAGING, phone("calculator", platform="windows"),
        "pass"),
    row("no app of the category", "forbid: {category: meetings}", phone("calculator"), NOT_TOLD),
    row("no app of vendor and category", "forbid: {vendor: microsoft, category: reading}",
        phone("calculator"), NOT_TOLD),
    row("a team's own app elsewhere", "forbid: {vendor: microsoft}",
        phone("nameless", platform="macos"), NOT_TOLD),
    row("globs can always be told", "forbid: {name: 'Foo*'}",
        phone("calculator", platform=None), "pass"),
    row("required, not tellable", "require: {app: lanxin}", phone("calculator"), NOT_TOLD),
    row("presence cannot be untold", "forbid: {app: lanxin}", phone("lanxin"),
        "violation | lanxin"),
    row("a Windows name needs names", "forbid: {app: qq}", phone("nameless", platform="windows"),
        NOT_TOLD),
    row("a Windows name", "forbid: {app: qq}", phone("calculator", platform="windows"), "pass"),
    row("a browser id tells no app", "forbid: {app: whatsapp}",
        phone("nameless", platform="chromeos"), NOT_TOLD),
    row("a browser id tells a web app", "forbid: {app: whatsapp, kind: web_app}",
        phone("nameless", platform="chromeos", listing={"web_app": "all"}), "pass"),
    row("every kind must be", "forbid: {app: wecom, kind: [app, web_app]}",
        phone(listing={"app": "all", "web_app": "all"}), NOT_TOLD),
    row("a name by the listing report", "forbid: {app: yixin}",
        seen_by(a=report("nameless", platform="ios"), b=report("calculator", listing={})),
        NOT_TOLD),
]  # fmt: skip

KINDS = [
    row("a service carries no apps", WECHAT, service("tenpay"), "not_applicable"),
    row("a service carries channels", f"forbid: {CHANNEL}", service("tenpay"),
        "violation | tenpay"),
    row("a channel by its name", f"forbid: {CHANNEL}", service("tenpay-id"),
        "violation | tenpay"),
    row("a channel absent", f"forbid: {CHANNEL}", service("channel"), "pass"),
    row("a service and both kinds", "forbid: {category: [payment, im], kind: "
        "[app, payment_channel]}", service("channel"), "pass"),
    row("a null form carries all", WECHAT, service("tenpay", form=None),
        "unknown not_listed | c: not_listed"),
    row("a phone carries channels", f"forbid: {CHANNEL}", phone("calculator"),
        "unknown not_listed | c: not_listed"),
    row("apps say nothing of extensions",
        "forbid: {category: enterprise-im, kind: browser_extension}", phone("wechat"),
        "unknown not_listed+unrecognisable | c: not_listed+unrecognisable"),
    row("an unclassified extension", "forbid: {list: any-im, kind: [app, browser_extension]}",
        phone("some-extension", listing={"app": "all", "browser_extension": "managed"}),
        "unknown partial_visibility+unclassified | "
        "c: partial_visibility, hgfedcbahgfedcba: unclassified"),
    row("attest needs no kind", "attest: {statement: s, by: device}", service(),
        "unknown needs_attestation | c: needs_attestation"),
]  # fmt: skip

AGE = [
    row("exactly stale_after is fresh", WECHAT, phone(days=30), "pass"),
    row("a second more is not", WECHAT, phone(days=30 + 1 / 86400),
        "unknown stale | c: stale (stale)"),
    row("no stale_after: never", WECHAT, phone(days=4000), "pass", policy="{stale_after: null}"),
    row("hours", WECHAT, phone(days=2.1), "unknown stale | c: stale (stale)",
        policy="{stale_after: 48h}"),
    row("no reported_at: received_at counts", WECHAT,
        phone(reported_at=None, received_at=AS_OF - timedelta(days=40)),
        "unknown stale | c: stale (stale)"),
    row("from the future: not judged", WECHAT, [phone("wechat", days=-1)], ""),
    row("one source from the future", WECHAT,
        seen_by(a=report("wechat", days=-1), b=report()), "pass"),
    row("two sources, one lists all", WECHAT,
        seen_by(a=report(listing="managed"), b=report(listing="all")), "pass"),
    row("the one that lists all is stale", WECHAT,
        seen_by(a=report(listing="managed"), b=report(listing="all", days=40)),
        "unknown stale | c: stale (stale)"),
    row("nothing listed, one fresh", WECHAT,
        seen_by(a=report(listing={}), b=report(listing={}, days=40)),
        "unknown not_listed | c: not_listed"),
    row("a null visibility is managed", WECHAT, phone(listing={"app": None}),
        "unknown partial_visibility | c: partial_visibility"),
    row("seen stale and fresh", WECHAT,
        seen_by(a=report("wechat", days=40), b=report("wechat", listing={})),
        "violation | wechat"),
    row("one subject stale, one fresh", MESSAGING,
        seen_by(a=report("wechat", days=40), b=report("wecom")),
        "violation | wechat (stale), wecom"),
    row("a stale report suspects", WECHAT,
        seen_by(a=report("wechat-named", days=40), b=report()),
        "unknown suspected | wechat: suspected (stale)"),
    row("the newer report's column", f"{{{WECHAT}, applies_to: {{device.ownership: corporate}}}}",
        seen_by(a=report("wechat", ownership="corporate", days=2),
                b=report(ownership="personal", days=1)), "not_applicable"),
    row("a null hides no older value", f"{{{WECHAT}, applies_to: {{device.ownership: corporate}}}}",
        seen_by(a=report("wechat", ownership="corporate", days=2), b=report(days=1)),
        "violation | wechat"),
    row("all reasons", "forbid: {app: lanxin}", phone("lanxin-named", listing="managed", days=40),
        "unknown partial_visibility+stale+suspected+unrecognisable | "
        "c: partial_visibility+stale+unrecognisable (stale), lanxin: suspected (stale)"),
]  # fmt: skip

_SHANGHAI = "timezone: Asia/Shanghai"
DATES = [
    row("begins at midnight", WECHAT, phone("wechat"), "violation | wechat",
        policy=f"{{effective_from: 2026-07-01, {_SHANGHAI}}}"),
    row("not yet in London", WECHAT, phone("wechat"), "not_applicable",
        policy="{effective_from: 2026-07-01, timezone: Europe/London}"),
    row("over in Shanghai", WECHAT, phone("wechat"), "not_applicable",
        policy=f"{{effective_until: 2026-06-30, {_SHANGHAI}}}"),
    row("through the day in London", WECHAT, phone("wechat"), "violation | wechat",
        policy="{effective_until: 2026-06-30, timezone: Europe/London}"),
    row("a control narrows", f"{{{WECHAT}, effective_until: 2026-06-29}}", phone("wechat"),
        "not_applicable", policy="{effective_until: 2026-12-31}"),
    row("a draft", WECHAT, phone("wechat"), "not_applicable", policy="{status: draft}"),
    row("superseded", WECHAT, phone("wechat"), "not_applicable",
        policy="{status: superseded, superseded_by: other}"),
    row("an exception that is over", f"{{{WECHAT}, except: [{{when: {{device.form: phone}}, "
        "until: 2026-06-30, reason: r}]}", phone("wechat"), "violation | wechat",
        policy=f"{{{_SHANGHAI}}}"),
    row("an exception that lasts", f"{{{WECHAT}, except: [{{when: {{device.form: phone}}, "
        "until: 2026-06-30, reason: r}]}", phone("wechat"), "not_applicable (excused)"),
    row("the policy's exception", WECHAT, phone("wechat"), "not_applicable (excused)",
        policy="{except: [{when: {person.type: employee}, reason: r}]}"),
    row("excused only where nothing else holds", f"{{{WECHAT}, applies_to: {{person.type: partner}}"
        ", except: [{when: {device.form: phone}, reason: r}]}", phone("wechat"), "not_applicable"),
    row("an exception before an unknown scope", f"{{{WECHAT}, applies_to: {{person.grade: A}}"
        ", except: [{when: {device.form: phone}, reason: r}]}", phone("wechat"),
        "not_applicable (excused)"),
    row("before a day", "forbid: {app: wechat, item.installed_at: {before: 2026-06-30}}",
        phone(item("wechat", installed_at=datetime(2026, 6, 29, 16, tzinfo=UTC))), "pass",
        policy=f"{{{_SHANGHAI}}}"),
    row("after a day", "forbid: {app: wechat, item.installed_at: {after: 2026-06-29}}",
        phone(item("wechat", installed_at=datetime(2026, 6, 29, 16, tzinfo=UTC))),
        "violation | wechat", policy=f"{{{_SHANGHAI}}}"),
]  # fmt: skip

INDICATION = [
    row("always", f"{{{WECHAT}, indication: always}}", phone("wechat"),
        "unknown indication | wechat: indication"),
    row("of an item", f"{{{WECHAT}, indication: {{item.profile: personal}}}}",
        phone(item("wechat", profile="personal"), item("wechat", profile="work")),
        "violation | wechat"),
    row("of an app", f"{{{MESSAGING}, indication: {{app.vendor_country: us}}}}",
        phone("whatsapp", "telegram"), "violation | telegram, whatsapp: indication"),
    row("of an unknown item", "{forbid: {name: Calc*}, indication: {app.vendor: {not: tencent}}}",
        phone("calculator"), "violation | com.example.calculator"),
    row("beside device reasons", f"{{{WECHAT}, indication: always}}",
        phone("wechat", listing="managed"), "unknown indication+partial_visibility | "
        "c: partial_visibility, wechat: indication"),
]  # fmt: skip

_TABLET = {"device_id": "tablet"}
_LISTS_NONE = {**phone(listing={}), **_TABLET}
PERSONS = [
    row("one of their devices passes", f"{{{YIXIN}, per: person}}",
        [phone(), {**phone("yixin"), **_TABLET}], "pass"),
    row("one passes, one is not known", f"{{{YIXIN}, per: person}}",
        [_LISTS_NONE, phone("yixin")], "pass"),
    row("one is not known", f"{{{YIXIN}, per: person}}", [phone(), _LISTS_NONE],
        "unknown not_listed | c: not_listed"),
    row("none has it", f"{{{YIXIN}, per: person}}", [phone(), {**phone(), **_TABLET}],
        "violation | c"),
    row("a device without a person", f"{{{YIXIN}, per: person}}",
        [phone("yixin"), {**phone(user_id=None), **_TABLET}], "ann = pass; tablet = violation | c"),
    row("out of scope does not count", f"{{{YIXIN}, per: person, applies_to: {{device.form: phone}}"
        "}", [phone(), {**phone("yixin", form="tablet"), **_TABLET}], "violation | c"),
    row("nothing in scope", f"{{{YIXIN}, per: person, applies_to: {{device.form: desktop}}}}",
        [phone()], "not_applicable"),
    row("all excused or outside", f"{{{YIXIN}, per: person, applies_to: {{device.form: phone}}, "
        "except: [{when: {device.form: phone}, reason: r}]}",
        [phone(), {**phone(form="tablet"), **_TABLET}], "not_applicable (excused)"),
    row("a person without person_id", f"{{{YIXIN}, per: person}}", [phone("yixin")],
        "pass", people=({**EMPLOYEE, "person_id": None},)),
    row("all devices stale", f"{{{YIXIN}, per: person}}",
        [phone("yixin", days=40), {**phone(days=50), **_TABLET}],
        "unknown stale | c: stale (stale)"),
    row("one stale, one not", f"{{{YIXIN}, per: person}}", [phone("yixin", days=40), _LISTS_NONE],
        "unknown not_listed+stale | c: not_listed+stale"),
    row("reasons and columns of all", f"{{{YIXIN}, per: person, applies_to: {{device.model: X}}}}",
        [phone(), {**phone("yixin", days=40, model="x"), **_TABLET}],
        "unknown scope+stale [device.model] | c: scope+stale"),
    row("attest by person", "attest: {statement: s, by: person}",
        [phone(), {**phone(user_id=None), **_TABLET}],
        "ann = unknown needs_attestation | c: needs_attestation; "
        "tablet = unknown needs_attestation | c: needs_attestation"),
    row("attest by device", "attest: {statement: s, by: device}", phone("wechat"),
        "unknown needs_attestation | c: needs_attestation"),
    row("attest out of scope", "{attest: {statement: s, by: device}, applies_to: "
        "{device.form: tablet}}", phone("wechat"), "not_applicable"),
    row("attest by issuer, whatever the scope", "{attest: {statement: s, by: issuer}, applies_to: "
        "{device.form: tablet}}", phone(), "unknown needs_attestation | c: needs_attestation"),
    row("attest, not in force", "attest: {statement: s, by: issuer}", phone(), "not_applicable",
        policy="{effective_from: 2027-01-01}"),
]  # fmt: skip

PRESENCE = [
    row("named so, might be it", YIXIN, phone("yixin-named"),
        "unknown suspected | c: suspected"),
    row("a null, might be it", 'require: {app: yixin, version: ">=5"}', phone("yixin"),
        "unknown missing_field | c: missing_field"),
    row("too old", 'require: {app: yixin, version: ">=5"}', phone(item("yixin", version="4")),
        "violation | c"),
    row("unclassified, might be it", "require: {category: messaging}", phone("some-chat"),
        "unknown unclassified | c: unclassified"),
    row("partial visibility never weakens presence", YIXIN, phone("yixin", listing="managed"),
        "pass"),
    row("present in a stale and a fresh report", YIXIN,
        seen_by(a=report("yixin", days=40), b=report("yixin", listing={})), "pass"),
    row("present stale, absent fresh", YIXIN, seen_by(a=report("yixin", days=40), b=report()),
        "unknown stale | c: stale (stale)"),
    row("present, and one suspected", YIXIN, phone("yixin", "yixin-named"), "pass"),
    row("absent in a stale report", YIXIN, phone(days=40), "unknown stale | c: stale (stale)"),
    row("suspected and partial", YIXIN, phone("yixin-named", listing="managed"),
        "unknown partial_visibility+suspected | c: partial_visibility+suspected"),
    row("a glob", "require: {name: 'Calc*'}", phone("calculator"), "pass"),
]  # fmt: skip


def word(day: str = "2026-06-01", until: str = "2026-12-31", **about: object) -> dict:
    """Make an attestation, by Ann unless it says otherwise."""
    return {"attested_by": "ann@example.com", "date": day, "valid_until": until, **about}


_ISSUER = "attest: {statement: s, by: issuer}"
_SWORN = "attest: {statement: s, by: person, contradicted_by: {app: wechat}}"
_SEALED = "attest: {statement: s, by: device, contradicted_by: {category: messaging}}"
_NEEDED = "unknown needs_attestation | c: needs_attestation"

ATTESTED = [
    row("the issuer's word", _ISSUER, phone(), "pass", words=(word(),)),
    row("the issuer's, not in force", _ISSUER, phone(), "not_applicable", words=(word(),),
        policy="{effective_until: 2026-06-29}"),
    row("on its last day", _ISSUER, phone(), "pass", words=(word(until="2026-06-30"),)),
    row("the day after, in the policy's zone", _ISSUER, phone(), _NEEDED, policy=f"{{{ZONE}}}",
        words=(word(until="2026-06-30"),)),
    row("on its first day", _ISSUER, phone(), "pass", words=(word("2026-06-30"),)),
    row("given tomorrow", _ISSUER, phone(), _NEEDED, words=(word("2026-07-01"),)),
    row("a person's word is for all their devices", _SWORN,
        [phone(), {**phone(), **_TABLET}], "pass", words=(word(),)),
    row("by the other key, in capitals", _SWORN, phone(), "pass", words=(word(attested_by="ANN"),)),
    row("another's word", _SWORN, phone(), _NEEDED, words=(word(attested_by="bob"),)),
    row("of somebody in no people file", _SWORN, phone(user_id="Zoe"), "pass", people=(),
        words=(word(attested_by="zoe"),)),
    row("a device by its serial number", _SEALED, phone(serial="S-1"), "pass",
        words=(word(device=["s-1"]),)),
    row("what two devices are called means neither", _SEALED,
        [phone(name="Lobby"), {**phone(name="Lobby"), **_TABLET}],
        f"phone = {_NEEDED}; tablet = {_NEEDED}", words=(word(device=["lobby"]),)),
    row("contradicted by a later report", _SWORN, phone("wechat"),
        "unknown contradicted | phone wechat: contradicted", words=(word(),)),
    row("not by one of the same day", _SWORN, phone("wechat"), "pass", words=(word("2026-06-29"),)),
    row("nor by an earlier one", _SWORN, phone("wechat", days=40), "pass", words=(word(),)),
    row("the newest word counts", _SWORN, phone("wechat"), "pass",
        words=(word(), word("2026-06-30"))),
    row("a stale report contradicts, too", _SWORN, phone("wechat", days=40),
        "unknown contradicted | phone wechat: contradicted (stale)", words=(word("2026-05-01"),)),
    row("a partial list contradicts, too", _SWORN, phone("wechat", listing="managed"),
        "unknown contradicted | phone wechat: contradicted", words=(word(),)),
    row("what only looks like it contradicts nobody", _SWORN, phone("wechat-lookalike"), "pass",
        words=(word(),)),
    row("nor what is unclassified", _SEALED, phone("some-messenger"), "pass",
        words=(word(device="phone"),)),
    row("each subject is a finding", _SEALED, phone("wechat", "wecom"),
        "unknown contradicted | wechat: contradicted, wecom: contradicted",
        words=(word(device="phone"),)),
    row("one device contradicts its holder", _SWORN, [phone(), {**phone("wechat"), **_TABLET}],
        "unknown contradicted | tablet wechat: contradicted", words=(word(),)),
    row("out of scope nothing contradicts", f"{{{_SWORN}, applies_to: {{device.form: phone}}}}",
        [phone(), {**phone("wechat", form="tablet"), **_TABLET}], "pass", words=(word(),)),
    row("without a word nothing is contradicted", _SWORN, phone("wechat"), _NEEDED),
    row("any device in scope contradicts the issuer", "attest: {statement: s, by: issuer, "
        "contradicted_by: {app: wechat}}", [phone(), {**phone("wechat"), **_TABLET}],
        "unknown contradicted | tablet wechat: contradicted", words=(word(),)),
    row("the rest is told apart", f"{{{_SWORN}, applies_to: {{device.model: X}}}}",
        [phone("wechat", model="x"), {**phone(), **_TABLET}],
        "unknown contradicted+scope [device.model] | c: scope, phone wechat: contradicted",
        words=(word(),)),
    row("a checkout has no kinds to carry", _SEALED, service(), "pass",
        words=(word(device="checkout"),)),
]  # fmt: skip

IMITATIONS = [
    row("a ban reaches modified clients", "forbid: {app: whatsapp}", phone("gbwhatsapp"),
        "violation | gbwhatsapp"),
    row("and those of a list's apps", "forbid: {list: whatsapp-alone}", phone("gbwhatsapp"),
        "violation | gbwhatsapp"),
    row("so does the rest of an only", "only: {apps: [yixin], among: {app: whatsapp}}",
        phone("gbwhatsapp"), "violation | gbwhatsapp"),
    row("a ban on the maker does not", "forbid: {vendor: whatsapp-llc}", phone("gbwhatsapp"),
        "pass"),
    row("nor does a column", "forbid: {app.app_id: whatsapp}", phone("gbwhatsapp"), "pass"),
    row("an approval does not", "only: {apps: [whatsapp], among: {category: messaging}}",
        phone("gbwhatsapp"), "violation | gbwhatsapp"),
    row("an approved client is not banned by what it opens",
        "{forbid: {app: whatsapp}, except_apps: [gbwhatsapp]}", phone("gbwhatsapp"), "pass"),
    row("a demand is not met by it", "require: {app: whatsapp}", phone("gbwhatsapp"),
        "violation | c"),
    row("what is told of it does not tell of the app", "forbid: {app: qq}", phone("gbwhatsapp"),
        NOT_TOLD),
    row("a client's own version counts", 'forbid: {app: whatsapp, version: "<8"}',
        phone(item("gbwhatsapp", version="9")), "pass"),
    row("a container may hide it", WECHAT, phone("parallel-space"),
        "unknown suspected | parallel-space: suspected"),
    row("a container may hide any of them", ONLY_YIXIN, phone("yixin", "parallel-space"),
        "unknown suspected | parallel-space: suspected"),
    row("beside what is there", WECHAT, phone("wechat", "parallel-space"),
        "violation | parallel-space: suspected, wechat"),
    row("an approved container hides nothing", f"{{{WECHAT}, except_apps: [parallel-space]}}",
        phone("parallel-space"), "pass"),
    row("a container hides messengers only", "forbid: {app: weread}", phone("parallel-space"),
        "pass"),
    row("a container meets no demand", YIXIN, phone("parallel-space"), "violation | c"),
    row("a container's version is its own", OLD_WECHAT,
        phone(item("parallel-space", version="7")), "pass"),
    row("a container's name is its own", "forbid: {app: wechat, name: 'We*'}",
        phone("parallel-space"), "pass"),
    row("a container is what it is", "forbid: {category: [cloner, messaging]}",
        phone("parallel-space"), "violation | parallel-space"),
    row("a copy is found", WECHAT, phone("wechat-copy"), "violation | wechat"),
    row("a copy is not approved", "only: {apps: [wechat], among: {category: messaging}}",
        phone("wechat", "wechat-copy"), "violation | wechat"),
]  # fmt: skip

ROWS = (
    DESIGN + APPROVAL + NULLS + VERSIONS + WHERE + CATEGORIES + TELLABLE + KINDS + AGE + DATES
    + INDICATION + PERSONS + PRESENCE + ATTESTED + IMITATIONS
)  # fmt: skip
