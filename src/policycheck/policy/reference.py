"""What another file (a waiver, an attestation) refers to: a policy, and one of its controls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from policycheck.policy.model import Control, Policy
from policycheck.policy.reader import Reader
from policycheck.problems import PolicycheckError, Problem, did_you_mean, quote
from policycheck.yamlfile import Document, Node, Scalar, read
from policycheck.yamlfile import Mapping as MapNode


class Reference(NamedTuple):
    """A control, and the policy that it stands in."""

    policy: Policy
    control: Control


Policies = Mapping[str, Policy]
"""All that can be referred to, by id."""


def policy_named(documents: Iterable[Document]) -> frozenset[str]:
    """Return the ids that files have under `policy`."""
    nodes = (_node(document.root, "policy") for document in documents)
    return frozenset(node.text for node in nodes if node is not None)


def refer(reader: Reader, policies: Policies) -> Reference | None:
    """Look up a file's `policy` and `control`; a former id of the control will do.

    None, and a problem, where there is no such thing; None where nothing is written.
    """
    root = reader.document.root
    named, control_node = _node(root, "policy"), _node(root, "control")
    if named is None:
        return None
    policy = policies.get(named.text)
    if policy is None:
        hint = did_you_mean(named.text, policies)
        reader.refuse(named, f"there is no policy {quote(named.text)}", hint)
        return None
    if control_node is None:
        return None
    for control in policy.controls:
        if control_node.text in (control.id, *control.formerly):
            return Reference(policy, control)
    message = f"policy {quote(policy.policy)} has no control {quote(control_node.text)}"
    hint = did_you_mean(control_node.text, [control.id for control in policy.controls])
    reader.refuse(control_node, message, hint)
    return None


def zone_of(document: Document, policies: Policies) -> str:
    """Return the time zone of the policy that a file refers to."""
    named = _node(document.root, "policy")
    policy = None if named is None else policies.get(named.text)
    return "UTC" if policy is None else policy.timezone


def _node(root: Node, key: str) -> Scalar | None:
    node = root.get(key) if isinstance(root, MapNode) else None
    return node if isinstance(node, Scalar) and not node.is_null else None


class Referring(Protocol):
    """What refers to a control, and has an id of its own."""

    @property
    def id(self) -> str:
        """Its id, which no other file of its kind has."""

    @property
    def path(self) -> str:
        """Its file."""


R = TypeVar("R", bound=Referring)
ReadOne = Callable[[Document, Policies], tuple[R | None, list[Problem]]]


def read_all(paths: Iterable[Path]) -> tuple[list[Document], list[Problem]]:
    """Parse files; what cannot be parsed is a problem."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            documents.append(read(path))
        except PolicycheckError as error:
            problems += error.problems
    return documents, problems


def load_all(
    documents: Iterable[Document], policies: Policies, read_one: ReadOne[R], key: str
) -> tuple[tuple[R, ...], list[Problem]]:
    """Read files of one kind, whose id stands under `key`; returns all that is wrong with them."""
    known: dict[str, R] = {}
    problems: list[Problem] = []
    for document in documents:
        one, found = read_one(document, policies)
        problems += found
        if one is None:
            continue
        if one.id in known:
            node = _node(document.root, key) or document.root
            message = f"{key} {quote(one.id)} is there already"
            problems.append(document.problem(node, message, f"it is in {known[one.id].path}"))
        known.setdefault(one.id, one)
    return tuple(known.values()), problems
