"""What docs/recognition.md says of techniques and bases is what rules and program have."""

from __future__ import annotations

import re
from pathlib import Path

from policycheck.catalogue.evasion_file import EvasionFile
from policycheck.catalogue.load import load
from policycheck.catalogue.recognise import Basis
from policycheck.shipped import shipped

TEXT = (Path(__file__).parents[2] / "docs" / "recognition.md").read_text(encoding="utf-8")
TECHNIQUES = load([shipped("rules")]).techniques.values()


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without its head."""
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)[1:]
    return [line.split(" | ") for line in lines]


def test_each_basis_is_told() -> None:
    assert [cells[0] for cells in rows("Basis")] == [f"`{basis}`" for basis in Basis]


def test_each_technique_is_told_with_its_confidence_and_whether_it_is_approved() -> None:
    told = {(basis, sure, approved) for basis, _, sure, approved in rows("How apps hide")}
    assert told == {
        (f"`{t.basis}`", f"`{t.confidence}`", "yes" if t.genuine else "no") for t in TECHNIQUES
    }


def test_each_key_of_a_technique_is_told() -> None:
    section = TEXT.split("\n## A technique's file\n")[1]
    for key in EvasionFile.model_fields:
        assert key in section or key == "overrides"
