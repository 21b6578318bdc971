"""How apps hide: what each technique makes of an item, and what it must leave alone."""

import pytest
from shipped_rules import CATALOGUE, RECOGNISER, recognise

from policycheck.catalogue.technique import LONGEST, IdentifierPattern

ANDROID, IOS, MAC, KEY = "android_package", "ios_bundle", "macos_bundle", "win_uninstall_key"
WEB = "hnpfjngllnobngcgfapefoaidbinmjnm"
OTHER_WEB = "abcdefghijklmnopabcdefghijklmnop"
TENCENT, STRANGER, MICROSOFT = "5A4RE8SF68", "ZZ99YY88XX", "UBF8T346G9"
NOTHING = ([], None, None)


def held(space, identifier="com.tencent.mm", type_=ANDROID, name=None):
    """Recognise an item in a profile, or of an Android user."""
    found = RECOGNISER.recognise("app", identifier, type_, name, None, None, None, space)
    return [(m.app_id, m.basis, str(m.confidence)) for m in found.meanings]


@pytest.mark.parametrize(
    ("space", "basis"),
    [
        ("clone", "clone_profile"),
        ("999", "clone_profile"),
        ("10", "clone_profile"),
        ("150", "clone_profile"),
        ("9", "identifier"),
        ("0", "identifier"),
        ("work", "identifier"),
        ("personal", "identifier"),
        ("", "identifier"),
        ("²", "identifier"),
        (None, "identifier"),
    ],
)
def test_clone_profile(space, basis):
    assert held(space) == [("wechat", basis, "exact")]


def test_a_clone_profile_makes_nothing_known():
    assert held("clone", "com.example.tool") == []
    assert held("clone", "com.example.tool", name="Signal") == [("signal", "name", "possible")]


@pytest.mark.parametrize(
    ("identifier", "type_", "signer", "told"),
    [
        ("com.tencent.xinWeChat3", MAC, None, (["wechat"], "renamed_copy", "likely")),
        ("com.tencent.xinWeChat12", MAC, None, (["wechat"], "renamed_copy", "likely")),
        ("com.tencent.xinWeChat3", None, None, (["wechat"], "renamed_copy", "likely")),
        ("com.tencent.xinWeChat3", MAC, STRANGER, (["wechat"], "renamed_copy", "likely")),
        ("com.tencent.xinWeChat2", MAC, None, (["wechat-mac-copy"], "identifier", "exact")),
        ("com.tencent.xinWeChat3", MAC, TENCENT, NOTHING),  # its maker numbers an app of its own
        ("com.microsoft.VSCode2", MAC, MICROSOFT, NOTHING),
        ("com.tencent.xinWeChat1234", MAC, None, NOTHING),
        ("com.tencent.xinWeChatX", MAC, None, NOTHING),
        ("com.tencent.mm2", ANDROID, None, NOTHING),
        ("com.example.unknown2", MAC, None, NOTHING),
    ],
)
def test_renamed_copy(identifier, type_, signer, told):
    assert recognise(None, identifier, type_, signer=signer) == told


@pytest.mark.parametrize(
    ("identifier", "type_", "told"),
    [
        ("com.tencent.xin.9Z8Y7X6W5V", IOS, (["wechat"], "sideloaded_id", "likely")),
        ("com.tencent.xin.9z8y7x6w5v", IOS, NOTHING),
        ("com.tencent.xin.share", IOS, NOTHING),
        ("com.example.tool.9Z8Y7X6W5V", IOS, NOTHING),
        ("com.tencent.mm.9Z8Y7X6W5V", ANDROID, NOTHING),
    ],
)
def test_sideloaded_id(identifier, type_, told):
    assert recognise(None, identifier, type_) == told


@pytest.mark.parametrize(
    ("identifier", "signer", "basis", "confidence"),
    [
        ("com.tencent.xinWeChat", STRANGER, "changed_signer", "likely"),
        (
            "com.tencent.xinWeChat",
            f"Apple Development: A Stranger ({STRANGER})",
            "changed_signer",
            "likely",
        ),
        ("com.tencent.xinWeChat", TENCENT, "identifier", "exact"),
        ("com.tencent.xinWeChat", "88L2Q4487U", "identifier", "exact"),  # another of its maker's
        ("com.tencent.xinWeChat", "Apple Mac OS Application Signing", "identifier", "exact"),
        ("com.tencent.xinWeChat", None, "identifier", "exact"),
        ("com.tencent.xinWeChat2", STRANGER, "identifier", "exact"),  # nobody's team is known
    ],
)
def test_changed_signer(identifier, signer, basis, confidence):
    assert recognise(None, identifier, MAC, signer=signer)[1:] == (basis, confidence)


@pytest.mark.parametrize(
    ("name", "identifier", "type_", "signer", "told"),
    [
        ("WeChat", "cn.x", MAC, STRANGER, (["wechat"], "repackaged_name", "likely")),
        ("QQ", "cn.x", MAC, STRANGER, (["qq"], "repackaged_name", "possible")),
        ("QQ", "cn.x", MAC, TENCENT, (["qq"], "signer_and_name", "likely")),
        ("微信", "dkplugin.ab.cd", ANDROID, None, (["wechat"], "repackaged_name", "likely")),
        ("QQ", "dkplugin.ab.cd", ANDROID, None, (["qq"], "repackaged_name", "possible")),
        ("微信", "com.x", ANDROID, STRANGER, (["wechat"], "distinctive_name", "likely")),
        ("Tool", "dkplugin.ab.cd", ANDROID, None, NOTHING),
        ("WeChаt", "dkplugin.ab.cd", ANDROID, None, (["wechat"], "lookalike_name", "possible")),
        ("WeChat Web", "dkplugin.ab.cd", ANDROID, None, NOTHING),
    ],
)
def test_repackaged_name(name, identifier, type_, signer, told):
    assert recognise(name, identifier, type_, signer=signer) == told


@pytest.mark.parametrize(
    ("identifier", "type_"),
    [
        (f"com.google.Chrome.app.{WEB}", MAC),
        (f"com.microsoft.edgemac.app.{WEB}", MAC),
        (f"com.brave.Browser.app.{WEB}", None),
        (f"chrome-{WEB}-Default", None),
        (f"chrome-{WEB}-Profile_2", "flatpak_id"),
        (WEB, KEY),
    ],
)
@pytest.mark.parametrize("name", [None, "Notes", "WhatsApp Web"])
def test_web_app(identifier, type_, name):
    assert recognise(name, identifier, type_) == (["whatsapp"], "web_app", "exact")


@pytest.mark.parametrize(
    ("name", "identifier", "type_", "apps"),
    [
        ("WhatsApp", "org.chromium.webapk.ab12_v2", ANDROID, ["whatsapp"]),
        ("Telegram Web", f"com.google.Chrome.app.{OTHER_WEB}", MAC, ["telegram"]),
        ("微信网页版", "org.chromium.webapk.ab12_v2", ANDROID, ["wechat"]),
        ("Discord", "com.apple.Safari.WebApp.AB-CD", MAC, ["discord"]),
        ("Notes", "org.chromium.webapk.ab12_v2", ANDROID, []),
        (None, f"com.google.Chrome.app.{OTHER_WEB}", MAC, []),
        ("Slack Web", "com.example.x", ANDROID, []),
    ],
)
def test_web_app_name(name, identifier, type_, apps):
    told = (apps, "web_app_name", "possible") if apps else NOTHING
    assert recognise(name, identifier, type_) == told


@pytest.mark.parametrize(
    ("name", "app"),
    [
        ("微信分身版", "wechat"),
        ("微信 多开", "wechat"),
        ("双开QQ", "qq"),
        ("QQ分身", "qq"),
        ("WhatsApp Clone", "whatsapp"),
        ("WhаtsApp clone", "whatsapp"),
        ("Signal clone", "signal"),
        ("Dual WhatsApp", "whatsapp"),
        ("WhatsApp 2", "whatsapp"),
        ("Telegram клон", "telegram"),
        ("카카오톡 복제", "kakaotalk"),
        ("LINE クローン", "line"),
    ],
)
def test_clone_name(name, app):
    assert recognise(name, "com.example.x", ANDROID) == ([app], "clone_name", "possible")


@pytest.mark.parametrize(
    ("name", "app"),
    [
        ("WhatsAp", "whatsapp"),
        ("Whatzapp", "whatsapp"),
        ("Watsapp", "whatsapp"),
        ("Facebok Messenger", "messenger"),
        ("DingTolk", "dingtalk"),
    ],
)
def test_misspelled_name(name, app):
    assert recognise(name, "com.example.x", ANDROID) == ([app], "misspelled_name", "possible")


@pytest.mark.parametrize(
    "name",
    [
        "CapCut Clone", "Phone Clone X", "Clone Hero", "Line 2", "Signal 2", "Double Line",
        "Dual Wire", "WebChat", "WeChart", "Passenger", "Messengers", "Discard", "Signals",
        "Elements", "Line Rangers", "Lark Player", "Soul Browser", "Max Fashion", "clone",
        "分身", "2", "双开",
    ],
)  # fmt: skip
def test_what_is_nobody_s_name_is_left_alone(name):
    assert recognise(name, "com.example.x", ANDROID) == NOTHING


def test_every_real_name_of_the_catalogue_is_taken_for_its_own_app_only():
    for app in CATALOGUE.apps.values():
        for name in app.names:
            apps, basis, _ = recognise(name, "com.example.x", ANDROID)
            assert app.app_id in apps, name
            assert basis in ("name", "distinctive_name"), name


def test_containers_are_hosts_and_makers_parts_are_not():
    hosts = CATALOGUE.hosts(CATALOGUE.techniques["app-cloner"])
    assert {"parallel-space", "vmos", "island", "dual-aid", "sandboxie"} <= hosts
    assert hosts.isdisjoint({"oem-clone-component", "wechat-mac-copy", "phone-clone-huawei"})


@pytest.mark.parametrize(("app_id", "hidden"), [("wechat", True), ("gmail", False)])
def test_what_containers_hide(app_id, hidden):
    assert CATALOGUE.may_hide(CATALOGUE.techniques["app-cloner"], app_id) is hidden


def test_every_technique_says_what_it_can_tell_in_two_languages():
    for technique in CATALOGUE.techniques.values():
        assert {"en", "zh"} <= {*technique.title} & {*technique.tells}
        assert technique.source


@pytest.mark.parametrize(
    ("pattern", "identifier", "known"),
    [
        ("{known}{number}", "a.b12", "a.b"),
        ("{known}{number}", "a.b", None),
        ("{known}.{team}", "a.b.ABCDE12345", "a.b"),
        ("x.{known}", "x.a.b", "a.b"),
        ("x.{known}", "y.a.b", None),
        ("x.{text}", "x.a", ""),
        ("x.{text}", "x.", None),
        ("a+b{number}", "a+b1", ""),
        ("a.b{number}", "aXb1", None),
        ("{known}{number}", f"{'a' * LONGEST}1", None),
    ],
)
def test_patterns(pattern, identifier, known):
    assert IdentifierPattern(pattern).find(identifier) == known


@pytest.mark.parametrize("letter", ["a", "1", "微", "а", "\u200b", "."])
def test_a_huge_name_is_answered_like_any_other(letter):
    huge = letter * 2_000_000  # what takes the square of its length would not end
    for identifier in (huge, f"com.tencent.xinWeChat{huge}", None):
        assert recognise(huge, identifier, MAC, signer=huge[:1000]) == NOTHING
        assert recognise(huge, identifier) == NOTHING
