"""Every mistake that `notify:` in policycheck.yaml can hold, with its exact text.

One file for each, beside its golden text. After a change of wording run the test once with
UPDATE_GOLDEN=1, and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from policycheck.config import read_config
from policycheck.problems import PolicycheckError

FOLDER = Path(__file__).parent / "notify"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def told_of(name: str) -> str:
    with pytest.raises(PolicycheckError) as caught:
        read_config(FOLDER / f"{name}.yaml")
    return str(caught.value) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_each_mistake_has_its_text(name: str) -> None:
    golden = FOLDER / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told_of(name), encoding="utf-8")
    assert told_of(name) == golden.read_text(encoding="utf-8")


def test_no_golden_text_is_left_over() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == NAMES


@pytest.mark.parametrize("name", ["url-in-the-open", "password-in-the-open"])
def test_a_secret_in_the_file_is_not_told_on(name: str) -> None:
    assert "not-a-real" not in told_of(name)
