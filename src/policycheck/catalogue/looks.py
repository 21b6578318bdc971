"""What an unknown item looks like: the categories that its name or store category suggest.

Nothing here is proof. It keeps a messenger that nobody has described yet from passing
as compliant; such an item becomes `unclassified`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.names import Lookalikes
from policycheck.text import fold_text

_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_STORE = 200
_STORE_GAPS = re.compile(r"[\s_&/-]+")
_UNSPACED = re.compile(
    r"[\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff"
    r"\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Scripts without spaces, or whose vowel signs are no letters: there a word is a substring."""


class Looks:
    """The signs of all categories, made ready to be asked about one name after another."""

    def __init__(self, catalogue: Catalogue, lookalikes: Lookalikes) -> None:
        self._lookalikes = lookalikes
        self._stores: dict[str, set[str]] = {}
        self._words: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._parts: dict[str, set[str]] = {}
        self._unless: dict[str, frozenset[str]] = {}
        self._with_parents = {
            id_: frozenset({id_, *catalogue.categories.parents(id_)})
            for id_ in catalogue.categories
        }
        for id_, category in catalogue.categories.items():
            for store in category.looks.store_categories:
                self._stores.setdefault(_store_key(store), set()).add(id_)
            for sign in category.looks.words:
                self._add_sign(sign, id_)
            unless = category.looks.unless
            self._unless[id_] = frozenset(map(fold_text, unless)) | {*map(self._fold, unless)}
        self._first_words = frozenset(self._words)
        self._any_part = re.compile("|".join(map(re.escape, sorted(self._parts))) or r"(?!)")

    def categories_of(self, name: str | None, store_category: str | None) -> frozenset[str]:
        """Return what an item looks like, parents included; empty if like nothing."""
        found: set[str] = set()
        if store_category:
            found |= self._stores.get(_store_key(store_category), set())
        text = self._fold(name) if name else ""
        words = _WORD.findall(text)
        if not self._first_words.isdisjoint(words):
            found.update(self._by_words(words))
        if not text.isascii() and self._any_part.search(text):
            found.update(*(ids for part, ids in self._parts.items() if part in text))
        if not found:
            return frozenset()
        told = (id_ for id_ in found if not self._explained_away(id_, words, text))
        return frozenset().union(*(self._with_parents[id_] for id_ in told))

    def _by_words(self, words: list[str]) -> Iterator[str]:
        for at, word in enumerate(words):
            for phrase, id_ in self._words.get(word, ()):
                if tuple(words[at : at + len(phrase)]) == phrase:
                    yield id_

    def _explained_away(self, category_id: str, words: Iterable[str], text: str) -> bool:
        unless = self._unless[category_id]
        return not unless.isdisjoint(words) or any(
            sign in text for sign in unless if _UNSPACED.search(sign)
        )

    def _add_sign(self, sign: str, category_id: str) -> None:
        if _UNSPACED.search(sign):
            self._parts.setdefault(self._fold(sign), set()).add(category_id)
            return
        for folded in {fold_text(sign), self._lookalikes.fold(fold_text(sign))}:
            phrase = tuple(_WORD.findall(folded))
            self._words.setdefault(phrase[0], []).append((phrase, category_id))

    def _fold(self, text: str) -> str:
        """Fold a name; look-alikes only where there is a stranger among its letters."""
        folded = fold_text(text)
        return folded if folded.isascii() else self._lookalikes.fold(folded)


def _store_key(store_category: str) -> str:
    """Fold a store's category: `SOCIAL_NETWORKING`, `public.app-category.social-networking`.

    Stores have some hundred; what is longer than any of theirs is not kept.
    """
    fold = _fold_store if len(store_category) < _LONGEST_STORE else _fold_store.__wrapped__
    return fold(store_category)


@lru_cache(maxsize=4096)
def _fold_store(store_category: str) -> str:
    return _STORE_GAPS.sub(" ", fold_text(store_category).rpartition(".")[2]).strip()
