"""How names are compared: as they are, bare of decoration, and by what they look like.

`plain` and `bare` lose nothing that tells two products apart. `Lookalikes.skeleton` loses
much on purpose: what is equal only there is a hint, never a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_SPACES = re.compile(r"\s+")
_NO_LETTERS = re.compile(r"[\W_]+")
_WIDE_MARKS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if not chr(code).isalnum()}
"""Full-width punctuation, which every Chinese keyboard types; full-width letters are a disguise."""
_DECORATED = (*")]0123456789", ".app", ".exe", ".lnk", "bit")
_LOCALE = r"[a-z]{2,3}[-_](?:[a-z]{4}[-_])?[a-z]{2}"
_NUMBER = r"\d+(?:\.\d+)+(?:[-+.]?(?:alpha|beta|rc|build|r)?\.?\d+)?"
_MACHINE = (
    r"(?:x|arm|amd|win|ia)?(?:64|32|86)(?:[ -]?bit)?|x86_64|aarch64|arm64-v8a|universal|intel"
)
_AUDIENCE = r"(?:current )?user|all users|machine(?:[- ]wide)?|system|msi|exe"
_WORD = rf"(?:{_MACHINE}|{_AUDIENCE}|{_LOCALE}|(?:version |v)?{_NUMBER}|v\d+)"
_TAILS = (
    re.compile(r"\.(?:app|exe|lnk)$"),
    re.compile(rf"\s*[(\[]{_WORD}(?:[ ,;/-]+{_WORD})*[)\]]$"),
    re.compile(rf"[\s_-]+(?:(?:version |v\.? ?)?{_NUMBER}|v\d+|version \d+|(?:19|20)\d\d)$"),
    re.compile(rf"[\s_-]+(?:{_MACHINE})$"),
)
_LOCALE_TAIL = re.compile(rf"\s+-\s+{_LOCALE}$")
_SHORTEST_LETTERS = 4
_SHORTEST_IDEOGRAPHS = 2
_FIRST_IDEOGRAPH = "\u2e80"


def plain(name: str) -> str:
    """Fold a name: case, spaces, wide punctuation, the direction marks that stores put around it.

    Characters that only look like others stay what they are (`ＷｅＣｈａｔ` is not `wechat`).
    """
    if name.isascii():
        return _SPACES.sub(" ", name.strip().lower())
    folded = unicodedata.normalize("NFC", name.translate(_WIDE_MARKS)).casefold()
    return _without_outer_marks(_SPACES.sub(" ", unicodedata.normalize("NFC", folded)))


def bare(folded: str) -> str:
    """Drop version, architecture, language and file ending from the end of a `plain` name.

    `Slack (x64)`, `Zoom Workplace (X64)`, `Cursor (User)`, `Mozilla Thunderbird 115.3 (x64 en-US)`
    and `Slack.app` lose them; a name that is nothing else (`1.1.1.1`) stays as it is.
    """
    shorter = _LOCALE_TAIL.sub("", folded) if " - " in folded else folded
    while shorter.endswith(_DECORATED):
        cut = shorter
        for tail in _TAILS:
            cut = tail.sub("", cut).rstrip(" -_,")
        if cut in ("", shorter):
            break
        shorter = cut
    return shorter


class Lookalikes:
    """Folds characters that are taken for one another, by the table in `rules/`."""

    def __init__(self, confusables: Mapping[str, str]) -> None:
        self._table = str.maketrans(dict(confusables))
        letters = {read: as_ for read, as_ in confusables.items() if read.isalpha()}
        self._letters = str.maketrans(letters)

    def skeleton(self, folded: str) -> str:
        """Reduce a `plain` name to what an eye reads: no spaces, marks, accents or look-alikes.

        Empty where so little is left (`X`, `VK`) that equality would say nothing.
        """
        if not folded.isascii():
            folded = unicodedata.normalize("NFKD", folded).casefold()
        letters = _NO_LETTERS.sub("", folded).translate(self._table)
        shortest = _SHORTEST_LETTERS
        if any(letter >= _FIRST_IDEOGRAPH for letter in letters):
            shortest = _SHORTEST_IDEOGRAPHS
        return letters if len(letters) >= shortest else ""

    def fold(self, folded: str) -> str:
        """Replace look-alikes but keep words apart; the same for a sign and for what is read."""
        if not folded.isascii():
            folded = "".join(c for c in folded if unicodedata.category(c) != "Cf")
        return folded.translate(self._letters)


def _without_outer_marks(folded: str) -> str:
    first, last = 0, len(folded)
    while first < last and unicodedata.category(folded[first]) == "Cf":
        first += 1
    while first < last and unicodedata.category(folded[last - 1]) == "Cf":
        last -= 1
    return folded[first:last].strip()
