"""A file of decisions: what the items of the queue are. The class is the schema."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from policycheck.catalogue.decision_file import ItemRow
from policycheck.catalogue.draft import Rule
from policycheck.catalogue.files import Id, Ids
from policycheck.problems import PolicycheckError, Problem
from policycheck.yamlfile import Boolean, Language, Model, OneOrMany, decode, mistake, read
from policycheck.yamlfile.schema import schema_of

Text = Annotated[str, Field(min_length=1)]
_ANSWERS = "is, new_app, not_app, not_category, skip"


class NewAppRow(Model):
    """An app that the catalogue does not know yet."""

    app: Id
    category: Ids
    names: OneOrMany[Text] = ()
    """By default the item's name."""
    vendor: Id | None = None
    """By default the vendor that the item's publisher is known as, else a new one, else nobody."""


class AnswerRow(Model):
    """One item and what it is."""

    item: ItemRow
    about: str = ""
    """For people: devices and reasons."""
    is_: Id | None = Field(default=None, alias="is")
    new_app: NewAppRow | None = None
    not_app: Ids = ()
    not_category: Ids = ()
    skip: Boolean = False
    by: Text | None = None
    why: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> AnswerRow:
        denied = bool(self.not_app or self.not_category)
        answers = [self.is_ is not None, self.new_app is not None, denied, self.skip]
        if sum(answers) != 1:
            said = "no answer" if not any(answers) else "several answers"
            raise mistake(f"this item has {said}", f"say one of {_ANSWERS}")
        return self


class AnswersFile(Model):
    """A file for `app review --decisions`."""

    language: Language
    by: Text | None = None
    """Who decided, where an entry does not say."""
    why: Text | None = None
    decisions: tuple[AnswerRow, ...]


@dataclass(frozen=True)
class Answer:
    """A decision with who and why filled in."""

    row: AnswerRow
    by: str
    why: str
    rule: Rule[AnswerRow] | None = None
    """Where it stands; null where it was typed."""

    def problem(self, message: str, *path: str | int, hint: str = "") -> Problem:
        """Make a problem at a path of keys and indices in the decision."""
        if self.rule is None:
            return Problem(message, None, hint)
        return self.rule.problem(message, *path, hint=hint)


def read_answers(path: Path, by: str | None) -> tuple[Answer, ...]:
    """Read a file of decisions; `by` says who decided where the file does not.

    Raises PolicycheckError with everything that is wrong in it.
    """
    document = read(path)
    file, problems = decode(document, AnswersFile)
    if file is None or problems:
        raise PolicycheckError(problems)
    whole = Rule(file, document, document.root)
    answers = [
        Answer(
            row,
            row.by or file.by or by or "",
            row.why or file.why or "",
            Rule(row, document, whole.at("decisions", at)),
        )
        for at, row in enumerate(file.decisions)
    ]
    lacking = [
        answer.problem(f"who decided this, and why? {key!r} is missing", "item", hint=hint)
        for answer in answers
        for key, value, hint in (
            ("by", answer.by, "say it here or at the top, or with --by"),
            ("why", answer.why, "say it here or at the top"),
        )
        if not value and not answer.row.skip
    ]
    if lacking:
        raise PolicycheckError(lacking)
    return tuple(answers)


def answers_schema() -> dict[str, Any]:
    """Make the JSON Schema of a file of decisions, for editors."""
    schema = schema_of(AnswersFile, "Decisions on unknown items")
    schema["$defs"]["AnswerRow"]["oneOf"] = [
        {"required": ["is"]},
        {"required": ["new_app"]},
        {"anyOf": [{"required": ["not_app"]}, {"required": ["not_category"]}]},
        {"required": ["skip"]},
    ]
    schema["$defs"]["ItemRow"]["anyOf"] = [{"required": ["identifier"]}, {"required": ["name"]}]
    return schema
