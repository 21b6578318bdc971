"""To come."""

import typer


def register(program: typer.Typer) -> None:
    """Nothing yet."""
