"""Every command that the docs and the templates name can be typed."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from test_docs_paths import DOCS, ROOT, code

TEMPLATES = sorted((ROOT / "src/policycheck/templates").rglob("*.*"))
COMMAND = re.compile(r"(?:^ *|`|bin/)policycheck ([a-z]+)(?: ([a-z]+)(?![\w./-]))?", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*)")


@cache
def help_of(*words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "policycheck", *words, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    return done.returncode, done.stdout


def commands() -> set[tuple[str, ...]]:
    texts = [code(doc) for doc in DOCS if doc.name != "CHANGELOG.md"]
    texts += [code(path) for path in TEMPLATES if path.is_file()]
    return {tuple(filter(None, found)) for text in texts for found in COMMAND.findall(text)}


def test_the_docs_name_commands() -> None:
    assert ("audit",) in {words[:1] for words in commands()}


@pytest.mark.parametrize("words", sorted(commands()), ids=" ".join)
def test_the_command_exists(words: tuple[str, ...]) -> None:
    code, _ = help_of(*words)
    assert code == 0


def test_the_options_of_the_audit_exist() -> None:
    named = {
        option
        for doc in [*DOCS, *TEMPLATES]
        if doc.is_file()
        for line in code(doc).splitlines()
        if "policycheck audit" in line
        for option in OPTION.findall(line)
    }
    assert "--as-of" in named
    assert named - set(OPTION.findall(help_of("audit")[1])) == set()


def test_the_makefile_calls_what_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert Path(ROOT / "src/policycheck/__main__.py").is_file()
    for command in re.findall(r"/policycheck ([a-z]+)", makefile):
        assert help_of(command)[0] == 0
