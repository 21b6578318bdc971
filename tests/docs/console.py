"""The consoles of the manual: what a document says one types, and what it says one sees.

    ```console
    $ policycheck init --demo demo
    ...
    $ cat >note.txt <<END
    > A line of a command that goes on begins with '> '.
    > END
    ```

All consoles of a document are one session of bash, which begins in an empty folder: a folder
that is entered and a variable that is set stay so. In what one sees, a line `...` stands for any
lines but errors, and `...` within a line for any text.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_END = "@@ the end of what a command says @@"


class Step(NamedTuple):
    """A command, and what it prints, as a document shows them."""

    command: str
    output: str


def steps_of(document: str) -> list[Step]:
    """Return what the consoles of a document show, in its order."""
    text = "".join(block for language, block in _BLOCK.findall(document) if language == "console")
    found: list[Step] = []
    for line in text.splitlines(keepends=True):
        last = found[-1] if found else Step("", "")
        if line.startswith("$ "):
            found.append(Step(line[2:], ""))
        elif line.startswith("> ") and not last.output:
            found[-1] = last._replace(command=last.command + line[2:])
        else:
            found[-1] = last._replace(output=last.output + line)
    return found


def play(steps: Sequence[Step], folder: Path) -> list[str]:
    """Type the commands into a shell that starts in a folder; returns what each one prints."""
    kept = {name: value for name, value in os.environ.items() if "POLICYCHECK" not in name}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    said = subprocess.run(
        ["bash", "-c", "exec 2>&1 </dev/null\n" + "".join(map(_typed, steps))],
        cwd=folder,
        env={**kept, "PATH": path, "COLUMNS": "80", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        stdout=subprocess.PIPE,
        check=False,
        encoding="utf-8",
    ).stdout
    return said.split(f"\n{_END}\n")[:-1]


def _typed(step: Step) -> str:
    return f"{step.command}_code=$?; printf '\\n%s\\n' '{_END}'; (exit $_code)\n"


def matches(shown: str, said: str) -> bool:
    """Tell whether a command says what a document shows; blanks at the ends of lines are none."""
    pattern = "".join(map(_pattern, shown.splitlines()))
    text = "".join(f"{line.rstrip()}\n" for line in said.rstrip().splitlines())
    return re.fullmatch(pattern, text) is not None


def _pattern(line: str) -> str:
    if line.strip() == "...":
        return r"(?:(?!error: ).*\n)*?"
    return ".*?".join(map(re.escape, line.rstrip().split("..."))) + r"\n"


def loose_commands(document: str) -> list[str]:
    """Return the calls of the program that a document shows in other code than its consoles."""
    blocks = [block for language, block in _BLOCK.findall(document) if language == "sh"]
    indented = re.findall(r"^    (.*)$", _BLOCK.sub("", document), re.MULTILINE)
    lines = [line for block in (*blocks, "\n".join(indented)) for line in block.splitlines()]
    calls = (
        re.match(r"(?:\.venv/bin/)?(policycheck [a-z].*?)(?: {2,}#.*)?$", line) for line in lines
    )
    return [call[1] for call in calls if call]
