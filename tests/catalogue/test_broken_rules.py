"""Every mistake that a rule can hold, with the exact text that its author gets to read.

One folder of rules for each, loaded on top of `shipped`, beside its golden text. After a change of
wording run the test once with UPDATE_GOLDEN=1, and read the difference.
"""

import os
from pathlib import Path

import pytest

from policycheck.catalogue.load import load
from policycheck.problems import PolicycheckError

FOLDER = Path(__file__).parents[1] / "broken" / "rules"
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and path.name != "shipped")


@pytest.mark.parametrize("name", CASES)
def test_each_mistake_has_its_text(name, monkeypatch):
    monkeypatch.chdir(FOLDER)
    with pytest.raises(PolicycheckError) as caught:
        load([Path("shipped"), Path(name)])
    golden = FOLDER / f"{name}.txt"
    told = str(caught.value) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def test_what_the_mistakes_are_loaded_on_top_of_is_right(monkeypatch):
    monkeypatch.chdir(FOLDER)
    assert set(load([Path("shipped")]).apps) == {"wechat"}


def test_no_golden_text_is_left_over():
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == CASES


def test_all_mistakes_of_all_folders_are_told_at_once(monkeypatch):
    monkeypatch.chdir(FOLDER)
    with pytest.raises(PolicycheckError) as caught:
        load(map(Path, ["shipped", "wrong-folder", "unknown-key", "list-lines"]))
    assert {problem.place.path.split("/")[0] for problem in caught.value.problems} == {
        "wrong-folder", "unknown-key", "list-lines",
    }  # fmt: skip
