"""Decisions become rules: files that hold, and in which nothing else has changed."""

from datetime import date

import pytest

from policycheck.catalogue.lint import lint
from policycheck.catalogue.load import load
from policycheck.catalogue.recognise import Recogniser
from policycheck.problems import PolicycheckError
from policycheck.review.answer_file import answers_schema, read_answers
from policycheck.review.drafts import Drafts
from policycheck.review.rules import slug, write_rules
from policycheck.shipped import shipped
from policycheck.yamlfile import parse

DAY = date(2026, 11, 20)
HEAD = "language: 1\nby: li.na\nwhy: Looked at it\ndecisions:\n"


@pytest.fixture
def decide(tmp_path):
    """Write a file of decisions into the rules of a workspace; return the changed places."""
    rules = tmp_path / "rules"

    def decide_all(rows):
        file = tmp_path / "decisions.yaml"
        file.write_text(HEAD + rows, encoding="utf-8")
        folders = [shipped("rules"), *([rules] if rules.is_dir() else [])]
        drafts = Drafts((shipped("rules"),), rules)
        changes = write_rules(read_answers(file, None), load(folders), drafts, DAY)
        problems = lint([shipped("rules"), rules]) if rules.is_dir() else ()
        assert [p for p in problems if p.place.path.startswith(str(rules))] == []
        return {str(change.path.relative_to(rules)): change.what for change in changes}

    decide_all.rules = rules
    return decide_all


def recognise(decide, *columns):
    recogniser = Recogniser(load([shipped("rules"), decide.rules]))
    columns = (*columns, *[None] * (7 - len(columns)))
    return recogniser.recognise(*columns)


def meant(decide, *columns):
    found = recognise(decide, *columns).meanings
    return [(meaning.app_id, str(meaning.confidence)) for meaning in found]


def test_an_identifier_is_added_to_a_copy_that_overrides_the_shipped_app(decide):
    item = "{identifier: com.example.mm, identifier_type: android_package}"
    made = decide(f"  - item: {item}\n    is: wechat\n")
    assert made == {"apps/wechat.yaml": "made, which takes the place of the shipped one"}
    assert meant(decide, "app", "com.example.mm", "android_package") == [("wechat", "exact")]
    assert meant(decide, "app", "com.tencent.mm", "android_package") == [("wechat", "exact")]
    text = (decide.rules / "apps/wechat.yaml").read_text("utf-8")
    ours = (shipped("rules") / "apps/wechat.yaml").read_text("utf-8").splitlines()
    assert [line for line in text.splitlines() if line not in ours] == [
        "overrides: true",
        "  - {type: android_package, value: com.example.mm, source:"
        ' "decided by li.na on 2026-11-20: Looked at it"}',
    ]


def test_what_the_workspace_says_of_an_app_already_is_kept_with_its_comments(decide):
    first = "{identifier: com.example.one, identifier_type: android_package}"
    second = "{identifier: com.example.two, identifier_type: android_package}"
    decide(f"  - item: {first}\n    is: wechat\n")
    file = decide.rules / "apps/wechat.yaml"
    file.write_text(file.read_text("utf-8") + "# ours, since the audit of May\n", "utf-8")
    assert decide(f"  - item: {second}\n    is: wechat\n") == {"apps/wechat.yaml": "changed"}
    assert "# ours, since the audit of May\n" in file.read_text("utf-8")
    for identifier in ("com.example.one", "com.example.two", "com.tencent.mm"):
        assert meant(decide, "app", identifier, "android_package") == [("wechat", "exact")]


@pytest.mark.wide
@pytest.mark.parametrize(
    "identifiers",
    [
        "",
        "identifiers: []\n",
        "identifiers: [{type: ios_bundle, value: com.example.ios, memory: true}]\n",
        "identifiers:\n  - type: ios_bundle\n    value: com.example.ios\n    memory: true\n",
        "identifiers:\n- {type: ios_bundle,\n   value: com.example.ios, memory: true}  # seen\n",
    ],
)
def test_an_identifier_finds_its_place_however_the_file_is_written(decide, identifiers):
    (decide.rules / "apps").mkdir(parents=True)
    head = "language: 1\napp: ours\nnames: Ours Messenger\ndistinctive: Ours Messenger\n"
    text = f"{head}category: im\nvendor: unknown\n{identifiers}"
    (decide.rules / "apps/ours.yaml").write_text(text, "utf-8")
    item = "{identifier: com.example.new, identifier_type: android_package}"
    decide(f"  - item: {item}\n    is: ours\n")
    assert meant(decide, "app", "com.example.new", "android_package") == [("ours", "exact")]
    if identifiers.count("com.example.ios"):
        assert meant(decide, "app", "com.example.ios", "ios_bundle") == [("ours", "exact")]


@pytest.mark.wide
@pytest.mark.parametrize(
    "names", ["Ours", "[Ours, Unser]", "\n  - Ours  # in English\n  - Unser", '["Ours"]', "'Ours'"]
)
def test_a_name_finds_its_place_behind_the_first(decide, names):
    (decide.rules / "apps").mkdir(parents=True)
    text = f"language: 1\napp: ours\nnames: {names}\ncategory: im\nvendor: unknown\nnote: x\n"
    (decide.rules / "apps/ours.yaml").write_text(text, "utf-8")
    decide('  - item: {name: "Ours: the \\u200bone, [new]"}\n    is: ours\n')
    app = load([shipped("rules"), decide.rules]).apps["ours"]
    assert app.names[0] == "Ours"
    assert app.names[1] == "Ours: the \u200bone, [new]"
    assert app.distinctive == ("Ours: the \u200bone, [new]",)


def test_a_name_with_a_publisher_is_enough_from_then_on(decide):
    assert meant_before(("app", None, None, "Signal", "Somebody Ltd.")) == [("signal", "possible")]
    made = decide("  - item: {name: Signal, publisher: Somebody Ltd.}\n    is: signal\n")
    assert made == {"vendors/signal.yaml": "made, which takes the place of the shipped one"}
    found = meant(decide, "app", None, None, "Signal", "Somebody Ltd.")
    assert found == [("signal", "likely")]
    assert meant(decide, "app", None, None, "Signal", None) == [("signal", "possible")]


def meant_before(columns):
    recogniser = Recogniser(load([shipped("rules")]))
    found = recogniser.recognise(*columns, *[None] * (7 - len(columns))).meanings
    return [(meaning.app_id, str(meaning.confidence)) for meaning in found]


def test_a_new_app_has_a_file_and_its_maker_too(decide):
    item = "{identifier: com.example.quick, identifier_type: android_package, name: 快聊吧,"
    item += " publisher: 快聊（北京）有限公司}"
    made = decide(f"  - item: {item}\n    new_app: {{app: quick-chat, category: im}}\n")
    assert made == {"apps/quick-chat.yaml": "made", "vendors/maker-of-quick-chat.yaml": "made"}
    assert meant(decide, "app", "com.example.quick", "android_package") == [("quick-chat", "exact")]
    catalogue = load([shipped("rules"), decide.rules])
    assert catalogue.vendor_of("quick-chat").name == "快聊（北京）有限公司"
    assert catalogue.apps["quick-chat"].names == ("快聊吧",)


def test_a_new_app_of_a_known_maker_belongs_to_it(decide):
    item = "{name: Bluebird Desk, publisher: 'Slack Technologies, Inc.'}"
    made = decide(f"  - item: {item}\n    new_app: {{app: bluebird, category: enterprise-im}}\n")
    assert made == {"apps/bluebird.yaml": "made"}
    assert load([shipped("rules"), decide.rules]).apps["bluebird"].vendor == "slack"
    assert meant(decide, "app", None, None, "Bluebird Desk") == [("bluebird", "likely")]


def test_what_is_denied_gets_a_file_of_its_own_each_time(decide):
    item = "{identifier: com.example.themes, name: 'WeChаt\\u202e'}".replace("'", '"')
    assert recognise_before(item_name="WeChаt") == ["wechat"]
    made = decide(f"  - item: {item}\n    not_app: wechat\n    why: A pack of themes\n")
    assert made == {"decisions/2026-11-20.yaml": "made"}
    again = decide("  - item: {name: Chat Noir}\n    not_category: messaging\n")
    assert again == {"decisions/2026-11-20-2.yaml": "made"}
    assert meant(decide, "app", "com.example.themes", "android_package", "WeChаt") == []
    assert recognise(decide, "app", None, None, "Chat Noir").looks_like == frozenset()
    (denial,) = load([shipped("rules"), decide.rules]).denials[1:]
    assert (denial.by, denial.on, denial.why) == ("li.na", DAY, "A pack of themes")
    assert denial.name == "WeChаt\u202e"
    assert "\u202e" not in (decide.rules / "decisions/2026-11-20.yaml").read_text("utf-8")


def recognise_before(item_name):
    found = Recogniser(load([shipped("rules")])).recognise(
        "app", "com.example.themes", "android_package", item_name, None, None, None
    )
    return [meaning.app_id for meaning in found.meanings]


def test_nothing_is_written_where_anything_is_wrong(decide):
    good = "  - item: {identifier: com.example.a, identifier_type: android_package}\n    is: qq\n"
    bad = "  - item: {identifier: com.example.b}\n    is: wechat\n"
    with pytest.raises(PolicycheckError, match="of what type is"):
        decide(good + bad)
    assert not decide.rules.exists()


def test_what_would_break_the_rules_is_told_of_the_file_that_it_would_be(decide):
    item = "{identifier: nodots, identifier_type: android_package, name: Nodots}"
    with pytest.raises(PolicycheckError) as caught:
        decide(f"  - item: {item}\n    new_app: {{app: nodots, category: im}}\n")
    (problem,) = caught.value.problems
    assert problem.message == "'nodots' cannot be of type android_package"
    assert problem.place.path == (decide.rules / "apps/nodots.yaml").as_posix()
    assert not decide.rules.exists()


def test_hostile_texts_stay_texts(decide):
    hostile = 'x\\"}\\n  - {type: apple_team_id, value: AAAAAAAAAA}\\n# \\u0007\\U000e0041'
    item = f'{{identifier: com.example.h, identifier_type: android_package, name: "{hostile}"}}'
    decide(f"  - item: {item}\n    new_app: {{app: hostile, category: im}}\n")
    app = load([shipped("rules"), decide.rules]).apps["hostile"]
    assert app.names == (parse(f'"{hostile}"'.encode(), "-").root.text,)
    assert [row.type for row in app.identifiers] == ["android_package"]
    decide(f'  - item: {item}\n    not_category: email\n    why: "{hostile}"\n')
    assert load([shipped("rules"), decide.rules]).denials[0].why == app.names[0]


@pytest.mark.parametrize(
    ("name", "id_"),
    [("WeChat  Pro!", "wechat-pro"), ("Größe", "grosse"), ("微信", ""), ("-a-", "a")],
)
def test_ids_are_made_of_names(name, id_):
    assert slug(name) == id_


def test_the_schema_knows_every_answer():
    entry = answers_schema()["$defs"]["AnswerRow"]["properties"]
    assert {"is", "new_app", "not_app", "not_category", "skip", "item"} <= set(entry)
