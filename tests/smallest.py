"""Makes a failing case small: drops whatever can be dropped while it still fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pprint import pformat

from cases import Case, yaml_text

PARTS = ("policies", "devices", "people", "attestations", "waivers")


def smallest(case: Case, fails: Callable[[Case], bool]) -> Case:
    """Drop one thing after another: first halves of lists, then what lies deeper.

    `fails` may raise for what is no case any more; that counts as not failing.
    """
    for part in PARTS:
        case = _fewer(case, part, fails)
    again = True
    while again:
        again = False
        for smaller in _one_less(case):
            if _safely(fails, smaller):
                case, again = smaller, True
                break
    return case


def _fewer(case: Case, part: str, fails: Callable[[Case], bool]) -> Case:
    """Halve one list of the case for as long as either half fails."""
    things = getattr(case, part)
    while len(things) > 1:
        middle = len(things) // 2
        halves = (things[:middle], things[middle:])
        half = next((h for h in halves if _safely(fails, replace(case, **{part: h}))), None)
        if half is None:
            break
        things = half
        case = replace(case, **{part: half})
    return case


def _safely(fails: Callable[[Case], bool], case: Case) -> bool:
    try:
        return fails(case)
    except Exception:  # a case that cannot be judged is not the one that is looked for
        return False


def _one_less(case: Case) -> Iterator[Case]:
    for part in PARTS:
        for smaller in _prunings(getattr(case, part)):
            yield replace(case, **{part: smaller})


def _prunings(tree: object) -> Iterator[object]:
    """Yield copies of a tree of lists and dicts that lack one entry, the shallow ones first."""
    if isinstance(tree, list):
        for place in range(len(tree)):
            yield tree[:place] + tree[place + 1 :]
        for place, inner in enumerate(tree):
            for smaller in _prunings(inner):
                yield [*tree[:place], smaller, *tree[place + 1 :]]
    if isinstance(tree, dict):
        for key in tree:
            yield {name: value for name, value in tree.items() if name != key}
        for key, inner in tree.items():
            for smaller in _prunings(inner):
                yield tree | {key: smaller}


def written(case: Case) -> str:
    """Write a case for a reader."""
    policies = "---\n".join(map(yaml_text, case.policies))
    records = "---\n".join(map(yaml_text, [*case.attestations, *case.waivers]))
    inventory = pformat({"people": case.people, "devices": case.devices}, width=100)
    return f"as of {case.as_of}\n{policies}\n{records}\n{inventory}"
