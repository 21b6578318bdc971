"""Every command of the manual is typed, and says what the manual shows; but for `NOT_RUN`."""

from __future__ import annotations

from pathlib import Path

import pytest
from console import Step, loose_commands, matches, play, steps_of
from test_docs_paths import ROOT

PAGES = sorted(path for path in (ROOT / "docs").glob("*.md") if path.name != "cli.md")
PLAYED = [page for page in PAGES if steps_of(page.read_text(encoding="utf-8"))]
NOT_RUN = {
    "postgresql+psycopg://": "needs a server: tests/store run it",
    "policycheck watch inbox": "runs until it is asked to end: tests/watch run it",
    "store prune --forget": "needs somebody who is recorded: tests/cli/test_prune.py runs it",
    "pseudonym.key": "needs a key: tests/cli/test_pseudonyms.py runs it",
}
"""Part of a command that is shown outside of a console, and why it is not typed."""


def _name(path: Path) -> str:
    return path.name


@pytest.mark.thorough
@pytest.mark.parametrize("page", PLAYED, ids=_name)
def test_the_page_shows_what_is_said(page: Path, tmp_path: Path) -> None:
    steps = steps_of(page.read_text(encoding="utf-8"))
    said = play(steps, tmp_path)
    assert len(said) == len(steps)
    wrong = [
        f"$ {step.command}{text}"
        for step, text in zip(steps, said, strict=True)
        if not matches(step.output, text)
    ]
    assert "\n".join(wrong) == "", "the page shows something else"


def test_no_other_command_is_left_unrun() -> None:
    loose = [line for page in PAGES for line in loose_commands(page.read_text(encoding="utf-8"))]
    unrun = [line for line in loose if not any(part in line for part in NOT_RUN)]
    assert unrun == [], "put it into a console block"
    assert all(any(part in line for line in loose) for part in NOT_RUN), "nobody shows it any more"


def test_a_session_keeps_its_folder_its_variables_and_the_exit_code(tmp_path: Path) -> None:
    page = """
```console
$ mkdir a && cd a && export WORD=x
$ cat >note.txt <<END
> one
> two
> END
$ false
$ echo $? $WORD; cat note.txt
1 x
...
two
```

```sh
not played
```
"""
    steps = steps_of(page)
    assert steps[1] == Step("cat >note.txt <<END\none\ntwo\nEND\n", "")
    assert [matches(s.output, t) for s, t in zip(steps, play(steps, tmp_path), strict=True)] == (
        [True] * 4
    )


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        ("a\nb\n", "a \nb\n\n", True),
        ("a\n", "a\nb\n", False),
        ("a\n...\nc\n", "a\nb\nb\nc\n", True),
        ("a\n...\n", "b\n", False),
        ("...\n", "", True),
        ("...\n", "warning: a\n", True),
        ("...\n", "error: a\n", False),
        ("head: 3f9...\n", "head: 3f9aa\n", True),
        ("head: 3f9...\n", "head: 4\n", False),
        ("(a.b)\n", "(axb)\n", False),
        ("", "anything\n", False),
    ],
)
def test_what_is_shown_is_compared(shown: str, said: str, same: bool) -> None:
    assert matches(shown, said) is same
