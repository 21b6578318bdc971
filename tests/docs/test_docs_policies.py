"""docs/policies.md is what the program says of its language today, and its examples are right."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from test_docs_paths import ROOT

from policycheck.catalogue.load import load as load_catalogue
from policycheck.policy.controls import READERS
from policycheck.policy.expression import FUNCTIONS
from policycheck.policy.load import load
from policycheck.policy.selector_reader import KEYS
from policycheck.problems import PolicycheckError
from policycheck.rulebook import vocabulary_of
from policycheck.shipped import shipped

MADE = runpy.run_path(str(ROOT / "docs/make_policies.py"))
PAGE = (ROOT / "docs/policies.md").read_text("utf-8")
VOCABULARY = vocabulary_of(load_catalogue([shipped("rules")]))
HEAD = """language: 1
policy: example
title: Example
issuer: Example Ltd.
status: active
"""
CONTROL = """
  - id: example
    clause: Example.
    severity: low
"""


def _examples() -> list[str]:
    """Return each example of the page as a whole policy."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return [policy for block in blocks for policy in _policies(block)]


def _policies(block: str) -> list[str]:
    if block.startswith("language:"):
        return [block]
    lines = block.splitlines()
    of_one_line = all(
        line.startswith(("applies_to", "indication", "forbid", "require")) for line in lines
    )
    return [_policy(part) for part in (lines if of_one_line else [block])]


def _policy(part: str) -> str:
    if part.startswith("applies_to"):
        return f"{HEAD}{part}\ncontrols:{CONTROL}    forbid: {{app: qq}}\n"
    if part.startswith("indication"):
        part = f"{part}\nforbid: {{app: qq}}"
    demand = "".join(f"    {line}\n" for line in part.splitlines())
    return f"{HEAD}applies_to: always\ncontrols:{CONTROL}{demand}"


def test_the_made_parts_are_of_today() -> None:
    assert MADE["document"](PAGE) == PAGE, "run `make docs` and read what changed"


def test_every_kind_has_its_manual() -> None:
    assert re.findall(r"^### `(\w+)`:", PAGE, re.MULTILINE) == list(READERS)


def test_every_key_of_a_selector_is_told() -> None:
    section = PAGE.split("\n## Selectors")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    told = {key for cell in cells for key in re.findall(r"`([\w.]+)`", cell)}
    assert told == {*KEYS, "item.COLUMN", "app.COLUMN"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_of_where_is_told(function: str) -> None:
    section = PAGE.split("\n## `where`")[1].split("\n## ")[0]
    assert re.search(rf"`{function}[`(]", section)


@pytest.mark.parametrize("policy", _examples())
def test_the_example_is_right(policy: str, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(policy, encoding="utf-8")
    assert load([path], VOCABULARY)


def test_an_example_that_is_wrong_would_be_told(tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(_policy("forbid: {app: tiktokk}"), encoding="utf-8")
    with pytest.raises(PolicycheckError):
        load([path], VOCABULARY)
