"""What the reading of one policy file needs and gathers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from policycheck.policy.vocabulary import Vocabulary
from policycheck.problems import MAX_PROBLEMS, PolicycheckError, Problem, did_you_mean, quote
from policycheck.text import fold_text
from policycheck.yamlfile import Document, Node, Scalar


@dataclass
class Reader:
    """One file being read: what it is checked against, and what is wrong with it so far.

    Raises PolicycheckError where that becomes more than anybody reads.
    """

    document: Document
    vocabulary: Vocabulary | None = None
    """None: ids are taken as they are."""
    zone: str = "UTC"
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, node: Node, message: str, hint: str = "") -> None:
        """Note a problem at a node."""
        self._note(self.document.problem(node, message, hint))

    def refuse_within(
        self, scalar: Scalar, start: int, end: int, message: str, hint: str = ""
    ) -> None:
        """Note a problem at some characters of a scalar's text."""
        self._note(self.document.problem_within(scalar, start, end, message, hint))

    def _note(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) > 2 * MAX_PROBLEMS:
            raise PolicycheckError(self.problems)

    def ids(self, scalars: Iterable[Scalar], family: str) -> tuple[str, ...]:
        """Return the catalogue ids that are written, each checked against its family.

        family: a key of `Vocabulary.families`, as policies call it: `app`, `vendor`, ...
        """
        return tuple(self._known_id(scalar, family) for scalar in scalars)

    def _known_id(self, scalar: Scalar, family: str) -> str:
        word = scalar.text.strip()
        if self.vocabulary is None or word in self.vocabulary.family(family):
            return word
        known = self.vocabulary.family(family)
        named = self.vocabulary.names.get((family, fold_text(word)))
        few = len(known) if family == "category" else 20  # nobody knows by heart what we call them
        hint = f"its id is {quote(named)}" if named else did_you_mean(word, known, few)
        self.refuse(scalar, f"unknown {family.replace('_', ' ')} {quote(word)}", hint)
        return word
