"""What somebody denied is not suspected any more, and nothing else changes."""

from pathlib import Path

import pytest

from policycheck.catalogue.load import load
from policycheck.catalogue.recognise import Recogniser
from policycheck.model import Confidence
from policycheck.shipped import shipped

DENIALS = """
language: 1
decisions:
  - item: {identifier: com.example.themes, identifier_type: android_package}
    not_app: wechat
    not_category: messaging
    by: li.na
    on: 2026-11-20
    why: A pack of themes
  - item: {name: Chat Noir, publisher: Cabaret SA}
    not_category: messaging
    by: li.na
    on: 2026-11-20
    why: A restaurant's app
  - item: {kind: payment_channel, name: Line Pay Test}
    not_app: line
    by: li.na
    on: 2026-11-20
    why: A test channel
"""


@pytest.fixture(scope="module")
def recognise(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    (folder / "decisions").mkdir()
    (folder / "decisions/2026.yaml").write_text(DENIALS, encoding="utf-8")
    return Recogniser(load([shipped("rules"), folder])).recognise


def apps(recognition):
    return [meaning.app_id for meaning in recognition.meanings]


def test_without_the_denial_both_would_be_suspected():
    recognise = Recogniser(load([shipped("rules")])).recognise
    themes = recognise("app", "com.example.themes", "android_package", "WeChаt", None, None, None)
    assert apps(themes) == ["wechat"]
    assert themes.meanings[0].confidence == Confidence.POSSIBLE
    noir = recognise("app", None, None, "Chat Noir", "Cabaret SA", None, None)
    assert "messaging" in noir.looks_like


@pytest.mark.parametrize("type_", ["android_package", None])
@pytest.mark.parametrize("name", ["WeChаt", "WeChat Chat", "Messenger"])
def test_an_item_with_an_identifier_is_denied_whatever_it_is_called(recognise, type_, name):
    found = recognise("app", "com.example.themes", type_, name, None, None, "Communication")
    assert "wechat" not in apps(found)
    assert found.looks_like.isdisjoint({"messaging", "im"})


@pytest.mark.parametrize(
    ("kind", "identifier", "type_", "name"),
    [
        ("app", "com.example.theme", "android_package", "WeChаt"),
        ("app", "com.example.themes", "ios_bundle", "WeChаt"),
        ("app", None, None, "WeChаt"),
        ("web_app", "com.example.themes", "android_package", "WeChаt"),
    ],
)
def test_another_item_is_as_suspect_as_before(recognise, kind, identifier, type_, name):
    assert apps(recognise(kind, identifier, type_, name, None, None, None)) == ["wechat"]


@pytest.mark.parametrize(
    ("name", "publisher", "looks"),
    [
        ("Chat Noir", "Cabaret SA", False),
        ("CHAT noir ", "cabaret sa", False),
        ("Chat Noir", None, True),
        ("Chat Noir", "Somebody else", True),
        ("Chat Noir 2", "Cabaret SA", True),
    ],
)
def test_an_item_without_identifier_is_denied_by_name_and_publisher(
    recognise, name, publisher, looks
):
    found = recognise("app", None, None, name, publisher, None, None)
    assert ("messaging" in found.looks_like) is looks


def test_what_an_identifier_says_is_never_denied(tmp_path):
    (tmp_path / "decisions").mkdir()
    text = DENIALS.replace("identifier: com.example.themes, identifier_type: android_package",
                           "identifier: com.Tencent.MM")  # fmt: skip
    (tmp_path / "decisions/a.yaml").write_text(text, encoding="utf-8")
    recognise = Recogniser(load([shipped("rules"), Path(tmp_path)])).recognise
    exact = recognise("app", "com.tencent.mm", "android_package", None, None, None, None)
    assert apps(exact) == ["wechat"]
    other_case = recognise("app", "com.Tencent.MM", "android_package", None, None, None, None)
    assert apps(other_case) == []


def test_a_denial_changes_the_catalogue_and_so_every_later_verdict(tmp_path):
    (tmp_path / "decisions").mkdir()
    before = load([shipped("rules"), tmp_path]).sha256
    (tmp_path / "decisions/a.yaml").write_text(DENIALS, encoding="utf-8")
    assert load([shipped("rules"), tmp_path]).sha256 != before
