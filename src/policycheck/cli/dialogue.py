"""The queue, asked item by item on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policycheck.text import visible

if TYPE_CHECKING:
    from policycheck.catalogue.catalogue import Catalogue
    from policycheck.review.answer_file import Answer
    from policycheck.review.candidate import Candidate

Prompt = Callable[[str, str], str]
"""Asks for a line; the second text is what an empty line means, empty for nothing."""


@dataclass
class Dialogue:
    """Asks for a decision on each item; the caller says how to ask and how to tell."""

    catalogue: Catalogue
    by: str
    prompt: Prompt
    tell: Callable[[str], None]
    _why: str = field(default="", init=False)

    def ask(self, candidates: Sequence[Candidate]) -> Iterator[Answer]:
        """Yield the decisions, until all are asked or somebody has had enough."""
        for number, candidate in enumerate(candidates, 1):
            self.tell(f"\n{number} of {len(candidates)}: {_describe(candidate)}")
            words = _words(candidate)
            answer = ""
            while answer not in {*words, "s", "q"}:
                choices = [f"[{key}] {word}" for key, word in words.items()]
                self.tell("   " + "\n   ".join([*choices, "[s] skip it, [q] stop here"]))
                answer = self.prompt("What is it?", "s").strip().lower()
            if answer == "q":
                return
            if answer != "s" and (row := self._row(answer, candidate)):
                yield self._answer(candidate, row)

    def _row(self, answer: str, candidate: Candidate) -> dict[str, object]:
        """Ask what else an answer needs; empty where it leads nowhere."""
        if answer == "a":
            return self._known(candidate)
        if answer == "n":
            return {"new_app": self._new(candidate)}
        denied: dict[str, object] = {}
        if candidate.suspected:
            denied["not_app"] = list(candidate.suspected)
        if answer == "x" and (roots := _roots(candidate, self.catalogue)):
            denied["not_category"] = roots
        return denied

    def _known(self, candidate: Candidate) -> dict[str, object]:
        from policycheck.catalogue.lookup import Match, look_up

        text = self.prompt("Which app?", next(iter(candidate.suspected), ""))
        hits = look_up(self.catalogue, text) if text.strip() else ()
        if hits and hits[0].match in {Match.ID, Match.NAME}:
            return {"is": hits[0].app.app_id}
        near = ", ".join(hit.app.app_id for hit in hits[:5])
        self.tell(f"   there is no such app{f'; like it: {near}' if near else ''}; it is skipped")
        return {}

    def _new(self, candidate: Candidate) -> dict[str, object]:
        from policycheck.review.rules import slug

        name = self.prompt("What is it called?", candidate.item.name or "")
        app = self.prompt("What should its id be?", slug(name))
        category = self.prompt("In which category is it?", next(iter(candidate.looks_like), "im"))
        return {"app": app, "names": [name], "category": [category]}

    def _answer(self, candidate: Candidate, row: dict[str, object]) -> Answer:
        from policycheck.review.answer_file import Answer, AnswerRow
        from policycheck.review.template import type_of

        while not (why := self.prompt("Why?", self._why).strip()):
            self.tell("   somebody will ask: say what you looked at")
        self._why = why
        item = {
            "kind": candidate.item.kind,
            "identifier": candidate.item.identifier,
            "identifier_type": type_of(candidate),
            "name": candidate.item.name,
            "publisher": candidate.item.publisher,
        }
        return Answer(AnswerRow.model_validate({"item": item, **row}), self.by, why)


def _describe(candidate: Candidate) -> str:
    from policycheck.review.template import about

    item = candidate.item
    first = visible(item.name or item.identifier or "-")
    if item.name and item.identifier:
        first += f" ({visible(item.identifier)})"
    lines = [first, visible(about(candidate))]
    if item.publisher:
        lines.append(f"published by {visible(item.publisher)}")
    return "\n   ".join(lines)


def _words(candidate: Candidate) -> dict[str, str]:
    """Return the answers that this item can have."""
    words = {"a": "an app that has a rule", "n": "an app that needs a rule"}
    if candidate.suspected:
        words["w"] = f"not {' or '.join(candidate.suspected)}, but perhaps another such app"
    words["x"] = "nothing of the kind"
    return words


def _roots(candidate: Candidate, catalogue: Catalogue) -> list[str]:
    """Return the widest categories that the item was taken for."""
    apps = (*candidate.suspected, *candidate.neighbours)
    taken = {*candidate.looks_like, *(c for app in apps for c in catalogue.apps[app].categories)}
    return sorted({(id_, *catalogue.categories.parents(id_))[-1] for id_ in taken})
