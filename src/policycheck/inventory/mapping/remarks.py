"""What a suggested mapping remarks on: what it may misread, or leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policycheck.inventory.mapping.headers import spell_header
from policycheck.inventory.mapping.sample import Sample
from policycheck.problems import quote
from policycheck.text import fold_text

_TOLD = (
    "appinstallstate installstate installstatus installationstate installationstatus installed"
    " isinstalled uninstalled uninstalledat removed removedat 安装状态 是否安装 卸载时间"
)
"""Headers that tell whether a listed app is there at all, such as Intune's `AppInstallState`."""
_GONE = (
    "uninstalled|uninstall|removed|deleted|not installed|notinstalled|missing|available"
    "|已卸载|卸载|未安装|已删除|已移除|deinstalliert|nicht installiert|désinstallé|non installé"
    "|アンインストール|未インストール"
)
"""Values of a row whose app is not there, whatever their column is called."""
_APP = re.compile(
    r"\b(apps?|applications?|software|programs?|programme?|anwendung(en)?|logiciels?)\b"
    r"|软件|应用|程序|アプリ|ソフト"
)
"""What the name of a column with apps holds (folded, in words)."""
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|[\W_]+")
_SEVERAL = re.compile(r"[;；、|\n]\s*\S")
_NUMBER = re.compile(r"[\d.,]*")

_STATES, _ABSENT = frozenset(_TOLD.split()), frozenset(_GONE.split("|"))


def write_remarks(sample: Sample, read: Sequence[str], item: str) -> Iterator[str]:
    """Yield remarks as lines of text.

    Args:
        sample: What the columns hold.
        read: The headers that the mapping reads.
        item: The one with the app's name or identifier; "" if there is none.
    """
    left = [name for name in sample if name not in read]
    if not item:
        for header in filter(lambda name: _may_hold_apps(name, sample[name]), left):
            yield f"{quote(header)} may hold apps, and is not read: if a row holds one, it is"
            yield "item: {name: ...}; several in a cell are read by no mapping."
        return
    if _hold_several(sample[item]):
        yield f"{quote(item)} seems to hold several apps in a cell, which no mapping takes apart:"
        yield "export one line for each app."
    for header in left:
        if _STATES.intersection(spell_header(header)) or _tells_gone(sample[header]):
            yield f"{quote(header)} may tell that a row's app is not installed:"
            yield "no mapping leaves such rows out; take them out of the export."


def _may_hold_apps(header: str, values: Sequence[str]) -> bool:
    """Tell whether a column is called after apps, and is more than their number."""
    words = fold_text(_WORDS.sub(" ", header))
    told = [value for value in values if value]
    return _APP.search(words) is not None and not (told and all(map(_NUMBER.fullmatch, told)))


def _hold_several(values: Sequence[str]) -> bool:
    """Tell whether most cells hold a list: a single name may hold such a sign too."""
    told = [value for value in values if value]
    return 2 * sum(_SEVERAL.search(value) is not None for value in told) > len(told)


def _tells_gone(values: Sequence[str]) -> bool:
    return any(fold_text(value.strip()) in _ABSENT for value in values)
