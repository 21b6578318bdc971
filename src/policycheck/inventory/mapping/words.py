"""The words that exports use for ownership, platform, form and the like.

In English and Chinese, and the usual ones in German, French and Japanese.

A mapping's own words come first; then these; what neither knows is left as it stands, and so
is found to be at fault where a vocabulary is closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policycheck.inventory.staging.columns import FALSE_WORDS, TRUE_WORDS, list_words, quote_text
from policycheck.model import Column

UNKNOWN = "unknown"
"""What a mapping writes for "the report does not say": it becomes null."""

EMPTY = (
    "", "-", "--", "---", "—", "——", "/", "n/a", "#n/a", "null", "(null)", "none", "nil",
    "无", "空", "暂无", "未知", "未填写", "不详", "unbekannt", "inconnu", "なし", "不明",
)  # fmt: skip
"""Cells that say nothing (lower case)."""

_TRUE = (
    *TRUE_WORDS,
    "y",
    "t",
    "on",
    "是",
    "有",
    "真",
    "√",
    "✓",
    "系统应用",
    "系统",
    "已管理",
    "受管",
    "ja",
    "oui",
    "はい",
)
_FALSE = (
    *FALSE_WORDS, "n", "f", "off", "否", "无", "假", "×", "用户应用", "第三方应用", "第三方",
    "用户", "未管理", "非受管", "nein", "non", "いいえ",
)  # fmt: skip
_CORPORATE = (
    "corporate", "company", "institutional", "accountdrivendeviceenrollment", "company_owned",
    "corporate-owned", "company owned", "corporate owned", "c", "s", "cobo", "cope",
    "corporate - dedicated", "corporate - shared", "企业", "公司", "企业设备", "公司设备",
    "公司配发", "企业配发", "单位", "单位配发", "公司资产", "公用",
    "firma", "unternehmen", "dienstlich", "entreprise", "société", "会社", "企業", "社用",
)  # fmt: skip
_PERSONAL = (
    "personal", "userenrollment", "accountdrivenuserenrollment", "personaldeviceprofile",
    "personally_owned", "employee owned", "employee", "byod", "e",
    "员工", "个人", "个人设备", "员工自带", "自带", "私人", "自有",
    "privat", "persönlich", "personnel", "個人", "私物",
)  # fmt: skip
_NO_OWNER = ("unknown", "undefined", "ownership_unspecified", "其他", "其它", "other")
_FORMS = {
    "phone": ("phone", "smartphone", "mobile phone", "手机", "智能手机"),
    "tablet": ("tablet", "pad", "平板", "平板电脑"),
    "laptop": ("laptop", "notebook", "笔记本", "笔记本电脑", "便携机"),
    "desktop": ("desktop", "workstation", "台式机", "台式电脑", "台式", "工作站"),
    "service": ("service", "服务"),
}
_PROFILES = {
    "work": ("work", "工作", "工作空间", "工作区"),
    "personal": ("personal", "个人", "个人空间"),
    "clone": ("clone", "分身", "应用分身", "双开"),
}
_PLATFORMS = (
    ("harmony", "harmonyos"), ("鸿蒙", "harmonyos"), ("android", "android"), ("安卓", "android"),
    ("ipados", "ipados"), ("ipad", "ipados"), ("macos", "macos"), ("mac os", "macos"),
    ("os x", "macos"), ("darwin", "macos"), ("iphone", "ios"), ("windows", "windows"),
    ("chromeos", "chromeos"), ("chrome os", "chromeos"), ("linux", "linux"), ("ubuntu", "linux"),
    ("debian", "linux"), ("centos", "linux"), ("red hat", "linux"), ("fedora", "linux"),
    ("suse", "linux"), ("uos", "linux"), ("统信", "linux"), ("kylin", "linux"), ("麒麟", "linux"),
    ("deepin", "linux"), ("深度", "linux"),
)  # fmt: skip
"""A word that a platform's text holds, lower case, the most telling first."""
_PLATFORM_STARTS = (("ios", "ios"), ("mac", "macos"), ("win", "windows"), ("其他", "other"))


def _invert(words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {theirs: ours for ours, several in words.items() for theirs in several}


def usual_words(column: Column, *, enrolled: bool) -> Mapping[str, str]:
    """Return what the words of a column usually mean: theirs in lower case -> ours.

    `enrolled`: a device manager reports, so a personal device is enrolled.
    """
    if column.type == "boolean":
        return _invert({"true": _TRUE, "false": _FALSE})
    personal = "personal_enrolled" if enrolled else "personal"
    return {
        "ownership": _invert({"corporate": _CORPORATE, personal: _PERSONAL, UNKNOWN: _NO_OWNER}),
        "form": _invert(_FORMS),
        "profile": _invert(_PROFILES),
        "platform": {},
    }.get(column.name, {})


def tell_word(column: Column, text: str) -> str:
    """Return our word for an export's; "" where none is known. Only for looking at samples."""
    word = text.strip().lower()
    usual = usual_words(column, enrolled=True)
    if word in usual or word in column.vocabulary:
        return usual.get(word, word)
    if column.name != "platform":
        return ""
    held = (platform for part, platform in _PLATFORMS if part in word)
    started = (platform for start, platform in _PLATFORM_STARTS if word.startswith(start))
    return next(held, "") or next(started, "")


def translate_words(
    column: Column, text: str, words: Mapping[str, str], *, enrolled: bool, otherwise: str = ""
) -> str:
    """Return the SQL that makes our words of an export's.

    Args:
        column: Ours.
        text: The SQL of a cleaned text.
        words: The mapping's own, stronger than the usual ones.
        enrolled: See `usual_words`.
        otherwise: Stands for every other text; "" leaves it as it is.
    """
    own = {theirs.strip().lower(): ours for theirs, ours in words.items()}
    known = {word: word for word in column.vocabulary}
    meant = {**usual_words(column, enrolled=enrolled), **known, **own}
    rest = _quote_word(otherwise) if otherwise else text
    if column.name == "platform":
        rest = _tell_platform(text, rest)
    whens = "".join(
        f" WHEN {quote_text(theirs)} THEN {_quote_word(ours)}" for theirs, ours in meant.items()
    )
    return f"CASE lower({text}){whens} ELSE {rest} END" if whens else rest


def _quote_word(word: str) -> str:
    return "NULL" if word == UNKNOWN else quote_text(word)


def _tell_platform(text: str, rest: str) -> str:
    held = "".join(
        f" WHEN contains(lower({text}), {quote_text(word)}) THEN {quote_text(platform)}"
        for word, platform in _PLATFORMS
    )
    started = "".join(
        f" WHEN starts_with(lower({text}), {quote_text(word)}) THEN {quote_text(platform)}"
        for word, platform in _PLATFORM_STARTS
    )
    return f"CASE WHEN {text} IS NULL THEN NULL{held}{started} ELSE {rest} END"


def clean_text(trimmed: str, empty: Sequence[str] = ()) -> str:
    """Return the SQL of a cell as it was meant; null where it says nothing.

    Spreadsheets keep numbers as text by `'123`, `="123"` or a leading tab, and people write
    `-` or `无` for nothing. `trimmed` is the SQL of a text without blanks around it.
    """
    formula = f"{trimmed} LIKE '=\"%\"'"
    bare = (
        f"CASE WHEN {formula} THEN nullif(trim({trimmed}[3:-2]), '')"
        f" WHEN starts_with({trimmed}, '''') THEN nullif(ltrim({trimmed}[2:]), '')"
        f" ELSE {trimmed} END"
    )
    words = list_words((*EMPTY, *(word.strip().lower() for word in empty)))
    return f"CASE WHEN lower({bare}) NOT IN {words} THEN {bare} END"
