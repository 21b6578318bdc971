"""`policycheck init`: a new workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from policycheck.cli.output import say


def register(program: typer.Typer) -> None:
    """Add this command to the program."""
    program.command("init")(init)


def init(
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where; is made.")] = Path(),
    demo: Annotated[
        bool, typer.Option("--demo", help="With an invented fleet of 300 devices to audit.")
    ] = False,
    schema: Annotated[
        bool,
        typer.Option("--schema", help="Print the JSON Schema of policycheck.yaml; make nothing."),
    ] = False,
) -> None:
    """Make a workspace: settings, a policy, people, an inbox."""
    if schema:
        _print_schema()
        return
    from policycheck.new_workspace import make_workspace

    made = make_workspace(folder, demo=demo)
    say("\n".join(f"made {path}" for path in made))
    say(f"\nnext: read {folder / 'README.md'}")


def _print_schema() -> None:
    import json

    from policycheck.config import CONFIG, Config
    from policycheck.yamlfile.schema import schema_of

    say(json.dumps(schema_of(Config, CONFIG), indent=2, ensure_ascii=False))
