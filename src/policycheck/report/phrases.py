"""What reports for people say, in English and Chinese (`phrases.*.json`); a test compares the two.

A phrase with a number in it has two English forms, `one|many`; `#` stands before the head of a
column of numbers. Keys that begin with `js_`, and those of words (`status_...`, `reason_...`), go
to the program of the HTML page as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files

from policycheck.report.forms import LANGUAGES
from policycheck.report.reasons import REASONS

_OF_THE_PROGRAM = (
    "js_", "status_", "severity_", "platform_", "ownership_", "reason_", "column_", "closed_",
)  # fmt: skip


class Phrases:
    """All phrases in one language."""

    def __init__(self, language: str) -> None:
        """Read a language's phrases; an unknown one is English."""
        self.language = language if language in LANGUAGES else "en"
        path = files("policycheck.report") / f"phrases.{self.language}.json"
        reasons = _reasons() if self.language == "en" else {}
        self._phrases: Mapping[str, str] = reasons | json.loads(path.read_text("utf-8"))

    def __call__(self, key: str, count: int | None = None, **values: object) -> str:
        """Return a phrase with its values; `count` stands in it as `{n}` and chooses its form."""
        one, _, many = self._phrases[key].partition("|")
        phrase = many if many and count != 1 else one
        counted = {} if count is None else {"n": f"{count:,}"}
        return phrase.format(**counted, **values)

    def word(self, kind: str, value: str | None) -> str:
        """Return a word of a fixed vocabulary (`severity`, `high`), itself where it is unknown."""
        if value is None:
            return self._phrases["not_known"]
        return self._phrases.get(f"{kind}_{value}", value)

    def head(self, key: str) -> str:
        """Return a phrase as the head of a column, where nothing marks those of numbers."""
        return self(key).removeprefix("#")

    def for_the_program(self) -> dict[str, str]:
        """Return the phrases that the page's program needs."""
        return {
            key: phrase for key, phrase in self._phrases.items() if key.startswith(_OF_THE_PROGRAM)
        }

    def keys(self) -> set[str]:
        """Return all keys, for a test."""
        return set(self._phrases)


def _reasons() -> dict[str, str]:
    """Return the reasons in English, which are not only for reports."""
    phrases: dict[str, str] = {}
    for reason, explained in REASONS.items():
        phrases[f"reason_{reason}"] = explained.short
        phrases[f"why_{reason}"] = explained.why
        phrases[f"remedy_{reason}"] = explained.remedy
    return phrases


ENGLISH = Phrases("en")
"""The language of forms that have but one."""
