"""Write docs/cli.md, and the README's two blocks, from what the program says: `make docs`.

A test compares what is written with what the program says today.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from typer.core import TyperGroup
from typer.main import get_command

from policycheck import __version__
from policycheck.cli.main import main, program

DOCUMENT = Path(__file__).with_name("cli.md")
README = Path(__file__).parents[1] / "README.md"
DEMO_DAY = "2013-09-30"
_MARK = "<!-- {}: written by docs/make_cli.py -->"
_LIST_LINES = 6
_HEAD = """# Command line

Made from `--help` by `make docs`; do not edit.

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
"""  # noqa: E501 - Markdown's rows are lines


def document() -> str:
    """Return the text of docs/cli.md."""
    parts = (f"## {name}\n\n```text\n{text}\n```\n" for name, text in helps())
    return "\n".join([_HEAD, *parts])


def helps() -> Iterator[tuple[str, str]]:
    """Yield each command with its help, the program itself first."""
    return _helps(("policycheck",), get_command(program))


def _helps(path: tuple[str, ...], command: object) -> Iterator[tuple[str, str]]:
    yield " ".join(path), say(*path[1:], "--help")
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from _helps((*path, name), below)


def readme(text: str) -> str:
    """Return the README with its blocks written anew."""
    for name, block in (("help", say("--help")), ("demo", demo())):
        fresh = f"{_MARK.format(name)}\n```text\n{block}\n```"
        pattern = f"{re.escape(_MARK.format(name))}\n```text\n.*?```"
        text = re.sub(pattern, lambda _, fresh=fresh: fresh, text, flags=re.DOTALL)
    return text


def demo() -> str:
    """Return what the demo's audit says, its lists cut short."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        say("init", "--demo", ".")
        told = say("audit", "inbox", "--as-of", DEMO_DAY)
    told = re.sub(r"(head of the record: )\w+", r"\g<1>3f9a0c5512de77b1", told)  # never the same
    parts = told.replace(__version__, "@VERSION@").split("\n\n")
    return "\n\n".join(map(_shorten, parts)).replace("@VERSION@", __version__)


def _shorten(part: str) -> str:
    lines = part.splitlines()
    if len(lines) <= 2 * _LIST_LINES:
        return part
    return "\n".join([*lines[:_LIST_LINES], "    ...", *lines[-1:]])


def say(*words: str) -> str:
    """Return what the program prints on a terminal of 80 columns."""
    os.environ["COLUMNS"] = "80"
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        main(words)
    return stream.getvalue().strip()


def write(paths: Sequence[Path] = (DOCUMENT, README)) -> None:
    """Write the documents."""
    cli, front = paths
    cli.write_text(document(), encoding="utf-8")
    front.write_text(readme(front.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
