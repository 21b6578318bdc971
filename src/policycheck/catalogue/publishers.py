"""How publishers are compared: without brackets, punctuation and legal form.

`Zoom Video Communications, Inc.` is `zoomvideocommunications`, and
`腾讯科技（深圳）有限公司` is `腾讯科技深圳`: one company signs itself in many ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from policycheck.text import fold_text

_DOTS = re.compile(r"[.'’`\"“”]")
_GAPS = re.compile(r"[\W_]+")
_FIRST_IDEOGRAPH = "\u2e80"
_TEAM_ID = re.compile(r"\(([A-Z0-9]{10})\)\s*$")
_SUBJECT_NAME = re.compile(r"(?:^|,)\s*(?:O|CN)\s*=\s*(\"[^\"]+\"|(?:\\,|[^,])+)")


class Publishers:
    """Compares companies by name, given the legal forms that make no difference."""

    def __init__(self, legal_forms: Iterable[str]) -> None:
        forms = [_words(form) for form in legal_forms]
        self._words = frozenset(form for form in forms if not _is_part(form))
        parts = sorted(filter(_is_part, forms), key=len, reverse=True)
        self._parts = re.compile("|".join(map(re.escape, parts)) or r"(?!)")

    def key(self, publisher: str) -> str:
        """Reduce a company's name to what distinguishes it; empty only for punctuation.

        A name of nothing but legal forms ("PT, Inc.") is known by its first word.
        """
        words = self._parts.sub(" ", _words(publisher)).split()
        return "".join([word for word in words if word not in self._words] or words[:1])


def signer_names(signer: str) -> tuple[str, ...]:
    """Return what a signer may be compared by: its text, an Apple team id in it, a subject's names.

    `Developer ID Application: Slack Technologies, Inc. (BQR82RBBHL)` yields the team;
    `CN=Zoom Video Communications, Inc., O="..."` yields the company.
    """
    team = _TEAM_ID.search(signer)
    subject = [name.strip('" ').replace("\\,", ",") for name in _SUBJECT_NAME.findall(signer)]
    title = signer.partition(": ")[2].rpartition(" (")[0] if team else ""
    return (signer.strip(), *((team[1], title) if team else ()), *subject)


def _is_part(form: str) -> bool:
    """Say whether a form stands inside a name without spaces (`有限公司`), or has spaces itself."""
    return " " in form or form >= _FIRST_IDEOGRAPH


def _words(name: str) -> str:
    return _GAPS.sub(" ", _DOTS.sub("", fold_text(name))).strip()
