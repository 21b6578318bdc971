"""The defects that `tests/mutants.py` makes can still be made; `make mutants` tries them all."""

from __future__ import annotations

import pytest

from mutants import PACKAGE, Mutant, read_mutants

MUTANTS = read_mutants()


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 30


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_anchor_is_there_once(mutant: Mutant) -> None:
    text = (PACKAGE / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.anchor) == 1
    assert mutant.instead != mutant.anchor
