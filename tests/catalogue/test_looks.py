"""What an unknown item looks like, and what it must not be taken for."""

import pytest
from shipped_rules import CATALOGUE, looks_like

IM = ["im", "messaging"]
TEAM = ["enterprise-im", "im", "messaging"]


@pytest.mark.parametrize(
    ("name", "categories"),
    [
        # whole words in alphabets
        ("Zangi Private Messenger", IM),
        ("SUPER CHAT", IM),
        ("chat-o-rama 2.1", IM),
        ("Chat, Meet & Greet", IM),
        ("Chatham Hotel", []),
        ("ChatGPT", []),
        ("Mychat", []),
        ("Pachat", []),
        ("Ура Мессенджер", IM),
        ("Чат-рулетка", IM),
        ("Nouvelle messagerie", IM),
        ("Mensajería segura", IM),
        ("Instan: Pesan Instan", IM),
        ("Pesan Makanan", []),
        ("پیام‌رسان ما", IM),
        # parts of names in scripts without spaces
        ("快聊天", IM),
        ("카카오메신저", IM),
        ("チャットルーム", IM),
        ("मैसेंजर ऐप", IM),
        ("แอปแชทฟรี", IM),
        # phrases
        ("Acme Team Chat", TEAM),
        ("Acme Work Chat Pro", TEAM),
        ("The team has a chat", IM),
        ("政务通讯", ["enterprise-im", "messaging"]),
        ("Remote Desktop Plus", ["remote-control"]),
        ("Desktop Remote", []),
        # look-alikes within words
        ("Mеssеnger Plus", IM),
        ("Ｍｅｓｓｅｎｇｅｒ Plus", IM),
        # other categories
        ("OnePlus Messages", ["carrier-messaging"]),
        ("短信助手", ["carrier-messaging"]),
        ("Rocket VPN Lite", ["vpn-proxy"]),
        ("Coinbase Wallet", ["payment"]),
        ("某某支付", ["payment"]),
        ("Harbour Mail", ["email"]),
        ("应用双开", ["app-cloner"]),
        ("SIP Phone", ["voip-video"]),
        # explained away
        ("AI Chat Ask Assistant", ["ai-assistant"]),
        ("Team Notetaker", ["ai-assistant", "meeting-notetaker"]),
        ("Chat Stickers for Keyboard", []),
        ("聊天表情", []),
        ("TV Remote Control", []),
        # floods that must not be
        ("Microsoft Edge WebView2 Runtime", []),
        ("Message Center", []),
        ("Intel(R) Management Engine Components", []),
        ("Windows Communication Foundation", []),
        ("Phone Link", []),
        ("通讯录", []),
        ("Printer Pays", []),
        ("", []),
        ("…", []),
        (None, []),
    ],
)
def test_by_name(name, categories):
    assert looks_like(name) == categories


@pytest.mark.parametrize(
    ("name", "store", "categories"),
    [
        ("Foo", "Communication", IM),
        ("Foo", "COMMUNICATION", IM),
        ("Foo", "social networking", [*IM, "social"]),
        ("Foo", "public.app-category.social-networking", [*IM, "social"]),
        ("Foo", "SOCIAL_NETWORKING", [*IM, "social"]),
        ("Foo", "Social", ["social"]),
        ("Foo", "通讯", IM),
        (None, "Communication", IM),
        ("Foo Browser", "Communication", []),
        ("Foo 浏览器", "Communication", []),
        ("Foo", "Productivity", []),
        ("Foo", "Communications Tools", []),
        ("Foo", "", []),
    ],
)
def test_by_store_category(name, store, categories):
    assert looks_like(name, store) == sorted(categories)


def test_a_known_item_looks_like_nothing():
    assert looks_like("WeRead", "Communication", identifier="com.tencent.weread") == []
    assert looks_like("Messenger", "Communication") == []  # possibly Facebook's


def test_what_looks_like_a_category_looks_like_its_parents():
    categories = CATALOGUE.categories
    for id_, category in categories.items():
        for word in category.looks.words:
            found = looks_like(f"zzz {word} zzz")
            if id_ in found:
                assert set(categories.parents(id_)) <= set(found)


def test_every_word_is_found_in_a_name():
    for id_, category in CATALOGUE.categories.items():
        for word in category.looks.words:
            assert id_ in looks_like(f"zzz {word} zzz"), (id_, word)
