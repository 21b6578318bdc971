"""What an item is, by which of its columns, and how sure that is. One row, one answer."""

import pytest
from shipped_rules import CATALOGUE, recognise

from policycheck.model import IDENTIFIER_TYPES

ANDROID, IOS, MAC = "android_package", "ios_bundle", "macos_bundle"
TEAMS, THUNDERBIRD = "Microsoft Teams", "Mozilla Thunderbird"
TEAMS_FREE = "MicrosoftTeams_8wekyb3d8bbwe"
KEY, PFN, DEB = "win_uninstall_key", "msix_pfn", "deb_package"


@pytest.mark.parametrize(
    ("name", "identifier", "type_", "apps", "basis", "confidence"),
    [
        # trap 1: exact keys, never prefixes
        ("微信", "com.tencent.xin", IOS, ["wechat"], "identifier", "exact"),
        ("微信", "com.tencent.xinWeChat", MAC, ["wechat"], "identifier", "exact"),
        (None, "com.tencent.xinWeChat", IOS, [], None, None),
        (None, "com.tencent.xin", MAC, [], None, None),
        (None, "com.tencent.xinWeChatWork", MAC, [], None, None),
        (None, "com.whatsapp", ANDROID, ["whatsapp"], "identifier", "exact"),
        (None, "com.whatsapp.w4b", ANDROID, ["whatsapp-business"], "identifier", "exact"),
        (None, "com.whatsapp.w4c", ANDROID, [], None, None),
        (None, "com.tencent.mobileqqi", ANDROID, ["qq"], "identifier", "exact"),
        # trap 2: one string on several platforms
        (None, "net.whatsapp.WhatsApp", IOS, ["whatsapp"], "identifier", "exact"),
        (None, "net.whatsapp.WhatsApp", MAC, ["whatsapp"], "identifier", "exact"),
        (None, "im.vector.app", ANDROID, ["element"], "identifier", "exact"),
        (None, "im.vector.app", IOS, ["element"], "identifier", "exact"),
        (None, "im.vector.app", MAC, [], None, None),
        (None, "com.tencent.mqq", "harmony_bundle", ["qq"], "identifier", "exact"),
        # a null type matches any
        (None, "com.tencent.mm", None, ["wechat"], "identifier", "exact"),
        (None, "im.vector.app", None, ["element"], "identifier", "exact"),
        # trap 3: one string, two products
        ("Feishu", "com.electron.lark", MAC, ["feishu"], "identifier", "exact"),
        ("Lark.app", "com.electron.lark", MAC, ["lark"], "identifier", "exact"),
        ("飞书", "com.electron.lark", None, ["feishu"], "identifier", "exact"),
        ("Suite", "com.electron.lark", MAC, ["feishu", "lark"], "identifier", "likely"),
        (None, "com.electron.lark", MAC, ["feishu", "lark"], "identifier", "likely"),
        ("Lark", "com.Electron.lark", MAC, ["lark"], "identifier_other_case", "likely"),
        # trap 4: case
        (None, "com.Slack", ANDROID, ["slack"], "identifier", "exact"),
        (None, "com.slack", ANDROID, ["slack"], "identifier_other_case", "likely"),
        (None, "com.tencent.xinWechat", MAC, ["wechat"], "identifier_other_case", "likely"),
        # trap 5: identifiers that do not look like the product
        (None, "org.thoughtcrime.securesms", ANDROID, ["signal"], "identifier", "exact"),
        (None, "com.alibaba.android.rimet", ANDROID, ["dingtalk"], "identifier", "exact"),
        (None, "Cisco-Systems.Spark", MAC, ["webex"], "identifier", "exact"),
        # trap 6: two clients by one maker
        (None, "ru.keepcoder.Telegram", MAC, ["telegram"], "identifier", "exact"),
        (None, "com.tdesktop.Telegram", MAC, ["telegram"], "identifier", "exact"),
        # trap 7: renames in place
        (None, "WeChat", KEY, ["wechat"], "identifier", "exact"),
        (None, "Weixin", KEY, ["wechat"], "identifier", "exact"),
        (None, "im.riot.Riot", "flatpak_id", ["element"], "identifier", "exact"),
        # trap 9: same maker, not the same app
        ("微信读书", "com.tencent.weread", ANDROID, ["weread"], "identifier", "exact"),
        ("QQ邮箱", "com.tencent.androidqqmail", ANDROID, ["qq-mail"], "identifier", "exact"),
        ("企业微信", "企业微信", KEY, ["wecom"], "identifier", "exact"),
        # trap 11: editions
        (TEAMS, "MSTeams_8wekyb3d8bbwe", PFN, ["microsoft-teams"], "identifier", "exact"),
        (TEAMS, TEAMS_FREE, PFN, ["microsoft-teams-free"], "identifier", "exact"),
        # trap 15: the identifier decides, whatever the name says
        ("LMC 8.4", "com.ss.android.ugc.aweme", ANDROID, ["douyin"], "identifier", "exact"),
        ("WeChat", "com.tencent.weread", ANDROID, ["weread"], "identifier", "exact"),
        ("微信", "com.TENCENT.weread", ANDROID, ["weread"], "identifier_other_case", "likely"),
        # a scheme is no identifier of an item, nor is a signer's team
        (None, "weixin", "url_scheme", [], None, None),
        (None, "weixin", None, ["wechat"], "identifier_other_case", "likely"),
        (None, "5A4RE8SF68", "apple_team_id", [], None, None),
        # an identifier that nobody knows beside a name
        ("Signal", "org.example.clone", ANDROID, ["signal"], "name", "possible"),
        ("微信", "org.example.clone", ANDROID, ["wechat"], "distinctive_name", "likely"),
        (None, "org.example.clone", ANDROID, [], None, None),
        ("", "", None, [], None, None),
    ],
)  # fmt: skip
def test_by_identifier(name, identifier, type_, apps, basis, confidence):
    assert recognise(name, identifier, type_) == (apps, basis, confidence)


@pytest.mark.parametrize(
    ("name", "publisher", "apps", "basis", "confidence"),
    [
        # distinctive names
        ("微信", None, ["wechat"], "distinctive_name", "likely"),
        ("WhatsApp Messenger", None, ["whatsapp"], "distinctive_name", "likely"),
        ("\u200eWhatsApp Messenger", None, ["whatsapp"], "distinctive_name", "likely"),
        ("企业微信", None, ["wecom"], "distinctive_name", "likely"),
        ("易信", None, ["yixin"], "distinctive_name", "likely"),
        ("  whatsapp   messenger ", None, ["whatsapp"], "distinctive_name", "likely"),
        # any other name alone
        ("Yixin", None, ["yixin"], "name", "possible"),
        ("LINE", None, ["line"], "name", "possible"),
        ("蓝信", None, ["lanxin"], "name", "possible"),
        ("МАХ", None, ["max-messenger"], "name", "possible"),
        # a publisher that is an alias of the maker, legal form or not
        ("LINE", "LY Corporation", ["line"], "publisher_and_name", "likely"),
        ("LINE", "LINE Corporation", ["line"], "publisher_and_name", "likely"),
        ("LINE", "Line Games", ["line"], "name", "possible"),
        ("QQ", "腾讯科技（深圳）有限公司", ["qq"], "publisher_and_name", "likely"),
        ("QQ", "Tencent Inc.", ["qq"], "publisher_and_name", "likely"),
        ("Yixin", "网易", ["yixin"], "publisher_and_name", "likely"),
        ("蓝信", "蓝信移动(北京)科技有限公司", ["lanxin"], "publisher_and_name", "likely"),
        ("Telegram", "Telegram FZ-LLC", ["telegram"], "publisher_and_name", "likely"),
        ("Slack", "slack technologies llc", ["slack"], "publisher_and_name", "likely"),
        # the owner's name will do as well
        ("Slack", "Salesforce, Inc.", ["slack"], "publisher_and_name", "likely"),
        ("Messenger", "Meta Platforms, Inc.", ["messenger"], "publisher_and_name", "likely"),
        # two apps of one name: the publisher settles it
        ("Messages", None, ["aosp-messages", "apple-messages"], "name", "possible"),
        ("Messages", "Apple Inc.", ["apple-messages"], "publisher_and_name", "likely"),
        # trap 8: version, architecture, language, user
        ("Slack.app", "Slack Technologies", ["slack"], "publisher_and_name", "likely"),
        ("Slack (x64)", "Slack Technologies", ["slack"], "publisher_and_name", "likely"),
        ("Slack (Machine - MSI)", "Slack", ["slack"], "publisher_and_name", "likely"),
        ("Zoom Workplace (X64)", None, ["zoom"], "distinctive_name", "likely"),
        ("Zoom Workplace (64-bit)", None, ["zoom"], "distinctive_name", "likely"),
        (f"{THUNDERBIRD} (x64 en-US)", None, ["thunderbird"], "distinctive_name", "likely"),
        (f"{THUNDERBIRD} 115.3.1 (x64 zh-CN)", None, ["thunderbird"], "distinctive_name", "likely"),
        ("微信 4.1.13", None, ["wechat"], "distinctive_name", "likely"),
        ("Telegram Desktop version 4.9.3", None, ["telegram"], "distinctive_name", "likely"),
        # trap 14: names that mislead
        ("Signal Generator", None, ["signal-generator"], "name", "possible"),
        ("Phone Clone", None, ["phone-clone-huawei"], "name", "possible"),
        ("Soul Browser", None, [], None, None),
        ("Lark Player", None, [], None, None),
        ("Max Fashion", None, [], None, None),
        ("Samsung Max", None, [], None, None),
        ("Line Rangers", None, [], None, None),
        ("CapCut Clone", None, [], None, None),
        ("TIM", "Telecom Italia", ["tim"], "name", "possible"),
        # a publisher names no app
        ("Something", "Tencent", [], None, None),
    ],
)  # fmt: skip
def test_by_name(name, publisher, apps, basis, confidence):
    assert recognise(name, publisher=publisher) == (apps, basis, confidence)


@pytest.mark.parametrize(
    "name",
    [
        "WeChаt",  # a Cyrillic а
        "WеСhаt",
        "ＷｅＣｈａｔ",
        "We\u200bChat",
        "We Chat",
        "W.e.C.h.a.t",
        "Wéchat",
        "𝐖𝐞𝐂𝐡𝐚𝐭",
        "WeChɑt 8.0.30",
        "微 信",
        "徽信",
    ],
)
def test_a_name_that_only_looks_like_wechat_is_a_hint(name):
    assert recognise(name, "com.example.x", ANDROID) == (["wechat"], "lookalike_name", "possible")


@pytest.mark.parametrize("name", ["X1", "V K", "Q-Q", "ΤΙΜ", "Im0", "Wеb"])
def test_short_names_are_not_compared_by_looks(name):
    assert recognise(name) == ([], None, None)


@pytest.mark.parametrize(
    ("name", "signer", "apps", "basis", "confidence"),
    [
        ("Zoom", "BJ4HAAB9B3", ["zoom"], "signer_and_name", "likely"),
        (
            "QQ",
            "Developer ID Application: Tencent Mobile International Limited (5A4RE8SF68)",
            ["qq"],
            "signer_and_name",
            "likely",
        ),
        (
            "QQ",
            'CN="Tencent Technology (Shenzhen) Company Limited", L=Shenzhen, C=CN',
            ["qq"],
            "signer_and_name",
            "likely",
        ),
        ("Zoom", "5A4RE8SF68", ["zoom"], "name", "possible"),
        ("Anything", "5A4RE8SF68", [], None, None),
        (None, "5A4RE8SF68", [], None, None),
    ],
)
def test_a_signer_confirms_a_name_and_names_nothing(name, signer, apps, basis, confidence):
    assert recognise(name, signer=signer) == (apps, basis, confidence)


@pytest.mark.parametrize(
    ("name", "identifier", "type_", "confidence"),
    [
        ("Discord", None, None, "likely"),
        ("Discord", "{11111111-2222-3333-4444-555555555555}", KEY, "likely"),
        ("Discord", "com.example.discord", ANDROID, "possible"),
        ("Discord", "discord-helper", DEB, "possible"),
    ],
)
def test_the_name_of_an_uninstall_entry_counts_where_windows_is_possible(
    name, identifier, type_, confidence
):
    assert recognise(name, identifier, type_)[2] == confidence


@pytest.mark.parametrize(
    ("name", "identifier", "apps", "confidence"),
    [
        ("财付通", None, ["tenpay"], "exact"),
        ("TENPAY ", None, ["tenpay"], "exact"),
        ("ＴＥＮＰＡＹ", None, ["tenpay"], "exact"),
        (None, "Tenpay", ["tenpay"], "exact"),
        ("channel-7", "tenpay", ["tenpay"], "exact"),
        ("京东支付", None, ["jd-pay"], "exact"),
        ("Теnpay", None, ["tenpay"], "possible"),
        ("Cash on delivery", None, [], None),
    ],
)
@pytest.mark.parametrize("kind", ["payment_channel", "account"])
def test_a_payment_channel_is_its_name(kind, name, identifier, apps, confidence):
    found = recognise(name, identifier, kind=kind)
    assert (found[0], found[2]) == (apps, confidence)


ROWS = [(app, row) for app in CATALOGUE.apps.values() for row in app.identifiers]


def test_every_identifier_finds_its_app():
    for app, row in ROWS:
        if row.type == "url_scheme":
            continue
        found = recognise(app.name, row.value, row.type)
        assert (app.app_id in found[0], found[1]) == (True, "identifier"), row


def test_no_identifier_finds_another_app():
    for app, row in ROWS:
        found = recognise(None, row.value, row.type)
        assert set(found[0]) <= {app.app_id, *row.shared_with}, row


def test_every_distinctive_name_finds_its_app_alone():
    for app in CATALOGUE.apps.values():
        for name in app.distinctive:
            for decorated in (name, f"{name} 12.3.4", f"{name} (x64)", name.upper()):
                assert recognise(decorated) == ([app.app_id], "distinctive_name", "likely")


def test_every_name_finds_its_app_among_others():
    for app in CATALOGUE.apps.values():
        for name in app.names:
            assert app.app_id in recognise(name, "com.example.unknown", ANDROID)[0], name


def test_a_name_and_a_publisher_are_enough_for_every_app_whose_maker_is_known():
    for app in CATALOGUE.apps.values():
        publisher = CATALOGUE.vendors[app.vendor].name
        found = recognise(app.name, publisher=publisher)
        assert app.app_id in found[0]
        assert found[2] == "likely", (app.app_id, publisher)


def test_the_types_of_the_rules_are_the_types_of_an_item():
    assert {row.type for _, row in ROWS} <= set(IDENTIFIER_TYPES)


@pytest.mark.parametrize("type_", ["deb_package", "rpm_package", "homebrew"])
@pytest.mark.parametrize(
    ("name", "identifier", "apps"),
    [
        ("bip", "bip", []),
        ("BiP", "bip-messenger", ["bip"]),  # a name of its own
        ("linphone", "linphone-cli", ["linphone"]),
        ("yelp", "yelp", []),
    ],
)
def test_a_package_that_is_named_as_its_identifier_says_nothing_new(type_, name, identifier, apps):
    assert recognise(name, identifier, type_)[0] == apps
