"""A new workspace: copies of what `policycheck/templates` holds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

from policycheck.problems import PolicycheckError, Problem, quote
from policycheck.shipped import shipped


def make_workspace(folder: Path, *, demo: bool) -> list[Path]:
    """Make a workspace in a folder and return its files, sorted.

    demo: with an invented fleet. Raises PolicycheckError, and writes nothing, where one of the
    files is there already or the folder cannot be written to.
    """
    with as_file(files("policycheck") / "templates") as templates:
        sources = {"workspace": templates / "workspace"}
        if demo:
            sources |= {"demo": templates / "demo", "fleet": shipped("examples/fleet")}
        copies = {
            folder / below: source / below
            for source in sources.values()
            for below in _files(source)
        }
        _refuse_existing(copies)
        try:
            for target, source in copies.items():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        except OSError as error:
            message = f"cannot make {quote(str(folder))}: {error.strerror or error}"
            raise PolicycheckError([Problem(message, None)]) from error
    return sorted(copies)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder)


def _refuse_existing(paths: dict[Path, Path]) -> None:
    there = [path for path in sorted(paths) if path.exists()]
    if there:
        hint = "name a new folder"
        raise PolicycheckError(
            [Problem(f"{quote(str(path))} is there already", None, hint) for path in there]
        )
