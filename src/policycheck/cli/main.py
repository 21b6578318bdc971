"""The program: its commands, and what becomes of errors.

`main` is the only place that catches everything. What is the user's is told in words and ends
with exit 2; what is ours ends with exit 70 and the file that holds the traceback.
"""

from __future__ import annotations

import errno
import gc
import io
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from policycheck import __version__
from policycheck.cli import (
    app,
    attestation,
    audit,
    device,
    evidence,
    explain,
    init,
    inventory,
    notify,
    policy,
    report,
    store,
    violation,
    waiver,
    watch,
)
from policycheck.cli.exits import Exit
from policycheck.cli.output import print_problems, say
from policycheck.problems import PolicycheckError, Problem

_FEW_COLLECTIONS = 100_000
"""Rows by the hundred thousand pass through Python as tuples, which no cycle can hold; looking for
cycles after every 700 new objects takes a twentieth of a large audit."""

program = typer.Typer(
    name="policycheck",
    help="Check device and app inventories against a company's memo on communication.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
_OF_THE_MACHINE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, errno.EMFILE}
)
"""Errors that are not ours: no room, a broken disk, no permission, too many open files."""
for noun in (
    init, audit, watch, report, violation, device, waiver, attestation, explain, policy, app,
    inventory, store, evidence, notify,
):  # fmt: skip
    noun.register(program)


def _print_version(asked: bool) -> None:
    if asked:
        say(f"policycheck {__version__}")
        raise typer.Exit


@program.callback()
def _program(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    try:
        Path.cwd()
    except FileNotFoundError as error:
        message = "the folder that you are in is not there any more"
        raise PolicycheckError([Problem(message, None, "cd to another one")]) from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code."""
    gc.set_threshold(_FEW_COLLECTIONS)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = program(args=arguments, prog_name="policycheck", standalone_mode=False)
        return int(code or Exit.CLEAN)
    except PolicycheckError as error:
        print_problems(error.problems)
        return Exit.COULD_NOT_AUDIT
    except TyperException as error:
        _print_usage(error)
        return Exit.COULD_NOT_AUDIT
    except (KeyboardInterrupt, typer.Abort):
        return _tell_of_interruption()
    except Exception as error:
        if _was_interrupted(error):
            return _tell_of_interruption()
        if isinstance(error, OSError) and error.errno in _OF_THE_MACHINE:
            print_problems([_describe_machine(error)])
            return Exit.COULD_NOT_AUDIT
        exhausted = _describe_exhaustion(error)
        print_problems([exhausted or _describe_bug(error)])
        return Exit.COULD_NOT_AUDIT if exhausted else Exit.BUG


def _tell_of_interruption() -> Exit:
    print_problems([Problem("interrupted", None)])
    return Exit.INTERRUPTED


def _was_interrupted(error: Exception) -> bool:
    """Tell Ctrl-C in the middle of a query, which DuckDB turns into an error of its own."""
    return isinstance(error, RuntimeError) and str(error) == "Query interrupted"


def _describe_machine(error: OSError) -> Problem:
    """Say what the machine could not do; nothing that was not finished has been recorded."""
    where = f": {error.filename}" if error.filename else ""
    reason = str(error.strerror)
    return Problem(f"{reason[:1].lower()}{reason[1:]}{where}", None, "mend that, and run it again")


def _describe_exhaustion(error: Exception) -> Problem | None:
    """Say what DuckDB ran out of; None for any other error."""
    if "duckdb" not in sys.modules:
        return None
    from policycheck.engine.session import describe_exhaustion

    return describe_exhaustion(error)


def _print_usage(error: TyperException) -> None:
    """Say what is wrong with the words; a noun without a verb is answered with its help."""
    message = error.format_message()
    if message.startswith("Usage: "):
        sys.stderr.write(f"{message}\n")
        return
    message = " ".join(message.split()).rstrip(".")
    context = getattr(error, "ctx", None)
    command = "policycheck" if context is None else context.command_path
    hint = f"see '{command} --help'"
    print_problems([Problem(message[:1].lower() + message[1:], None, hint)])


def _describe_bug(error: Exception) -> Problem:
    """Put the traceback into a file, and say where it is."""
    text = f"policycheck {__version__}, Python {sys.version}\n{traceback.format_exc()}"
    message = f"this is a bug in policycheck: {type(error).__name__}: {error}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="policycheck-", suffix=".txt", delete=False,
            encoding="utf-8", errors="replace",
        ) as file:  # fmt: skip
            file.write(text)
    except OSError:  # not even room for that
        return Problem(f"{message}\n{text}", None, "please report it, with all of this")
    return Problem(message, None, f"please report it, with the traceback in {Path(file.name)}")
