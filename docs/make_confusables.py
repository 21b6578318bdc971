"""Write rules/confusables-unicode.yaml from Unicode's confusables.txt, which lies beside no code.

    python docs/make_confusables.py confusables.txt

Taken are the characters that Unicode holds for a single Latin letter, after folding; the rest
stays what it is. What `rules/confusables.yaml` says, goes before what stands here.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

RULES = Path(__file__).parents[1] / "rules"
_ROW = re.compile(r"([0-9A-F]+) ;\t([0-9A-F ]+) ;")
_DRAWN_AS_TWO = {"rn": "m"}
_READ_AS = {"i": "l"}
"""As in rules/confusables.yaml: i and l are one."""
_HEAD = """language: 1
# Characters that are read as a Latin letter, by that letter; names are folded first, so only small
# letters stand here. Made by docs/make_confusables.py from confusables.txt of Unicode
# {version} (Unicode Technical Standard 39), (c) Unicode, Inc., under the Unicode License v3
# (https://www.unicode.org/license.txt). By hand: confusables.yaml.

confusables:
"""


def main(source: Path) -> None:
    """Write the file that the rules use, from Unicode's own."""
    text = source.read_text(encoding="utf-8-sig")
    version = re.search(r"# Version: ([\d.]+)", text)
    letters: dict[str, set[str]] = {}
    for character, letter in confusables(text).items():
        letters.setdefault(letter, set()).add(character)
    rows = (f'  {letter}: "{"".join(sorted(letters[letter]))}"\n' for letter in sorted(letters))
    head = _HEAD.format(version=version[1] if version else "?")
    (RULES / "confusables-unicode.yaml").write_text(head + "".join(rows), encoding="utf-8")


def confusables(text: str) -> dict[str, str]:
    """Return character to letter; what a small letter looks like goes before its capital."""
    small: dict[str, str] = {}
    capital: dict[str, str] = {}
    for character, letter in _rows(text):
        folded = _fold(character)
        if len(folded) == 1 and not folded.isascii() and folded.isalpha():
            (small if folded == character else capital).setdefault(folded, letter)
    return capital | small


def _rows(text: str) -> Iterator[tuple[str, str]]:
    for code, prototype in _ROW.findall(text):
        drawn = _fold("".join(chr(int(each, 16)) for each in prototype.split()))
        letter = _DRAWN_AS_TWO.get(drawn, drawn)
        if re.fullmatch("[a-z]", letter):
            yield chr(int(code, 16)), _READ_AS.get(letter, letter)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if c.isalnum())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
