"""What of an unknown item looks like something controlled, in words."""

from __future__ import annotations

from collections.abc import Iterator

from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.looks import Looks
from policycheck.catalogue.names import Lookalikes
from policycheck.catalogue.recognise import Recognition
from policycheck.report.words import words_of
from policycheck.review.candidate import UnknownItem
from policycheck.review.controlled import Controlled
from policycheck.text import fold_text


class Signs:
    """The signs of name and store category; see `makers` for those of publisher and signer."""

    def __init__(self, catalogue: Catalogue, controlled: Controlled) -> None:
        self._catalogue = catalogue
        self._controlled = controlled
        self._lookalikes = Lookalikes(catalogue.confusables)
        self._looks = Looks(catalogue, self._lookalikes)

    def suspected(self, recognition: Recognition) -> dict[str, str]:
        """Return the controlled apps that an item may be, each with the reason in words."""
        return {
            meaning.app_id: f"may be {self._catalogue.apps[meaning.app_id].name}, by its"
            f" {words_of(meaning.basis)}"
            for meaning in recognition.meanings
            if meaning.app_id in self._controlled.apps
        }

    def looks(self, item: UnknownItem, recognition: Recognition) -> tuple[list[str], list[str]]:
        """Return the controlled categories that an item looks like, and the reasons in words.

        What an audit calls `unclassified`, and nothing that somebody denied.
        """
        seen = recognition.looks_like & self._controlled.categories
        if not seen:
            return [], []
        by_name = self._looks.categories_of(item.name, None) & seen
        by_store = self._looks.categories_of(None, item.store_category) & seen
        reasons = [f"{self._word(item.name or '', by_name)} in its name"] if by_name else []
        if by_store:
            reasons.append(f"store category {item.store_category}")
        above = {parent for id_ in seen for parent in self._catalogue.categories.parents(id_)}
        return sorted(seen - above), reasons

    def _word(self, name: str, categories: frozenset[str]) -> str:
        """Return the longest sign of the categories that the name holds."""
        fold, read = self._lookalikes.fold, fold_text(name)
        folded = fold(read)
        held = [
            sign
            for sign in self._signs(categories)
            if fold_text(sign) in read or fold(fold_text(sign)) in folded
        ]
        return f"'{max(held, key=len)}'" if held else "a word"

    def _signs(self, categories: frozenset[str]) -> Iterator[str]:
        return (sign for id_ in categories for sign in self._catalogue.categories[id_].looks.words)
