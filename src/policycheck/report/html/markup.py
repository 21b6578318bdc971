"""HTML that is put together so that a text can never become a part of it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from policycheck.text import visible

LONGEST = 200
"""Characters of a foreign text that are shown where it is one of many."""


class Markup(str):
    """HTML; whatever is a plain `str` is a text, and becomes harmless on its way in."""

    __slots__ = ()


def text(value: str) -> Markup:
    """Return a text as HTML: escaped, and what is invisible in it made visible."""
    return Markup(escape(visible(value)))


def foreign(value: str | None) -> Markup:
    """Return a text of somebody else's file: cut where long, its direction its own affair."""
    if not value:
        return Markup("–")
    cut = value if len(value) <= LONGEST else value[:LONGEST] + "…"
    return element("bdi", cut)


def element(
    tag: str, *children: str | Iterable[Markup], **attributes: str | int | float | None
) -> Markup:
    """Return an element; `class_` is its class, `data_x` its `data-x`, None leaves one out."""
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{text(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{given}>{join(children)}</{tag}>")


def join(children: Iterable[str | Iterable[Markup]]) -> Markup:
    """Return children one after the other; lists of them are laid out."""
    return Markup("".join(map(_inner, children)))


def _inner(child: str | Iterable[Markup]) -> str:
    if isinstance(child, Markup):
        return child
    return text(child) if isinstance(child, str) else "".join(child)


def table(
    heads: Iterable[str], rows: Iterable[Iterable[str]], caption: str, class_: str = ""
) -> Markup:
    """Return a table that can be scrolled sideways; the first cell of a row is its head.

    Heads that start with `#` are of numbers.
    """
    heads = list(heads)
    kinds = ["number" if head.startswith("#") else None for head in heads]
    head = [
        element("th", name.lstrip("#"), scope="col", class_=kind)
        for name, kind in zip(heads, kinds, strict=True)
    ]
    body = [element("tr", _cells(row, kinds)) for row in rows]
    inner = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", head)),
        element("tbody", body),
        class_=class_ or None,
    )
    return element("div", inner, class_="scroll", role="group", aria_label=caption, tabindex=0)


def _cells(row: Iterable[str], kinds: list[str | None]) -> list[Markup]:
    cells = [element("td", cell, class_=kind) for cell, kind in zip(row, kinds, strict=True)]
    first = Markup(cells[0].replace("<td", '<th scope="row"', 1).replace("</td>", "</th>"))
    return [first, *cells[1:]]
