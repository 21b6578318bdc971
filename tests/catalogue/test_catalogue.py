"""Ownership by date, the tree of categories, lists, clients, and folders on top of folders."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped_rules import CATALOGUE, RECOGNISER

from policycheck.catalogue.lint import lint
from policycheck.catalogue.load import load
from policycheck.catalogue.lookup import Match, look_up
from policycheck.catalogue.named_list import ListEntry
from policycheck.catalogue.recognise import Recogniser
from policycheck.model import IDENTIFIER_TYPES, KINDS
from policycheck.problems import render
from policycheck.shipped import shipped

BASE = Path(__file__).parents[1] / "broken" / "rules" / "shipped"
TODAY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("app_id", "day", "group"),
    [
        ("wechat", TODAY, "tencent"),
        ("whatsapp", TODAY, "meta"),
        ("whatsapp", date(2014, 10, 5), "whatsapp"),
        ("whatsapp", date(2014, 10, 6), "meta"),
        ("wickr-me", date(2021, 6, 24), "wickr"),
        ("wickr-me", TODAY, "amazon"),
        ("keybase", date(2020, 5, 6), "keybase"),
        ("keybase", TODAY, "zoom"),
        ("beeper", TODAY, "automattic"),
        ("terabox", TODAY, "flextech"),
        ("alipay", TODAY, "ant"),
        ("dingtalk", TODAY, "alibaba"),
        ("gbwhatsapp", TODAY, "unknown"),
        ("plus-messenger", TODAY, "rafalense"),
    ],
)
def test_who_owned_it_on_that_day(app_id, day, group):
    assert CATALOGUE.vendor_group(app_id, day) == group


def test_ant_and_alibaba_are_linked_and_apart():
    assert "alibaba" in CATALOGUE.vendors["ant"].affiliates
    assert "ant" in CATALOGUE.vendors["alibaba"].affiliates
    assert CATALOGUE.vendors["ant"].group_ids == {"ant"}


def test_no_group_is_named_after_the_app_that_it_imitates():
    imitations = ("-modified", "-fork", "-wrapper")
    assert not [group for group in CATALOGUE.vendor_groups if group.endswith(imitations)]


@pytest.mark.parametrize(
    ("app_id", "is_messaging"),
    [
        ("wechat", True),
        ("wecom", True),
        ("gbwhatsapp", True),
        ("zapzap", True),
        ("ferdium", True),
        ("wechat-mac-copy", True),
        ("skype", True),
        ("apple-messages", False),
        ("weread", False),
        ("qq-mail", False),
        ("wetype", False),
        ("weixin-devtools", False),
        ("tencent-meeting", False),
        ("zoom", False),
        ("webcatalog", False),
        ("parallel-space", False),
        ("tenpay", False),
    ],
)
def test_what_is_messaging(app_id, is_messaging):
    assert ("messaging" in CATALOGUE.all_categories(app_id)) is is_messaging
    within = CATALOGUE.categories.within("messaging")
    assert (not within.isdisjoint(CATALOGUE.apps[app_id].categories)) is is_messaging


def test_the_tree_goes_up_and_down():
    categories = CATALOGUE.categories
    assert categories.parents("im") == ("messaging",)
    assert categories.within("im") == {"im"}
    assert categories.within("messaging") > {"messaging", "im", "enterprise-im", "modified-client"}
    assert categories.within("no-such") == frozenset()


def test_clients_lead_to_the_app_that_they_open():
    clients = CATALOGUE.clients_of("whatsapp")
    assert {"gbwhatsapp", "whatsapp-web-to-go", "whatsapp-lookalike"} <= clients
    assert "whatsapp-business" not in clients
    assert CATALOGUE.clients_of("signal") == {"molly", "telemessage-signal"}


@pytest.mark.parametrize(
    ("entry", "covered"),
    [
        (ListEntry(apps=("wechat", "qq")), True),
        (ListEntry(apps=("qq",)), False),
        (ListEntry(vendors=("tencent",)), True),
        (ListEntry(vendor_groups=("meta", "tencent")), True),
        (ListEntry(vendor_groups=("meta",)), False),
        (ListEntry(categories=("messaging",)), True),
        (ListEntry(categories=("email",)), False),
        (ListEntry(categories=("messaging",), vendors=("meta",)), False),
        (ListEntry(categories=("messaging",), vendors=("meta", "tencent")), True),
    ],
)
def test_a_line_of_a_list_covers_wechat(entry, covered):
    assert CATALOGUE.covers(entry, "wechat", TODAY) is covered


@pytest.mark.parametrize(
    ("name", "day", "app_id", "listed"),
    [
        ("us-texas-prohibited", date(2022, 12, 6), "tiktok", False),
        ("us-texas-prohibited", date(2022, 12, 7), "tiktok", True),
        ("us-texas-prohibited", date(2022, 12, 7), "wecom", False),
        ("us-texas-prohibited", TODAY, "wecom", True),  # Tencent's
        ("us-texas-prohibited", TODAY, "moomoo", True),
        ("us-texas-prohibited", TODAY, "dingtalk", False),
        ("us-eo13971", date(2021, 2, 19), "alipay", True),
        ("us-eo13971", date(2021, 6, 8), "alipay", True),
        ("us-eo13971", date(2021, 6, 9), "alipay", False),
    ],
)
def test_a_list_holds_by_the_day(name, day, app_id, listed):
    lines = CATALOGUE.lists[name].on(day)
    assert any(CATALOGUE.covers(line, app_id, day) for line in lines) is listed


def write(folder, place, text):
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_workspace_adds_to_what_is_shipped(tmp_path):
    write(tmp_path, "apps/acme-talk.yaml", "language: 1\napp: acme-talk\nnames: [Acme Talk]\n"
          "category: im\nvendor: tencent\nformerly: acme-chat\n")  # fmt: skip
    write(tmp_path, "README.md", "Ours.")
    catalogue = load([BASE, tmp_path])
    assert set(catalogue.apps) == {"wechat", "acme-talk"}
    assert catalogue.overrides == ()
    assert catalogue.current("acme-chat") == "acme-talk"
    assert catalogue.current("acme") is None
    assert catalogue.sha256 != load([BASE]).sha256


def test_what_a_workspace_overrides_is_told(tmp_path):
    write(tmp_path, "apps/wechat.yaml", "language: 1\napp: wechat\nnames: [WeChat]\n"
          "category: im\nvendor: tencent\noverrides: true\n")  # fmt: skip
    write(tmp_path, "categories.yaml", "language: 1\ncategories:\n"
          "  im: {title: Ours, parent: messaging, overrides: true}\n")  # fmt: skip
    catalogue = load([BASE, tmp_path])
    assert catalogue.apps["wechat"].identifiers == ()
    assert catalogue.categories["im"].title == {"": "Ours"}
    assert [(o.kind, o.id, o.path, o.shadows) for o in catalogue.overrides] == [
        ("app", "wechat", f"{tmp_path}/apps/wechat.yaml", f"{BASE}/apps/wechat.yaml"),
        ("category", "im", f"{tmp_path}/categories.yaml", f"{BASE}/categories.yaml"),
    ]


def test_the_digest_is_of_places_and_contents_not_of_where_the_folder_is(tmp_path):
    for path in BASE.rglob("*.yaml"):
        write(tmp_path, path.relative_to(BASE), path.read_text(encoding="utf-8"))
    before = load([BASE]).sha256
    assert load([tmp_path]).sha256 == before
    write(tmp_path, "vendors/meta.yaml", "language: 1\nvendor: meta\nname: Meta \n# changed\n")
    assert load([tmp_path]).sha256 != before


def test_lint_remarks_on_what_may_be_meant_and_raises_nothing(tmp_path):
    write(tmp_path, "apps/qq.yaml", "language: 1\napp: qq\nnames: [QQ]\ndistinctive: QQ\n"
          "category: im\nvendor: tencent\nidentifiers:\n"
          "  - {type: android_package, value: com.tencent.mobileqq}\n")  # fmt: skip
    write(tmp_path, "apps/tim.yaml", "language: 1\napp: tim\nnames: [TIM]\ncategory: im\n"
          "vendor: tencent\n")  # fmt: skip
    write(tmp_path, "vendors/naver.yaml", "language: 1\nvendor: naver\nname: NAVER\n"
          "publishers: [Naver Corp., LINE]\n")  # fmt: skip
    write(tmp_path, "vendors/line.yaml", "language: 1\nvendor: line\nname: LINE\n"
          "publishers: LINE Corporation\naffiliates: naver\n")  # fmt: skip
    write(tmp_path, "legal-forms.yaml", "language: 1\nlegal_forms: [corp, corporation]\n")
    told = [p.message for p in lint([BASE, tmp_path]) if p.place.path.startswith(str(tmp_path))]
    assert told == [
        "'QQ' is short for a name that nobody else would use",
        "where was 'com.tencent.mobileqq' read?",
        "no report can show 'tim': it has no identifier",
        "nothing refers to the vendor 'line'",
        "'LINE' is a name of the vendor 'line' too",
    ]


def test_the_shipped_rules_leave_nothing_to_remark():
    assert [render(problem) for problem in lint([shipped("rules")])] == []


@pytest.mark.parametrize(
    ("text", "first", "match"),
    [
        ("wechat", "wechat", Match.ID),
        ("微信", "wechat", Match.NAME),
        ("  WECHAT 8.0.30 ", "wechat", Match.ID),
        ("com.tencent.MM", "wechat", Match.IDENTIFIER),
        ("Teams", "microsoft-teams", Match.NAME),
        ("WeChаt", "wechat", Match.LOOKALIKE),
        ("网易公司", "netease-mail-master", Match.VENDOR),
        ("W5364U7YZB", "tailscale", Match.VENDOR),
        ("whatsapp mess", "whatsapp", Match.PART),
        ("wehcat", "wechat", Match.NEAR),
    ],
)
def test_look_up(text, first, match):
    hit = look_up(CATALOGUE, text)[0]
    assert (hit.app.app_id, hit.match) == (first, match)


@pytest.mark.parametrize("text", ["", " ", "xyzzy-plugh", "\u200e"])
def test_look_up_nothing(text):
    assert look_up(CATALOGUE, text) == ()


WORDS = st.sampled_from(
    ["WeChat", "微信", "Signal", "Lark", "com.electron.lark", "com.tencent.mm", "Tencent", "(x64)",
     "LINE", "Messenger", "聊天", "5A4RE8SF68", "1.2.3", "Inc.", "QQ", "\u200b", "Communication"]
)  # fmt: skip
CELLS = st.none() | st.lists(WORDS, max_size=3).map(" ".join) | st.text(max_size=12)
ITEMS = st.tuples(
    st.none() | st.sampled_from(KINDS),
    CELLS,
    st.none() | st.sampled_from(IDENTIFIER_TYPES),
    CELLS, CELLS, CELLS, CELLS,
)  # fmt: skip


@given(ITEMS)
def test_any_item_has_one_answer(item):
    found = RECOGNISER.recognise(*item)
    assert not (found.meanings and found.looks_like)
    assert len({(meaning.basis, meaning.confidence) for meaning in found.meanings}) <= 1
    assert list(found.meanings) == sorted(set(found.meanings))
    assert {meaning.app_id for meaning in found.meanings} <= set(CATALOGUE.apps)
    for category in found.looks_like:
        assert set(CATALOGUE.categories.parents(category)) <= found.looks_like
    assert RECOGNISER.recognise(*item) == found


@settings(deadline=None)
@given(st.lists(ITEMS, min_size=2, max_size=6))
def test_the_answer_does_not_depend_on_what_was_asked_before(items):
    fresh = Recogniser(CATALOGUE)
    backwards = [fresh.recognise(*item) for item in reversed(items)]
    assert backwards[::-1] == [RECOGNISER.recognise(*item) for item in items]
