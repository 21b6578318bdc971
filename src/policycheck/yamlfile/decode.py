"""Nodes to frozen pydantic models; what does not fit, to problems with places.

The class is the schema: what a file may say stands in the models and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from policycheck.problems import (
    MAX_PROBLEMS,
    PolicycheckError,
    Problem,
    count_more,
    did_you_mean,
    quote,
)
from policycheck.yamlfile.nodes import Document, Mapping, Node, Scalar, Sequence, kind_of
from policycheck.yamlfile.parse import read

Plain = str | None | list["Plain"] | dict[str, "Plain"]


class Model(BaseModel):
    """The base of everything that is decoded from YAML: frozen, and no unknown keys.

    A validator that refuses a value raises a ValueError, or a `mistake` if it has a hint.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)


M = TypeVar("M", bound=Model)


def decode(
    document: Document, model: type[M], node: Node | None = None
) -> tuple[M | None, tuple[Problem, ...]]:
    """Decode a node (default: the root) into a model.

    Returns the model, or None where the node does not fit it, and all problems; those of the
    document's parsing are among them if the root is decoded.
    """
    problems = document.problems if node is None else ()
    node = document.root if node is None else node
    if not isinstance(node, Mapping):
        found = document.problem(node, f"expected a map, found {kind_of(node)}")
        return None, problems or (found,)
    try:
        return model.model_validate(plain(node)), problems
    except ValidationError as error:
        details = error.errors()
        wrong = (_problem(document, model, node, detail) for detail in details[:MAX_PROBLEMS])
        more = count_more(len(details) - MAX_PROBLEMS, document.path)
        return None, (*problems, *(problem for problem in wrong if problem is not None), *more)


def read_model(path: Path, model: type[M], shown: str | None = None) -> M:
    """Read a file into a model. Raises PolicycheckError with everything that is wrong."""
    document = read(path, shown)
    decoded, problems = decode(document, model)
    if decoded is None or problems:
        raise PolicycheckError(problems)
    return decoded


def plain(node: Node) -> Plain:
    """Turn a node into plain values: texts, lists, dicts, and None where nothing is written."""
    if isinstance(node, Scalar):
        return None if node.is_null else node.text
    if isinstance(node, Mapping):
        values: dict[str, Plain] = {}
        for key, value in node.entries:
            values.setdefault(key.text, plain(value))
        return values
    return [plain(item) for item in node.items]


class _Spot(NamedTuple):
    """Where an error is: the node, its key if it has one, and what may stand there."""

    node: Node
    key: Scalar | None
    types: tuple[Any, ...]
    in_list: bool = False

    @property
    def name(self) -> str:
        return self.key.text if self.key else "value"

    @property
    def at(self) -> Node:
        """What the caret marks where the whole value is wrong: its key, else the value."""
        return self.node if self.key is None or self.in_list else self.key


def _locate(model: type[Model], root: Node, loc: tuple[int | str, ...]) -> _Spot:
    """Walk pydantic's path; what is no key or index of the file (a union's tag) is passed over."""
    node: Node = root
    key: Scalar | None = None
    in_list = False
    types: tuple[Any, ...] = (model,)
    for part in loc:
        if isinstance(node, Mapping) and (entry := node.entry(str(part))) is not None:
            key, node = entry
            in_list = False
        elif part == "[key]" and key is not None:
            node = key
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node, in_list = node.items[part], True
        types = tuple(_types_within(types, part)) or types
    return _Spot(node, key, types, in_list)


def _types_within(types: tuple[Any, ...], part: int | str) -> Iterator[Any]:
    for candidate in types:
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            for name, field in candidate.model_fields.items():
                if part == (field.alias or name):
                    yield from _flatten(field.annotation)


def _flatten(annotation: object) -> Iterator[Any]:
    """Yield an annotation and whatever it is made of: the parts of unions, tuples and maps."""
    yield annotation
    if get_origin(annotation) is not Literal:
        for argument in get_args(annotation):
            yield from _flatten(argument)


def _choices(types: tuple[Any, ...]) -> list[str]:
    """List the words that may stand where these types are expected."""
    words: list[str] = []
    for candidate in types:
        if get_origin(candidate) is Literal:
            words += map(str, get_args(candidate))
        elif isinstance(candidate, type) and issubclass(candidate, Enum):
            words += [str(member.value) for member in candidate]
    return words


def _problem(
    document: Document, model: type[Model], root: Node, detail: ErrorDetails
) -> Problem | None:
    """Turn one of pydantic's errors into a problem, or None if parsing has already told it."""
    spot = _locate(model, root, detail["loc"])
    if isinstance(spot.node, Scalar) and spot.node.is_null:
        return None
    describe = _DESCRIPTIONS.get(detail["type"], _describe_other)
    return describe(document, spot, detail, model, root)


Describe = Callable[[Document, _Spot, ErrorDetails, type[Model], Node], Problem | None]


def _describe_unknown_key(
    document: Document, spot: _Spot, detail: ErrorDetails, model: type[Model], root: Node
) -> Problem:
    *parent, word = detail["loc"]
    keys = [
        field.alias or name
        for candidate in _locate(model, root, tuple(parent)).types
        if isinstance(candidate, type) and issubclass(candidate, BaseModel)
        for name, field in candidate.model_fields.items()
    ]
    hint = did_you_mean(str(word), keys)
    return document.problem(spot.key or spot.node, f"unknown key {quote(str(word))}", hint)


def _describe_missing(
    document: Document, spot: _Spot, detail: ErrorDetails, model: type[Model], root: Node
) -> Problem:
    parent = _locate(model, root, detail["loc"][:-1])
    return document.problem(parent.at, f"the key {quote(str(detail['loc'][-1]))} is missing")


def _describe_choice(
    document: Document, spot: _Spot, detail: ErrorDetails, model: type[Model], root: Node
) -> Problem:
    if not isinstance(spot.node, Scalar):
        return _describe_shape(document, spot, "a text")
    message = f"unknown {spot.name} {quote(spot.node.text)}"
    return document.problem(spot.node, message, did_you_mean(spot.node.text, _choices(spot.types)))


def _expected(what: str) -> Describe:
    def describe(
        document: Document, spot: _Spot, detail: ErrorDetails, model: type[Model], root: Node
    ) -> Problem:
        return _describe_shape(document, spot, what)

    return describe


def _describe_shape(document: Document, spot: _Spot, what: str) -> Problem:
    of_list = spot.in_list and spot.key is not None
    name = f"an entry of {quote(spot.name)}" if of_list else quote(spot.name)
    return document.problem(spot.at, f"{name} should be {what}, but is {kind_of(spot.node)}")


def _describe_empty(
    document: Document, spot: _Spot, detail: ErrorDetails, model: type[Model], root: Node
) -> Problem | None:
    if any(plain(spot.node) or ()):
        return None  # pydantic counts no entry that is wrong in itself
    return document.problem(spot.at, f"{quote(spot.name)} is empty")


def _describe_other(
    document: Document, spot: _Spot, detail: ErrorDetails, model: type[Model], root: Node
) -> Problem:
    context = detail.get("ctx", {})
    message, hint = str(context.get("error", detail["msg"])), str(context.get("hint", ""))
    if isinstance(spot.node, Scalar) and "start" in context:
        span = (int(context["start"]), int(context["end"]))
        return document.problem_within(spot.node, *span, message, hint)
    return document.problem(spot.node, message, hint)


_DESCRIPTIONS: dict[str, Describe] = {
    "extra_forbidden": _describe_unknown_key,
    "missing": _describe_missing,
    "literal_error": _describe_choice,
    "enum": _describe_choice,
    "string_type": _expected("a text"),
    "date_type": _expected("a date"),
    "time_delta_type": _expected("a duration"),
    "bool_type": _expected("true or false"),
    "int_type": _expected("a whole number"),
    "tuple_type": _expected("a list"),
    "list_type": _expected("a list"),
    "dict_type": _expected("a map"),
    "mapping_type": _expected("a map"),
    "model_type": _expected("a map"),
    "too_short": _describe_empty,
    "string_too_short": _describe_empty,
}
