"""Could a report have shown the app, had it been there? Absence is proven only where it could."""

import pytest
from shipped_rules import CATALOGUE

from policycheck.catalogue.app import PLATFORMS_BY_TYPE, App, Identifier
from policycheck.model import IDENTIFIER_TYPES, PLATFORMS


def make(*types, distinctive=()):
    rows = tuple(Identifier(type_, "x", PLATFORMS_BY_TYPE[type_], "") for type_ in types)
    return App("x", ("X", *distinctive), ("im",), "v", distinctive, rows)


@pytest.mark.parametrize(
    ("app", "platform", "kind", "without_names", "with_names"),
    [
        (make("android_package"), "android", "app", True, True),
        (make("android_package"), "ios", "app", False, False),
        (make("android_package"), None, "app", False, False),
        (make("android_package"), "other", "app", False, False),
        (make("ios_bundle"), "ios", "app", True, True),
        (make("ios_bundle"), "ipados", "app", True, True),
        (make("ios_bundle"), "macos", "app", False, False),
        (make("harmony_bundle"), "harmonyos", "app", True, True),
        (make("homebrew"), "linux", "app", True, True),
        (make("msix_pfn"), "windows", "app", True, True),
        # an uninstall entry's name is a name
        (make("win_uninstall_name"), "windows", "app", False, True),
        (make("win_uninstall_name"), "macos", "app", False, False),
        # what names no installed app
        (make("apple_team_id"), "macos", "app", False, False),
        (make("apple_team_id"), "ios", "app", False, False),
        (make("url_scheme"), "windows", "app", False, False),
        # web apps and extensions are told by other identifiers than apps
        (make("chromium_app_id"), "windows", "app", False, False),
        (make("chromium_app_id"), "windows", "web_app", True, True),
        (make("chromium_app_id"), "chromeos", "browser_extension", True, True),
        (make("chromium_app_id"), "ios", "web_app", False, False),
        (make("winget_id"), "windows", "browser_extension", False, False),
        # a distinctive name tells wherever names are listed
        (make(distinctive=("微信",)), "ios", "app", False, True),
        (make(distinctive=("微信",)), None, "app", False, True),
        (make(distinctive=("微信",)), "other", "web_app", False, True),
        # nothing tells
        (make(), "ios", "app", False, False),
        # a payment channel or an account is its name
        (make(), "other", "payment_channel", False, True),
        (make(), None, "account", False, True),
        (make("android_package"), "android", "account", False, True),
    ],
)
def test_tellable(app, platform, kind, without_names, with_names):
    told = [app.tellable(platform, kind, names=names) for names in (False, True)]
    assert told == [without_names, with_names]


@pytest.mark.parametrize(
    ("app_id", "platform", "told"),
    [
        ("lanxin", "ios", False),  # no identifier, no distinctive name
        ("lanxin", "android", False),
        ("laiwang", "android", False),
        ("yixin", "android", True),
        ("yixin", "ios", True),  # by 易信 alone
        ("wechat", "linux", True),
        ("wechat-pay", "android", True),
    ],
)
def test_of_the_shipped_apps(app_id, platform, told):
    assert CATALOGUE.apps[app_id].tellable(platform, "app", names=True) is told


def test_yixin_on_an_iphone_is_told_by_name_only():
    assert not CATALOGUE.apps["yixin"].tellable("ios", "app", names=False)


def test_every_type_of_identifier_has_a_home_or_is_known_to_have_none():
    assert set(PLATFORMS_BY_TYPE) == set(IDENTIFIER_TYPES)
    assert {p for homes in PLATFORMS_BY_TYPE.values() for p in homes} <= set(PLATFORMS)
    homeless = {type_ for type_, homes in PLATFORMS_BY_TYPE.items() if not homes}
    assert homeless == {"apple_team_id", "url_scheme"}
