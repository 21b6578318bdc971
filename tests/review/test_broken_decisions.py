"""Every mistake that a file of decisions can hold, with the exact text that its author gets.

After a change of wording run the test once with UPDATE_GOLDEN=1, and read the difference.
"""

import os
from datetime import date
from pathlib import Path

import pytest

from policycheck.catalogue.load import load
from policycheck.problems import PolicycheckError
from policycheck.review.answer_file import read_answers
from policycheck.review.drafts import Drafts
from policycheck.review.rules import write_rules
from policycheck.shipped import shipped

FOLDER = Path(__file__).parents[1] / "broken" / "decisions"
CASES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@pytest.fixture(scope="module")
def catalogue():
    return load([shipped("rules")])


def take(path, catalogue, drafts):
    write_rules(read_answers(path, None), catalogue, drafts, date(2026, 11, 20))


@pytest.mark.parametrize("name", CASES)
def test_each_mistake_has_its_text(name, catalogue, tmp_path, monkeypatch):
    monkeypatch.chdir(FOLDER)
    drafts = Drafts((shipped("rules"),), tmp_path / "rules")
    with pytest.raises(PolicycheckError) as caught:
        take(Path(f"{name}.yaml"), catalogue, drafts)
    assert not (tmp_path / "rules").exists()
    told = str(caught.value).replace(tmp_path.as_posix(), "") + "\n"
    golden = FOLDER / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def test_no_golden_text_is_left_over():
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == CASES
