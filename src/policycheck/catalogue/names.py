"""How names are compared: as they are, bare of decoration, and by what they look like.

`plain` and `bare` lose nothing that tells two products apart. `Lookalikes.skeleton` loses
much on purpose: what is equal only there is a hint, never a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_NO_LETTERS = re.compile(r"[\W_]+")
_NO_ASCII_LETTERS = {code: None for code in range(128) if not chr(code).isalnum()}
_MARKS = (
    r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]+"
)
"""Characters that show nothing: joiners, directions, tags."""
_INVISIBLE = re.compile(_MARKS)
_OUTER_MARKS = re.compile(rf"^(?:\s|{_MARKS})+|(?:\s|{_MARKS})+$")
_MEANINGLESS = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if not chr(code).isalnum()},
    **dict.fromkeys(map(ord, "©®™")),
}
"""Full-width punctuation, which every Chinese keyboard types (full-width letters are a disguise),
and the signs of rights that makers put after their names."""
_DECORATED = (*")]0123456789", ".app", ".exe", ".lnk", "bit")
_LOCALE = r"[a-z]{2,3}[-_](?:[a-z]{4}[-_])?[a-z]{2}"
_NUMBER = r"\d+(?:\.\d+)+(?:[-+.]?(?:alpha|beta|rc|build|r)?\.?\d+)?"
_MACHINE = (
    r"(?:x|arm|amd|win|ia)?(?:64|32|86)(?:[ -]?bit)?|x86_64|aarch64|arm64-v8a|universal|intel"
)
_VERSION = r"(?:version|versión|versione|versão|wersja|версия|версія|版本|バージョン|버전|v\.?)"
_AUDIENCE = r"(?:current )?user|all users|machine(?:[- ]wide)?|system|msi|exe"
_WORD = rf"(?:(?:{_MACHINE})(?: [a-z]{{2}})?|{_AUDIENCE}|{_LOCALE}|(?:{_VERSION} ?)?{_NUMBER}|v\d+)"
"""A language of two letters counts beside a machine only: `(x64 de)`, and never `(TV)`."""
_TAILS = (
    (re.compile(r"\.(?:app|exe|lnk)$"), (".app", ".exe", ".lnk")),
    (re.compile(rf"\s*[(\[]{_WORD}(?:[ ,;/-]+{_WORD})*[)\]]$"), (")", "]")),
    (
        re.compile(rf"[\s_-]+(?:(?:{_VERSION} ?)?{_NUMBER}|v\d+|{_VERSION} \d+|(?:19|20)\d\d)$"),
        "",
    ),
    (re.compile(r"\s*\([0-9a-f]{16}\)$"), ")"),  # which server a ScreenConnect client reports to
    (
        re.compile(rf"[\s_-]+(?:{_MACHINE})$"),
        ("64", "32", "86", "bit", "universal", "intel", "v8a"),
    ),
)
"""What is cut from the end of a name, and how such ends end: to see that is much faster."""
_LOCALE_TAIL = re.compile(rf"\s+-\s+{_LOCALE}$")
_SHORTEST_LETTERS = 4
_SHORTEST_IDEOGRAPHS = 2
_IDEOGRAPH = re.compile(r"[\u2e80-\U0003ffff]")


def plain(name: str) -> str:
    """Fold a name: case, spaces, wide punctuation, the direction marks that stores put around it.

    Characters that only look like others stay what they are (`ＷｅＣｈａｔ` is not `wechat`).
    """
    if name.isascii():
        return " ".join(name.lower().split())
    folded = unicodedata.normalize("NFC", name.translate(_MEANINGLESS)).casefold()
    shown = _OUTER_MARKS.sub("", unicodedata.normalize("NFC", folded))
    return " ".join(shown.split())


def bare(folded: str) -> str:
    """Drop version, architecture, language and file ending from the end of a `plain` name.

    `Slack (x64)`, `Zoom Workplace (X64)`, `Cursor (User)`, `Mozilla Thunderbird 115.3 (x64 en-US)`
    and `Slack.app` lose them; a name that is nothing else (`1.1.1.1`) stays as it is.
    """
    shorter = _LOCALE_TAIL.sub("", folded) if " - " in folded else folded
    while shorter.endswith(_DECORATED):
        cut = shorter
        for tail, ends in _TAILS:
            if cut.endswith(ends):
                cut = tail.sub("", cut).rstrip(" -_,")
        if cut in ("", shorter):
            break
        shorter = cut
    return shorter


class Lookalikes:
    """Folds characters that are taken for one another, by the table in `rules/`."""

    def __init__(self, confusables: Mapping[str, str]) -> None:
        self._table = str.maketrans(dict(confusables))
        self._ascii_table = {**self._table, **_NO_ASCII_LETTERS}
        letters = {read: as_ for read, as_ in confusables.items() if read.isalpha()}
        self._letters = str.maketrans(letters)

    def skeleton(self, folded: str) -> str:
        """Reduce a `plain` name to what an eye reads: no spaces, marks, accents or look-alikes.

        Empty where so little is left (`X`, `VK`) that equality would say nothing.
        """
        letters = self.letters(folded)
        shortest = _SHORTEST_LETTERS
        if len(letters) < shortest and _IDEOGRAPH.search(letters):
            shortest = _SHORTEST_IDEOGRAPHS
        return letters if len(letters) >= shortest else ""

    def letters(self, folded: str) -> str:
        """Do the same, however little is left."""
        if folded.isascii():
            return folded.translate(self._ascii_table)
        apart = unicodedata.normalize("NFKD", folded).casefold()
        return _NO_LETTERS.sub("", apart).translate(self._table)

    def fold(self, folded: str) -> str:
        """Replace look-alikes but keep words apart; the same for a sign and for what is read."""
        return _INVISIBLE.sub("", folded).translate(self._letters)
