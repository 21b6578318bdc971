"""The options that several commands share: their names, variables and words stand here once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from policycheck.model import Severity
from policycheck.report import REPORTS
from policycheck.report.forms import LANGUAGES
from policycheck.report.grouped import GROUPS
from policycheck.report.words import STANDINGS


def sound(word: str | None) -> str | None:
    """Take bytes that are no text in this locale for `?`: nothing that is stored holds them."""
    return word and word.encode("utf-8", "replace").decode()


def parse_share(text: str) -> float:
    """Parse a share like `1%`."""
    from policycheck.yamlfile import parse_share as parse

    try:
        return parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _parse_form(text: str) -> str:
    if text not in REPORTS:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(REPORTS)}")
    return text


def _parse_language(text: str) -> str:
    if text not in LANGUAGES:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(LANGUAGES)}")
    return text


def _parse_group(text: str) -> str:
    if text not in GROUPS:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(GROUPS)}")
    return text


def _parse_standing(text: str) -> str:
    standing = text.replace("-", "_")
    if standing not in STANDINGS:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(STANDINGS)}")
    return standing


def _complete_form(incomplete: str) -> list[str]:
    return [name for name in REPORTS if name.startswith(incomplete)]


Format = Annotated[
    str,
    typer.Option(
        "--format",
        "-f",
        parser=_parse_form,
        metavar="|".join(REPORTS),
        envvar="POLICYCHECK_FORMAT",
        autocompletion=_complete_form,
        help="What is printed.",
    ),
]
Export = Annotated[
    list[Path] | None,
    typer.Option(
        "--export",
        metavar="FILE",
        help="Also write a file; its suffix tells what:"
        f" {' '.join(form.SUFFIX for form in REPORTS.values())}. Can be repeated.",
    ),
]
Language = Annotated[
    str,
    typer.Option(
        "--lang",
        parser=_parse_language,
        metavar="|".join(LANGUAGES),
        envvar="POLICYCHECK_LANG",
        help="Language of what people read: terminal, HTML, PDF and Excel.",
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        parser=_parse_group,
        metavar="|".join(GROUPS),
        autocompletion=lambda: list(GROUPS),
        help="Print the findings counted by this (as terminal, json or csv).",
    ),
]
Standings = Annotated[
    list[str] | None,
    typer.Option(
        "--status",
        parser=_parse_standing,
        metavar="|".join(STANDINGS),
        autocompletion=lambda: list(STANDINGS),
        help="Tell findings that stand so only. Can be repeated.",
    ),
]
Severities = Annotated[
    list[Severity] | None,
    typer.Option(
        "--severity", case_sensitive=False, help="Of these severities only. Can be repeated."
    ),
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help="First seen since the beginning of that day."),
]
PseudonymKey = Annotated[
    Path | None,
    typer.Option(
        "--pseudonym-key",
        metavar="FILE",
        envvar="POLICYCHECK_PSEUDONYM_KEY",
        help="Name no device and no person but by pseudonyms made with this secret, in every form"
        " but the terminal's (default: the config's `pseudonym_key`).",
    ),
]
Raw = Annotated[
    bool,
    typer.Option(
        "--raw", help="CSV: texts as they are, even where a spreadsheet takes one for a formula."
    ),
]
Bom = Annotated[
    bool, typer.Option("--bom", help="CSV: begin with the mark that Excel needs for Chinese.")
]
FailOn = Annotated[
    Severity | None,
    typer.Option(
        "--fail-on",
        envvar="POLICYCHECK_FAIL_ON",
        case_sensitive=False,
        help="Exit with 1 from this severity on (low).",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        envvar="POLICYCHECK_AS_OF",
        help="Judge as of then: a date means that day's end in the policy's time zone.",
    ),
]
AsItStood = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="As it stood then: a date means that day's end in the policy's time zone.",
    ),
]
StoreUrl = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        envvar="POLICYCHECK_STORE",
        help="Database to record in (sqlite:///policycheck.db in a workspace).",
    ),
]
FactsFolder = Annotated[
    Path | None,
    typer.Option(
        "--facts",
        metavar="DIR",
        envvar="POLICYCHECK_FACTS",
        help="Folder of the facts (NAME.facts beside the SQLite file).",
    ),
]
Policies = Annotated[
    list[str] | None,
    typer.Option(
        "--policy",
        "-p",
        metavar="NAME|FILE",
        envvar="POLICYCHECK_POLICY",
        help="Policy to audit by (those of the workspace). Can be repeated.",
    ),
]
Device = Annotated[
    str | None,
    typer.Option(
        "--device",
        metavar="ID",
        help="Whose the reports are that name no device (winget, adb, .reg).",
    ),
]
Drafts = Annotated[bool, typer.Option("--drafts", help="Judge policies that are drafts, too.")]
People = Annotated[
    Path | None,
    typer.Option(
        "--people",
        metavar="FILE",
        envvar="POLICYCHECK_PEOPLE",
        help="CSV of who is an employee, a partner, a contractor.",
    ),
]
Mappings = Annotated[
    list[Path] | None,
    typer.Option(
        "--mapping",
        metavar="FILE",
        envvar="POLICYCHECK_MAPPING",
        help="Says which column is what in other tables and JSON. Can be repeated.",
    ),
]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", envvar="POLICYCHECK_QUIET", help="Print problems only."),
]
NoColor = Annotated[
    bool,
    typer.Option("--no-color", envvar="POLICYCHECK_NO_COLOR", help="No colours (or set NO_COLOR)."),
]
MinCoverage = Annotated[
    float | None,
    typer.Option(
        "--min-coverage",
        parser=parse_share,
        metavar="SHARE",
        envvar="POLICYCHECK_MIN_COVERAGE",
        help="Exit with 3 if a control has fewer fresh and real answers, say 90%.",
    ),
]
MaxRejected = Annotated[
    float | None,
    typer.Option(
        "--max-rejected",
        parser=parse_share,
        metavar="SHARE",
        envvar="POLICYCHECK_MAX_REJECTED",
        help="Exit with 3 if more rows are unusable (1%).",
    ),
]
