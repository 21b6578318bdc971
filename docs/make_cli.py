"""Write docs/cli.md from what `--help` says: `python docs/make_cli.py`. A test compares the two."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from typer.core import TyperGroup
from typer.main import get_command

from policycheck.cli.main import main, program

DOCUMENT = Path(__file__).with_name("cli.md")
_HEAD = """# Command line

Made from `--help` by `python docs/make_cli.py`; do not edit.

An option is stronger than its environment variable (`POLICYCHECK_...`, shown with each), that is
stronger than `policycheck.yaml`, and that is stronger than the default in parentheses.
`policycheck --install-completion` sets up completion for bash, zsh, fish and PowerShell.

## Exit codes

2 goes before 1, 1 before 3, 3 before 0.

| exit | means |
|---|---|
| 0 | audited; no violation at or above `--fail-on` (default: low) that is past its grace, not waived |
| 1 | audited; at least one |
| 2 | could not audit: usage, policy, rule, people file, no readable report, store |
| 3 | audited, none found, but not completely: a file was rejected or more rows than `--max-rejected` (default 1%), nothing was in scope, or coverage is below `--min-coverage` (default none) |
| 70 | a bug in policycheck: the message names the file that holds the traceback |
| 130 | interrupted |
"""


def document() -> str:
    """Return the text of docs/cli.md."""
    parts = [_HEAD, *(_part(name, text) for name, text in helps())]
    return "\n".join(parts)


def helps() -> Iterator[tuple[str, str]]:
    """Yield each command with its help, the program itself first."""
    return _helps(("policycheck",), get_command(program))


def _helps(path: tuple[str, ...], command: object) -> Iterator[tuple[str, str]]:
    yield " ".join(path), help_of(path[1:])
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from _helps((*path, name), below)


def help_of(words: Sequence[str]) -> str:
    """Return what a command says to `--help` on a terminal of 80 columns."""
    os.environ["COLUMNS"] = "80"
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        main([*words, "--help"])
    return stream.getvalue().strip()


def _part(name: str, text: str) -> str:
    return f"## {name}\n\n```\n{text}\n```\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
