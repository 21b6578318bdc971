"""Every mistake that a policy can hold, with the exact text that its author gets to read.

One file for each, beside its golden text. After a change of wording run the test once with
UPDATE_GOLDEN=1, and read the difference: each message must say what is wrong, where, and what
would be right.
"""

import os
import time
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest

from policycheck.policy.load import load
from policycheck.policy.vocabulary import Vocabulary
from policycheck.problems import PolicycheckError

FOLDER = Path(__file__).parent / "policies"
VOCABULARY = Vocabulary(
    apps=frozenset({"yixin", "wechat", "wecom", "qq", "microsoft-teams", "tenpay"}),
    categories=frozenset({"messaging", "im", "enterprise-im", "payment"}),
    vendors=frozenset({"tencent", "netease", "microsoft"}),
    vendor_groups=frozenset({"tencent", "netease"}),
    lists=frozenset({"us-eo13971", "us-texas-prohibited"}),
    names={("app", "微信"): "wechat", ("vendor", "網易"): "netease"},
)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_each_mistake_has_its_text(name, monkeypatch):
    monkeypatch.chdir(FOLDER)
    with pytest.raises(PolicycheckError) as caught:
        load([Path(f"{name}.yaml")], VOCABULARY)
    golden = FOLDER / f"{name}.txt"
    told = str(caught.value) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def test_no_golden_text_is_left_over():
    texts = {path.stem for path in FOLDER.glob("*.txt")}
    assert texts == {path.stem for path in FOLDER.glob("*.yaml")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("language: 1\ncontrols: " + "[" * 50_000, "nested more than 64 levels deep"),
        ("language: 1\napplies_to: " + "{a: " * 50_000, "nested more than 64 levels deep"),
        (
            "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
            + "".join(f"{b}: &{b} [{f'*{a}, ' * 9}]\n" for a, b in pairwise("abcdefghi")),
            "aliases are not supported",
        ),
    ],
    ids=["50,000 brackets", "50,000 braces", "billion laughs"],
)  # fmt: skip
def test_hostile_files_are_refused_in_bounded_time_and_memory(text, message, tmp_path):
    path = tmp_path / "hostile.yaml"
    path.write_text(text, encoding="utf-8")
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(PolicycheckError, match=message) as caught:
        load([path], VOCABULARY)
    seconds = time.perf_counter() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(str(caught.value)) < 1000
    assert seconds < 1
    assert peak < 5_000_000


def test_all_mistakes_of_all_files_are_told_at_once(monkeypatch):
    monkeypatch.chdir(FOLDER)
    names = ["unknown-severity.yaml", "yaml-tab.yaml", "app-beside-category.yaml", "none.yaml"]
    with pytest.raises(PolicycheckError) as caught:
        load(map(Path, names), VOCABULARY)
    assert [problem.message for problem in caught.value.problems] == [
        "cannot read 'none.yaml': no such file or directory",
        "'app' beside 'category' finds only apps that are both",
        "unknown severity 'hihg'",
        "a tab stands where YAML wants spaces",
    ]
