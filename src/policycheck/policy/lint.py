"""Remarks on policies that are right, and yet may not say what their author thinks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from policycheck.policy.calendar import end_of_day
from policycheck.policy.condition import ALWAYS
from policycheck.policy.controls import Attest, Require
from policycheck.policy.load import load
from policycheck.policy.model import Control, Policy, StandingException, Term
from policycheck.policy.vocabulary import Vocabulary
from policycheck.problems import Problem, quote, sort_problems
from policycheck.yamlfile import Document, Mapping, Node, Scalar, Sequence, read


def lint_files(paths: Iterable[Path], vocabulary: Vocabulary | None = None) -> tuple[Problem, ...]:
    """Load policies and look through them. Returns warnings, by place.

    Raises PolicycheckError with every error of every file, if there is any.
    """
    paths = list(paths)
    policies = load(paths, vocabulary)
    documents = [read(path) for path in paths]
    return tuple(
        remark
        for document, policy in zip(documents, policies, strict=True)
        for remark in lint(document, policy, vocabulary)
    )


def lint(
    document: Document, policy: Policy, vocabulary: Vocabulary | None = None
) -> tuple[Problem, ...]:
    """Look through a policy that was loaded from this document. Returns warnings, by place."""
    root = document.root
    if not isinstance(root, Mapping):
        return ()
    remarks = [
        *_remark_on_name(root, document, policy),
        *_remark_on_exceptions(root, policy.exceptions),
    ]
    controls = root.get("controls")
    nodes = controls.items if isinstance(controls, Sequence) else ()
    for node, control in zip(nodes, policy.controls, strict=True):
        if isinstance(node, Mapping):
            remarks += _remark_on_control(node, control, policy, vocabulary)
    return sort_problems(
        document.problem(node, message, hint, "warning") for node, message, hint in remarks
    )


Remark = tuple[Node, str, str]
"""Where, what, and what to do about it."""


def _remark_on_name(root: Mapping, document: Document, policy: Policy) -> Iterator[Remark]:
    stem = PurePath(document.path).stem
    node = root.get("policy")
    if node is not None and stem != policy.policy:
        hint = f"'-p {policy.policy}' looks for {policy.policy}.yaml"
        yield node, f"the file of policy {quote(policy.policy)} is called {quote(stem)}", hint


def _remark_on_exceptions(
    holder: Mapping, exceptions: tuple[StandingException, ...]
) -> Iterator[Remark]:
    listed = holder.get("except")
    nodes = listed.items if isinstance(listed, Sequence) else ()
    for node, exception in zip(nodes, exceptions, strict=True):
        if not exception.reason:
            yield node, "the exception gives no reason", "say why, for who asks in a year"
        if exception.when == ALWAYS:
            yield node, "the exception excuses everything that is in scope", ""


def _remark_on_control(
    node: Mapping, control: Control, policy: Policy, vocabulary: Vocabulary | None
) -> Iterator[Remark]:
    yield from _remark_on_exceptions(node, control.exceptions)
    yield from _remark_on_dates(node, control, policy)
    names_item = any("{item." in text for text in control.remediation.values())
    if names_item and isinstance(control.demand, Attest | Require):
        hint = "no item stands behind such a violation"
        yield _at(node, "remediation"), "the remediation names an item", hint
    for term, term_node in zip(control.demand.selector, _term_nodes(node), strict=True):
        yield from _remark_on_term(term_node, term, vocabulary)


def _remark_on_dates(node: Mapping, control: Control, policy: Policy) -> Iterator[Remark]:
    start, end = policy.effective(control)
    if start is not None and end is not None and end < start:
        hint = "its dates and the policy's do not meet"
        yield _at(node, "id"), f"control {quote(control.id)} is never in force", hint
    elif start and control.deadline and end_of_day(control.deadline, policy.timezone) < start:
        hint = "what is found is overdue from the first day"
        yield _at(node, "deadline"), "the deadline is before the control takes effect", hint


def _at(holder: Mapping, key: str) -> Node:
    return holder.get(key) or holder


def _term_nodes(control: Mapping) -> tuple[Mapping, ...]:
    """Return the maps of a control's selector, in the order of its terms."""
    only = control.get("only")
    among = only.get("among") if isinstance(only, Mapping) else None
    attest = control.get("attest")
    against = attest.get("contradicted_by") if isinstance(attest, Mapping) else None
    selector = among or control.get("forbid") or control.get("require") or against
    nodes = selector.items if isinstance(selector, Sequence) else (selector,)
    return tuple(node for node in nodes if isinstance(node, Mapping))


def _remark_on_term(node: Mapping, term: Term, vocabulary: Vocabulary | None) -> Iterator[Remark]:
    yield from _remark_on_versions(node)
    yield from _remark_on_where(node, term)
    empty = vocabulary.empty_categories if vocabulary else frozenset()
    for category in sorted(set(term.categories) & empty):
        hint = "the catalogue can only tell what looks like it"
        yield _at(node, "category"), f"no app is in the category {quote(category)}", hint


def _remark_on_versions(node: Mapping) -> Iterator[Remark]:
    version = node.get("version")
    for scalar in version.items if isinstance(version, Sequence) else (version,):
        if isinstance(scalar, Scalar) and scalar.style is None:
            hint = "put it in quotes: other tools read 1.10 as the number 1.1"
            yield scalar, f"the version {quote(scalar.text)} is not quoted", hint


def _remark_on_where(node: Mapping, term: Term) -> Iterator[Remark]:
    if term.where is None:
        return
    where = _at(node, "where")
    if not term.where.columns:
        yield where, "'where' reads no column: it says the same of every item", ""
    for function in term.where.functions:
        if function == "coalesce":
            hint = "see that the answer is wanted where the column is empty"
            yield where, "coalesce turns 'not known' into an answer", hint
        elif function in ("lower", "upper", "trim"):
            hint = "leave it out: texts compare trimmed and without case anyway"
            yield where, f"{function} changes nothing", hint
