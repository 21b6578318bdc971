"""Breaks engine and store on purpose, one defect at a time, and sees whether the tests notice.

    python tests/mutants.py [WORD ...]      only the mutants whose file or name holds a word

Each mutant is a textual replacement in a copy of the package. A copy with a broken engine is asked
the table of verdicts and some hundreds of random pairs; it must differ from the oracle. One with a
broken store is asked the lives that are written down and driven beside the model of a life, and
must differ from one of them. Exits 1 if a mutant
survives, if one does not even run, or if its anchor is no longer in the code exactly once.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random

import yaml

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "src" / "policycheck"
ASK, ASK_LIVES = QUESTIONS = "--ask", "--ask-lives"
AGREES, DIFFERS = 0, 3
LIVES = ("test_lives.py", "test_leaving.py", "test_merging.py", "test_timeline.py")
SESSIONS = 8
SIDE = 10
TOGETHER = 24
"""So many rows of the table are asked in one session."""


@dataclass(frozen=True)
class Mutant:
    """One defect: what stands in a file of the package, and what stands there instead."""

    name: str
    file: str
    anchor: str
    instead: str


def read_mutants() -> list[Mutant]:
    """Read `mutants.yaml`."""
    files = yaml.safe_load((HERE / "mutants.yaml").read_text(encoding="utf-8"))
    return [Mutant(file=file, **defect) for file, defects in files.items() for defect in defects]


def main(words: list[str]) -> int:
    """Try all mutants, side by side, and tell how each ended."""
    every = read_mutants()
    told = {each: f"{each.file}: {each.name}" for each in every}
    chosen = [each for each in every if not words or any(word in told[each] for word in words)]
    failures, say = 0, sys.stderr.write
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        if any(code != AGREES for code in pool.map(partial(_ask, PACKAGE.parent), QUESTIONS)):
            say("the package as it is does not agree with the oracle and the model\n")
            return 1
        for mutant, (outcome, seconds) in zip(chosen, pool.map(_try, chosen), strict=True):
            say(f"{outcome:<12} {seconds:5.1f} s  {mutant.file}: {mutant.name}\n")
            failures += outcome != "caught"
    say(f"{len(chosen)} mutants, {failures} not caught\n")
    return 1 if failures else 0


def _try(mutant: Mutant) -> tuple[str, float]:
    """Say whether a mutant is caught, survives, does not run, or cannot be made."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "src"
        shutil.copytree(PACKAGE, source / "policycheck")
        (Path(folder) / "rules").symlink_to(HERE.parent / "rules")  # conftest.py asks for them
        file = source / "policycheck" / mutant.file
        text = file.read_text(encoding="utf-8")
        if text.count(mutant.anchor) != 1:
            return "no anchor", 0
        file.write_text(text.replace(mutant.anchor, mutant.instead), encoding="utf-8")
        code = _ask(source, ASK_LIVES if mutant.file.startswith("store/") else ASK)
    outcome = {AGREES: "SURVIVED", DIFFERS: "caught"}.get(code, "DOES NOT RUN")
    return outcome, time.monotonic() - begun


def _ask(source: Path, question: str) -> int:
    """Ask a copy of the package in a process of its own."""
    path = os.pathsep.join(map(str, (source, HERE, HERE / "engine", HERE / "store")))
    command = [sys.executable, "-B", __file__, question]
    ended = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True)
    return ended.returncode


def ask_lives() -> int:
    """Compare the store of the package that is on the path with written lives and the model."""
    import pytest

    lives = [str(HERE / "store" / name) for name in LIVES]
    ended = pytest.main(["-x", "-p", "no:cacheprovider", "-m", "not postgres", *lives])
    if ended != pytest.ExitCode.OK:
        return DIFFERS if ended == pytest.ExitCode.TESTS_FAILED else ended
    return _ask_model()


def _ask_model() -> int:
    from hypothesis import Phase
    from test_life_machine import run

    try:
        run(40, 25, phases=(Phase.generate,))
    except AssertionError:
        return DIFFERS
    return AGREES


def ask() -> int:
    """Compare the package that is on the path with the oracle."""
    from adapter import ask_engine

    from cases import ask_oracle

    return DIFFERS if any(ask_oracle(case) != ask_engine(case) for case in _cases()) else AGREES


def _cases() -> Iterator:
    from test_table import case_of

    from generate import draw_case
    from verdict_rows import ROWS

    drawn = (draw_case(Random(seed), SIDE, SIDE) for seed in range(SESSIONS))
    yield from islice(drawn, 2)
    numbered = list(enumerate(ROWS))
    for start in range(0, len(numbered), TOGETHER):
        yield case_of(numbered[start : start + TOGETHER])
    drafts = [(number, row) for number, row in numbered if "status" in row.policy]
    yield replace(case_of(drafts), drafts=True)
    yield from drawn


if __name__ == "__main__":
    asked = {ASK: ask, ASK_LIVES: ask_lives}
    words = sys.argv[1:]
    sys.exit(asked[words[0]]() if words[:1] and words[0] in asked else main(words))
