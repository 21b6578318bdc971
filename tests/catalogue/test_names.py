"""How names and publishers are folded before they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped_rules import CATALOGUE

from policycheck.catalogue.names import Lookalikes, bare, plain
from policycheck.catalogue.publishers import Publishers, signer_names

LOOKALIKES = Lookalikes(CATALOGUE.confusables)
KEY = Publishers(CATALOGUE.legal_forms).key
TEXT = st.text(max_size=30)
NAMES = TEXT | st.from_regex(r"[a-z微信 ]{1,8}( \(?(x64|v?1\.2|en-US|User)\)?){0,3}(\.app)?")


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("  Slack\t Desktop ", "slack desktop"),
        ("\ufeff\u200eWhatsApp\u200f", "whatsapp"),
        ("微信（测试）", "微信(测试)"),
        ("ＷｅＣｈａｔ", "ｗｅｃｈａｔ"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Cafe\u0301", "caf\u00e9"),
        ("\u200e", ""),
        ("Skype™", "skype"),
        ("Slack® Desktop", "slack desktop"),
    ],
)
def test_plain(name, folded):
    assert plain(name) == folded


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("slack.app", "slack"),
        ("slack.exe", "slack"),
        ("slack (x64)", "slack"),
        ("slack x64", "slack"),
        ("slack 64-bit", "slack"),
        ("slack (64 bit)", "slack"),
        ("cursor (user)", "cursor"),
        ("slack (machine - msi)", "slack"),
        ("mozilla thunderbird (x64 en-us)", "mozilla thunderbird"),
        ("mozilla thunderbird 115.3.1 (x64 zh-hans-cn)", "mozilla thunderbird"),
        ("microsoft 365 - en-us", "microsoft 365"),
        ("signal 7.3.0-beta.1", "signal"),
        ("signal v7", "signal"),
        ("skype version 8.1", "skype"),
        ("icq (версия 10.0.12341)", "icq"),
        ("telegram desktop wersja 5.1", "telegram desktop"),
        ("微信 版本 3.9.10", "微信"),
        ("mozilla firefox (x64 de)", "mozilla firefox"),
        ("screenconnect client (0a1b2c3d4e5f6071)", "screenconnect client"),
        ("plex (tv)", "plex (tv)"),
        ("foo (0a1b2c3d)", "foo (0a1b2c3d)"),
        ("skype for business 2016", "skype for business"),
        ("zoom(32bit)", "zoom"),
        ("微信 4.1", "微信"),
        # names, not decoration
        ("microsoft teams (free)", "microsoft teams (free)"),
        ("teams (work or school)", "teams (work or school)"),
        ("line 98", "line 98"),
        ("lemon8", "lemon8"),
        ("64gram", "64gram"),
        ("wechat2", "wechat2"),
        ("1.1.1.1", "1.1.1.1"),
        ("x64", "x64"),
        ("(x64)", "(x64)"),
        ("", ""),
    ],
)
def test_bare(name, without):
    assert bare(name) == without


@given(NAMES)
def test_folding_twice_changes_nothing(name):
    folded = plain(name)
    assert plain(folded) == folded
    assert bare(bare(folded)) == bare(folded)


@given(NAMES)
def test_a_name_is_never_stripped_to_nothing(name):
    folded = plain(name)
    assert bool(bare(folded)) == bool(folded)


@given(NAMES)
def test_a_skeleton_does_not_see_case_spaces_or_joiners(name):
    spaced = "\u200b ".join(plain(name))
    assert LOOKALIKES.skeleton(plain(spaced)) == LOOKALIKES.skeleton(plain(name.upper().lower()))


def test_confusables_end_where_they_point():
    for read, as_ in CATALOGUE.confusables.items():
        assert CATALOGUE.confusables.get(as_, as_) == as_, f"{read} leads to {as_}, and on"
        assert plain(read) == read or read == "ß", f"{read} never stands in a folded name"


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (["WhatsApp LLC", "WhatsApp Inc.", "WhatsApp, Inc", "whatsapp"], "whatsapp"),
        (["Telegram FZ-LLC", "Telegram LLP", "TELEGRAM"], "telegram"),
        (["Zoom Video, Inc.", "Zoom Video"], "zoomvideo"),
        (["Tencent (Shenzhen) Company Limited", "Tencent(Shenzhen) Co.,Ltd."], "tencentshenzhen"),
        (["腾讯科技(深圳)有限公司", "腾讯科技（深圳）有限公司", "腾讯科技深圳"], "腾讯科技深圳"),
        (["奇安信科技集团股份有限公司", "奇安信科技"], "奇安信科技"),
        (["Viber Media S.à r.l.", "Viber Media SARL", "Viber Media S.a r.l"], "vibermedia"),
        (["주식회사 카카오", "카카오"], "카카오"),
        (["LINEヤフー株式会社", "LINEヤフー"], "lineヤフー"),
        (["ООО «ВКонтакте»", "ВКонтакте"], "вконтакте"),
        (["Limited"], "limited"),
        (["PT", "PT, Inc."], "pt"),
        (["", "."], ""),
    ],
)  # fmt: skip
def test_publishers_are_compared_without_their_legal_form(names, key):
    assert {KEY(name) for name in names} == {key}


@pytest.mark.parametrize(
    ("one", "other"), [("Line", "Line Games"), ("Proton", "Protonic"), ("腾讯", "腾讯科技")]
)
def test_publishers_that_stay_apart(one, other):
    assert KEY(one) != KEY(other)


@given(TEXT)
def test_a_publisher_s_key_is_found_again_with_a_legal_form(name):
    assert KEY(f"{name}, Inc.") == KEY(name) or not KEY(name)


@pytest.mark.parametrize(
    ("signer", "names"),
    [
        ("BQR82RBBHL", ("BQR82RBBHL",)),
        (
            "Developer ID Application: Slack Technologies, Inc. (BQR82RBBHL)",
            (
                "Developer ID Application: Slack Technologies, Inc. (BQR82RBBHL)",
                "BQR82RBBHL",
                "Slack Technologies, Inc.",
            ),
        ),
        (
            'CN="Zoom Video Communications, Inc.", O=Zoom, C=US',
            (
                'CN="Zoom Video Communications, Inc.", O=Zoom, C=US',
                "Zoom Video Communications, Inc.",
                "Zoom",
            ),
        ),
        (r"CN=Signal\, LLC", (r"CN=Signal\, LLC", "Signal, LLC")),
    ],
)
def test_what_a_signer_may_be_compared_by(signer, names):
    assert signer_names(signer) == names
