"""A small world, told twice: here by hand for the oracle, in `engine/rules/` for the program.

Each item is a colour on a palette: the columns that the catalogue looks at, and what the
catalogue must say of them. `engine/test_palette.py` holds the two tellings together.
"""

from __future__ import annotations

from dataclasses import dataclass

from oracle_question import App, Meaning, Owner

PARENTS = {
    "messaging": None,
    "im": "messaging",
    "modified-im": "im",
    "enterprise-im": "messaging",
    "carrier-messaging": None,
    "payment": None,
    "reading": None,
    "meetings": None,
    "cloner": None,
}
"""`meetings` has no app at all."""

LISTS = {
    "foreign-im": [
        {"vendor_group": "meta"},
        {"vendor": "telegram-fz", "category": "im"},
        {"app": "wechat", "until": "2020-01-01"},
    ],
    "any-im": [{"category": "im"}, {"category": "modified-im", "vendor": "strangers"}],
    "whatsapp-alone": [{"app": "whatsapp"}],
    "expired": [{"category": "messaging", "until": "2020-01-01"}],
    "future": [{"category": "messaging", "from": "2026-07-01"}],
}

_TENCENT = {"vendor": "tencent", "vendor_country": "cn"}
_BYTEDANCE = {"vendor": "bytedance", "vendor_country": "cn"}
_BROWSERS = ("windows", "macos", "linux", "chromeos")
APPS = {
    app.app_id: app
    for app in (
        App(
            "wechat",
            ("im",),
            **_TENCENT,
            attributes={"encryption": "transport"},
            identifiers=(
                ("android_package", "android"),
                ("ios_bundle", "ios"),
                ("win_uninstall_key", "windows"),
            ),
            distinctive=True,
        ),
        App(
            "wecom",
            ("enterprise-im",),
            **_TENCENT,
            identifiers=(("android_package", "android"), ("ios_bundle", "ios")),
        ),
        App("weread", ("reading",), **_TENCENT, identifiers=(("android_package", "android"),)),
        App(
            "qq",
            ("im",),
            **_TENCENT,
            identifiers=(("win_uninstall_name", "windows"),),
        ),
        App(
            "yixin",
            ("im",),
            "netease",
            vendor_country="cn",
            attributes={"encryption": "none", "region": "cn"},
            identifiers=(("android_package", "android"),),
            distinctive=True,
        ),
        App("lanxin", ("enterprise-im",), "lanxin-tech"),
        App(
            "microsoft-teams",
            ("enterprise-im",),
            "microsoft",
            vendor_country="us",
            attributes={"encryption": "transport"},
            identifiers=(("android_package", "android"), ("msix_pfn", "windows")),
        ),
        App(
            "whatsapp",
            ("im",),
            "whatsapp-llc",
            (Owner("meta", "2014-10-06"),),
            "us",
            {"encryption": "end-to-end"},
            (
                ("android_package", "android"),
                *(("chromium_app_id", platform) for platform in _BROWSERS),
            ),
            distinctive=True,
        ),
        App(
            "gbwhatsapp",
            ("modified-im",),
            "strangers",
            identifiers=(("android_package", "android"),),
            client_of=("whatsapp",),
        ),
        App(
            "parallel-space",
            ("cloner",),
            "strangers",
            identifiers=(("android_package", "android"),),
            hides="messaging",
        ),
        App("feishu", ("enterprise-im",), **_BYTEDANCE, identifiers=(("macos_bundle", "macos"),)),
        App("lark", ("enterprise-im",), **_BYTEDANCE, identifiers=(("macos_bundle", "macos"),)),
        App(
            "telegram",
            ("im",),
            "telegram-fz",
            attributes={"encryption": "transport"},
            identifiers=(("android_package", "android"), ("flatpak_id", "linux")),
        ),
        App("tim", ("im",), **_TENCENT, identifiers=(("android_package", "android"),)),
        App("tim-telecom", ("carrier-messaging",), "telecom-italia", vendor_country="it"),
        App("tenpay", ("payment",), **_TENCENT),
        App("alipay", ("payment",), "ant", (Owner("alibaba", None, "2026-06-30"),), "cn"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Colour:
    """One distinct item: its columns, its meanings, and the categories that it looks like."""

    columns: dict[str, str]
    meanings: tuple[Meaning, ...] = ()
    looks_like: tuple[str, ...] = ()


DISTINCT = (
    "kind", "identifier", "identifier_type", "name", "publisher", "signer", "store_category",
)  # fmt: skip


def _is(app_id: str, basis: str, confidence: str, **columns: str) -> Colour:
    return Colour({"kind": "app"} | columns, (Meaning(app_id, basis, confidence),))


def _exact(app_id: str, type_: str, identifier: str, **columns: str) -> Colour:
    columns |= {"identifier": identifier, "identifier_type": type_}
    return _is(app_id, "identifier", "exact", **columns)


def _looks(*looks_like: str, **columns: str) -> Colour:
    return Colour({"kind": "app"} | columns, (), looks_like)


_LARK = {"kind": "app", "identifier": "com.electron.lark", "identifier_type": "macos_bundle"}
_IM = ("im", "messaging")
COLOURS = {
    "wechat": _exact("wechat", "android_package", "com.tencent.mm", name="微信"),
    "wechat-unnamed": _exact("wechat", "android_package", "com.tencent.mm"),
    "wechat-ios": _exact("wechat", "ios_bundle", "com.tencent.xin", name="WeChat"),
    "wechat-untyped": _is(
        "wechat", "identifier", "exact", identifier="com.tencent.mm", name="WeChat"
    ),
    "wechat-case": _is(
        "wechat", "identifier_other_case", "likely",
        identifier="com.Tencent.MM", identifier_type="android_package", publisher="Tencent",
    ),
    "wechat-distinctive": _is("wechat", "distinctive_name", "likely", name="微信"),
    "wechat-published": _is(
        "wechat", "publisher_and_name", "likely",
        identifier="cn.repack.mm", name="WeChat", publisher="Tencent Inc.",
    ),
    "wechat-signed": _is(
        "wechat", "signer_and_name", "likely",
        identifier="cn.copy.mm", name="WeChat", signer="5A4RE8SF68",
    ),
    "wechat-named": _is("wechat", "name", "possible", identifier="cn.named.mm", name="WeChat"),
    "wechat-lookalike": _is(
        "wechat", "lookalike_name", "possible", identifier="cn.clone.mm", name="WeChаt"
    ),
    "wecom": _exact("wecom", "android_package", "com.tencent.wework", name="WeCom"),
    "wecom-named": _is("wecom", "name", "possible", name="WeCom", publisher="Somebody"),
    "weread": _exact("weread", "android_package", "com.tencent.weread", name="WeRead"),
    "qq-windows": _is("qq", "distinctive_name", "likely", name="腾讯QQ"),
    "yixin": _exact("yixin", "android_package", "im.yixin", name="易信"),
    "yixin-named": _is("yixin", "name", "possible", identifier="cn.fake.yixin", name="Yixin"),
    "lanxin": _is(
        "lanxin", "publisher_and_name", "likely", name="Lanxin", publisher="Lanxin Technology"
    ),
    "lanxin-named": _is("lanxin", "name", "possible", identifier="com.lx.app", name="Lanxin"),
    "teams": _exact("microsoft-teams", "android_package", "com.microsoft.teams", name="Teams"),
    "teams-windows": _exact(
        "microsoft-teams", "msix_pfn", "MSTeams_8wekyb3d8bbwe",
        name="Microsoft Teams", publisher="Microsoft Corporation",
    ),
    "whatsapp": _exact(
        "whatsapp", "android_package", "com.whatsapp", name="WhatsApp Messenger",
        store_category="Communication",
    ),
    "whatsapp-web": _exact(
        "whatsapp", "chromium_app_id", "hnpfjngllnobngcgfapefoaidbinmjnm",
        kind="web_app", name="WhatsApp Web",
    ),
    "gbwhatsapp": _exact("gbwhatsapp", "android_package", "com.gbwhatsapp"),
    "parallel-space": _exact("parallel-space", "android_package", "com.lbe.parallel"),
    "wechat-copy": _is(
        "wechat", "renamed_copy", "likely",
        identifier="com.tencent.mm2", identifier_type="android_package", name="WeChat2",
    ),
    "lark-or-feishu": Colour(
        _LARK,
        (Meaning("feishu", "identifier", "likely"), Meaning("lark", "identifier", "likely")),
    ),
    "lark": Colour(_LARK | {"name": "Lark"}, (Meaning("lark", "identifier", "exact"),)),
    "feishu": Colour(_LARK | {"name": "飞书"}, (Meaning("feishu", "identifier", "exact"),)),
    "telegram": _exact("telegram", "android_package", "org.telegram.messenger", name="Telegram"),
    "tim-or-telecom": Colour(
        {"kind": "app", "name": "TIM"},
        (Meaning("tim", "name", "possible"), Meaning("tim-telecom", "name", "possible")),
    ),
    "tenpay": _is("tenpay", "name", "exact", kind="payment_channel", name="Tenpay"),
    "tenpay-id": _is("tenpay", "name", "exact", kind="payment_channel", identifier="TENPAY"),
    "alipay": _is("alipay", "name", "exact", kind="payment_channel", name="Alipay"),
    "calculator": _looks(identifier="com.example.calculator", name="Calculator"),
    "nameless": _looks(identifier="com.example.tool"),
    "anonymous": _looks(name="Ｐｌａｉｎ Tool", publisher="Example"),
    "extension": _looks(kind="browser_extension", identifier="abcdefghabcdefgh", name="Dark Mode"),
    "channel": _looks(kind="payment_channel", name="Cash"),
    "account": _looks(kind="account", identifier="shop-17"),
    "some-messenger": _looks(*_IM, identifier="com.example.zap", name="Zap Messenger"),
    "some-messenger-unidentified": _looks(*_IM, name="Hello Messenger"),
    "some-chat": _looks("messaging", identifier="com.example.chat", name="Group Chat"),
    "some-teamwork": _looks(
        "enterprise-im", "messaging", identifier="com.example.work", name="Intercom"
    ),
    "some-social": _looks(
        *_IM, identifier="com.example.social", store_category="Social Networking"
    ),
    "some-extension": _looks(
        *_IM, kind="browser_extension", identifier="hgfedcbahgfedcba", name="Tab Messenger"
    ),
    "some-channel": _looks("payment", kind="payment_channel", name="Quick Wallet"),
}  # fmt: skip

_KNOWN = {tuple(c.columns.get(name) for name in DISTINCT): c for c in COLOURS.values()}


def recognise(item: dict) -> tuple[tuple[Meaning, ...], tuple[str, ...]]:
    """Say what an item is, by the palette; an item that is not on it is an error."""
    colour = _KNOWN[tuple(item.get(name) for name in DISTINCT)]
    return colour.meanings, colour.looks_like
